"""Meetings of the bodies somebody belongs to, and what is on an agenda, as far as he may know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select

from server.models.case import case
from server.models.decision import decision, decision_member, meeting
from server.models.identity import Person, Unit
from server.models.work import OPEN_STATES, work_item
from server.queries.meetings import asked_to
from server.queries.visibility import visible_to
from server.services.case import case_rows
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions

#: meetings that are shown at once
MOST = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class AgendaItem:
    """One matter on an agenda."""

    id: str
    number: int
    state: str
    reference: str
    title: str
    resolution: str
    #: somebody has voted
    has_begun: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingLine:
    """One meeting of a list."""

    id: str
    title: str
    unit_id: str
    body: str
    held_on: date
    starts_at: datetime | None
    place: str
    chair: str
    state: str
    agenda: tuple[AgendaItem, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OfCase:
    """A decision of a case that the reader may open."""

    id: str
    #: none, open, closed or cancelled
    state: str


def of_case(ctx: Context, case_id: str) -> tuple[OfCase, ...]:
    """The decisions of a case for members of its bodies and those who keep their records; also
    those nobody has convened yet."""
    actor = posts.with_posts(ctx)
    units = sorted({post.unit_id for post in actor.posts})
    release = definitions.release(ctx, case_rows.found(ctx, case_id).pack_version_id)
    mine = select(decision_member.c.decision_id).where(
        decision_member.c.person_id == actor.person_id
    )
    rows = ctx.session.execute(
        select(work_item.c.group_id, decision.c.state)
        .distinct()
        .outerjoin(decision, decision.c.id == work_item.c.group_id)
        .outerjoin(meeting, meeting.c.id == decision.c.meeting_id)
        .where(
            work_item.c.case_id == case_id,
            work_item.c.node_key.in_(sorted(release.pack.decisions)),
            or_(decision.c.id.is_not(None), work_item.c.state.in_(OPEN_STATES)),
            or_(
                work_item.c.candidate_unit.in_(units),
                meeting.c.secretary_id == actor.person_id,
                decision.c.id.in_(mine),
            ),
        )
        .order_by(work_item.c.group_id)
    )
    return tuple(OfCase(id=row.group_id, state=row.state or "none") for row in rows)


def agenda(ctx: Context, meeting_id: str | None) -> tuple[AgendaItem, ...]:
    """What is on the agenda, in its order; matters the actor may not see are left out."""
    return _agendas(ctx, [meeting_id] if meeting_id else []).get(meeting_id or "", ())


def meetings(ctx: Context) -> tuple[MeetingLine, ...]:
    """The meetings of the actor's bodies and those whose record he keeps, the latest first; one
    with nothing on it that he may see is none."""
    actor = posts.with_posts(ctx)
    units = sorted({post.unit_id for post in actor.posts})
    rows = ctx.session.execute(
        select(meeting, Unit.name.label("body"), Person.name.label("chair"))
        .join(Unit, Unit.id == meeting.c.body_unit_id)
        .outerjoin(Person, Person.id == meeting.c.chair_id)
        .where(
            or_(
                meeting.c.body_unit_id.in_(units),
                meeting.c.secretary_id == actor.person_id,
                meeting.c.id.in_(asked_to(actor)),
            )
        )
        .order_by(meeting.c.held_on.desc(), meeting.c.starts_at.desc(), meeting.c.id)
        .limit(MOST)
    ).all()
    items = _agendas(ctx, [row.id for row in rows])
    return tuple(
        MeetingLine(
            id=row.id,
            title=row.title,
            unit_id=row.body_unit_id,
            body=row.body,
            held_on=row.held_on,
            starts_at=row.starts_at,
            place=row.place,
            chair=row.chair or "",
            state=row.state,
            agenda=items[row.id],
        )
        for row in rows
        if row.id in items
    )


def joinable(ctx: Context, unit_id: str) -> list[MeetingLine]:
    """Meetings of this body whose agenda another matter may join."""
    return [
        one
        for one in meetings(ctx)
        if one.unit_id == unit_id and one.state in ("convened", "open") and one.held_on >= ctx.today
    ]


def _agendas(ctx: Context, ids: Sequence[str]) -> dict[str, tuple[AgendaItem, ...]]:
    actor = posts.with_posts(ctx)
    begun = (
        select(func.count())
        .where(decision_member.c.decision_id == decision.c.id, decision_member.c.has_voted)
        .scalar_subquery()
    )
    recused = select(decision_member.c.decision_id).where(
        decision_member.c.person_id == actor.person_id, decision_member.c.recusal != ""
    )
    rows = ctx.session.execute(
        select(
            decision.c.id,
            decision.c.meeting_id,
            decision.c.agenda_no,
            decision.c.state,
            decision.c.question,
            decision.c.resolution,
            decision.c.rule,
            case.c.reference,
            begun.label("begun"),
        )
        .join(case, case.c.id == decision.c.case_id)
        .where(
            decision.c.meeting_id.in_(ids),
            decision.c.state != "cancelled",
            decision.c.id.not_in(recused),
            visible_to(actor),
        )
        .order_by(decision.c.agenda_no, decision.c.id)
    )
    found: dict[str, list[AgendaItem]] = {}
    for row in rows:
        texts = dict(row.rule["options"])
        found.setdefault(row.meeting_id, []).append(
            AgendaItem(
                id=row.id,
                number=row.agenda_no,
                state=row.state,
                reference=row.reference,
                title=row.question,
                resolution=texts.get(row.resolution or "", ""),
                has_begun=bool(row.begun),
            )
        )
    return {key: tuple(items) for key, items in found.items()}

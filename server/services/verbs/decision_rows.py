"""A collective decision as verbs hold it: with its case locked, its members as they are now.

Its id is the id of the work group it decides. Until somebody convenes it there is no row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select, update

from server.domain.access import Actor
from server.domain.decision_rules import DecisionRule
from server.domain.errors import Conflict, Forbidden, NotFound
from server.domain.field_rights import FieldRights
from server.domain.texts import _
from server.domain.votes import Ballot, Rule, Tally, tally
from server.models.decision import decision, meeting
from server.models.work import work_item
from server.queries import names
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import (
    acting,
    decision_members,
    decision_stored,
    decision_terms,
    work_rows,
)
from server.services.verbs.decision_members import MemberRow, spoilt
from server.services.verbs.decision_stored import DecisionRow, MeetingRow
from server.services.verbs.work_rows import ItemRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A decision with everything that decides about it."""

    id: str
    actor: Actor
    case: CaseRow
    item: ItemRow
    #: its forms as the task may use them
    release: Release
    entry: DecisionRule
    #: None: nobody has convened it yet
    row: DecisionRow | None
    meeting: MeetingRow | None
    members: tuple[MemberRow, ...]
    ballots: tuple[Ballot, ...]
    #: names of the members, of who keeps the record and of who attends, by id
    names: Mapping[str, str]

    def name_of(self, person_id: str | None) -> str:
        """The name of one of them, empty for nobody."""
        return self.names.get(person_id or "", "")

    @property
    def rule(self) -> Rule:
        """The numbers it is decided by, as they were when it was convened."""
        return decision_terms.stored(self.convened.rule)

    @property
    def rest(self) -> Release:
        """The release with what the form asks besides what the decision fills in itself."""
        written = FieldRights(node=self.item.node_key, hidden=tuple(self.entry.written()))
        return self.release.asking(self.item.form_key, written)

    @property
    def convened(self) -> DecisionRow:
        """The row. Raises Conflict when nobody has convened it, or it was called off."""
        if self.row is None or self.row.state == "cancelled":
            raise Conflict(_("会议还没有召开，请先召开会议"))
        return self.row

    @property
    def tally(self) -> Tally:
        """The count of this round."""
        return tally(self.rule, [each.counted for each in self.members], self.ballots)

    @property
    def me(self) -> MemberRow | None:
        """The actor as a member who is not recused, None when he is none."""
        return self.member(self.actor.person_id)

    def member(self, person_id: str) -> MemberRow | None:
        """A member who is not recused."""
        return next(
            (one for one in self.members if one.person_id == person_id and not one.recusal), None
        )

    @property
    def chair_id(self) -> str | None:
        """Who chairs this item, None while nobody does."""
        return next(
            (one.person_id for one in self.members if one.is_chair and not one.recusal), None
        )

    @property
    def next_to_speak(self) -> int:
        """The number of whoever speaks now for the first time."""
        return max((one.spoken or 0 for one in self.members), default=0) + 1

    @property
    def is_chair(self) -> bool:
        """Does the actor chair it."""
        return self.chair_id == self.actor.person_id

    @property
    def is_secretary(self) -> bool:
        """Does the actor keep the record."""
        return self.meeting is not None and self.meeting.secretary_id == self.actor.person_id

    @property
    def is_recorder(self) -> bool:
        """May the actor enter what others said and did: the secretary, and the chair."""
        return self.is_secretary or self.is_chair


def held(ctx: Context, decision_id: str, *, to_write: bool = True) -> Held:
    """The decision, its case locked when it is to be changed.

    Raises:
        NotFound: there is none, or it does not exist for the actor: he is no member today, or is
            recused, and does not keep the record.
    """
    actor = posts.with_posts(ctx)
    item_id = _item_of(ctx, decision_id)
    if actor.is_system:  # convenes what comes round by the calendar
        case = case_rows.lock(ctx, _case_of(ctx, item_id))
    else:
        seen = case_rows.lock_seen if to_write else case_rows.seen
        case = seen(ctx, actor, item_id)
    item = work_rows.stored(ctx, case, item_id)
    release = definitions.release(ctx, case.pack_version_id)
    entry = release.pack.decisions.get(item.node_key)
    if entry is None or item.candidate_unit is None:
        raise NotFound
    row = decision_stored.row_of(ctx, decision_id)
    sitting = decision_stored.meeting_of(ctx, row.meeting_id) if row else None
    members = decision_members.of(ctx, case, item, entry.offices, _kept(row))
    beside = (sitting.secretary_id or "", *sitting.attendants) if sitting else ()
    return Held(
        id=decision_id,
        actor=actor,
        case=case,
        item=item,
        release=release.at(item.node_key, item.form_key),
        entry=entry,
        row=row,
        meeting=sitting,
        members=members,
        ballots=decision_stored.ballots_of(ctx, decision_id, row.round) if row else (),
        names=names.of_people(ctx.session, {*(one.person_id for one in members), *beside}),
    )


def to_act(ctx: Context, decision_id: str) -> Held:
    """The decision for a member or the one who keeps its record; its case is locked.

    Raises:
        NotFound: it does not exist for him.
        Conflict: it was decided, or nobody has convened it, or the case stands still.
    """
    found = of_meeting(ctx, decision_id)
    if found.convened.state == "closed":
        raise Conflict(_("该议题已经结束，不能更改"))
    case_rows.refuse_resting(found.case)
    if spoilt(found.members):
        return next_round(ctx, found, found.members)
    return found


def of_meeting(ctx: Context, decision_id: str) -> Held:
    """The locked decision for a member or the one who keeps its record. Raises NotFound."""
    found = held(ctx, decision_id)
    refuse_substitute(found)
    if found.me is None and not found.is_secretary:
        raise NotFound
    return found


def refuse_substitute(found: Held) -> None:
    """Return when the actor does not come in a member's place: his part is his own (ADR 0030).

    Raises:
        Forbidden: he does.
    """
    if found.me is not None or found.is_secretary:
        return
    if any(found.member(absent.person_id) for absent in found.actor.stands_in):
        raise Forbidden(acting.no_vote())


def keep(ctx: Context, found: Held, members: Sequence[MemberRow], /, **values: Any) -> Held:
    """Write members and columns of the decision; the decision as it is then."""
    decision_members.write(ctx, found.id, members)
    stands = found.convened
    values["version"] = stands.version + 1
    ctx.session.execute(update(decision).where(decision.c.id == found.id).values(values))
    return replace(found, members=tuple(members), row=replace(stands, **_of_row(values)))


def end_meeting(ctx: Context, found: Held) -> None:
    """End its meeting once nothing on the agenda is open: held, or never held."""
    meeting_id = found.convened.meeting_id
    states = set(
        ctx.session.scalars(select(decision.c.state).where(decision.c.meeting_id == meeting_id))
    )
    if "open" not in states:
        ctx.session.execute(
            update(meeting)
            .where(meeting.c.id == meeting_id)
            .values(
                state="closed" if "closed" in states else "cancelled",
                closed_at=ctx.now,
                version=meeting.c.version + 1,
            )
        )


def with_member(found: Held, changed: MemberRow) -> tuple[MemberRow, ...]:
    """The members with this one as he is now."""
    return tuple(changed if one.person_id == changed.person_id else one for one in found.members)


def next_round(ctx: Context, found: Held, members: Sequence[MemberRow]) -> Held:
    """Nobody has voted yet; what was said of attendance stands."""
    fresh = [
        replace(one, has_voted=False, is_dissent=False, confirmed_at=None, signed_at=None)
        for one in members
    ]
    number = found.convened.round + 1
    keep(ctx, found, fresh, round=number, decided_on=None)
    return held(ctx, found.id)


def _of_row(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in DecisionRow.__slots__}


def _kept(row: DecisionRow | None) -> tuple[str, bool] | None:
    return (row.id, row.state == "closed") if row else None


def _case_of(ctx: Context, item_id: str) -> str:
    found = ctx.session.scalar(select(work_item.c.case_id).where(work_item.c.id == item_id))
    return str(found)


def _item_of(ctx: Context, decision_id: str) -> str:
    """The work item of this group."""
    case_rows.refuse_odd(decision_id)
    found = ctx.session.scalars(
        select(work_item.c.id)
        .where(work_item.c.group_id == decision_id, work_item.c.duty == "main")
        .order_by(work_item.c.opened_at.desc())
    ).first()
    if found is None:
        raise NotFound
    return str(found)

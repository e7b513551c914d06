"""登记近亲属: two people of the offices that keep personnel matters record a tie, or its end.

One proposes, another confirms, none of them one of the two it is about; an office reaches the
people of its own region and below. From the confirmation on nobody of the two sees the matters of
the other: what he has in a running case goes back as after a recusal.
"""

from collections.abc import Collection
from datetime import date, datetime, time

from sqlalchemy import insert, select, update

from server.domain.access import Permission, permits
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.kinships import LONGEST, KinChange, reaches, refuse_own
from server.domain.roles import KIN_KEEPERS
from server.domain.texts import _
from server.models.access import Proposal
from server.models.base import new_id
from server.models.case import case, subject
from server.models.identity import Person
from server.models.recusal import kinship
from server.models.work import OPEN_STATES, participant, work_item
from server.queries import kinships as rows
from server.queries.kinships import Change
from server.services.case import case_rows
from server.services.context import Context
from server.services.identity import people, posts
from server.services.verbs import reasons, recusal_effects, reporter_bars


def propose(ctx: Context, *, person: str, relative: str, relation: str, reason: str) -> str:
    """Propose that these two be recorded as near relatives; the id of the proposal.

    Raises:
        Forbidden: the actor keeps no such records, or not of them, or it is about himself.
        Invalid: there is no such person, no relation, no reason.
        Conflict: it is recorded already, or waits.
    """
    _refuse_strangers(ctx, {"person": person, "relative": relative})
    relation = relation.strip()
    if person == relative:
        raise _wrong("relative", _("请选择另一个人"))
    if not relation or len(relation) > LONGEST:
        raise _wrong("relation", _("请写明两人的关系，最多{n}字").format(n=LONGEST))
    _refuse_keeper(ctx, frozenset((person, relative)))
    if any(tie.relative_id == relative and tie.ended_at is None for tie in _ties(ctx, person)):
        raise Conflict(_("两人已经登记为近亲属"))
    payload: dict[str, Json] = {"relative": relative, "relation": relation}
    return _proposed(ctx, KinChange.NOTE, person, payload, reason)


def propose_end(ctx: Context, tie_id: str, *, ended_on: date, reason: str) -> str:
    """Propose that a tie that was recorded be ended on this day; the id of the proposal.

    Raises:
        NotFound: there is no such tie, or the actor does not keep it.
        Forbidden: it is about himself.
        Invalid: the day has not come, or no reason.
        Conflict: it waits already.
    """
    case_rows.refuse_odd(tie_id)
    found = ctx.session.execute(
        select(kinship).where(kinship.c.id == tie_id, kinship.c.ended_at.is_(None))
    ).one_or_none()
    if found is None or not keeps(ctx, {found.person_id, found.relative_id}):
        raise NotFound
    refuse_own(ctx.actor.person_id, frozenset((found.person_id, found.relative_id)))
    if ended_on > ctx.today:
        raise _wrong("ended_on", _("结束日期不能晚于今天"))
    payload: dict[str, Json] = {"relative": found.relative_id, "ended_on": ended_on.isoformat()}
    return _proposed(ctx, KinChange.END, found.person_id, payload, reason)


def confirm(ctx: Context, proposal_id: str) -> None:
    """Confirm what another proposed: it is recorded, or ended, both ways.

    Raises:
        NotFound: nothing like it waits for the actor.
        Forbidden: he proposed it, or it is about him.
    """
    change = _to_decide(ctx, proposal_id)
    # two that confirm ties of the same people wait for each other
    pair = sorted(change.pair)
    ctx.session.execute(
        select(Person.id).where(Person.id.in_(pair)).order_by(Person.id).with_for_update()
    )
    _decided(ctx, change, "approved")
    one, other = change.person_id, str(change.payload["relative"])
    for person_id, relative_id in ((one, other), (other, one)):
        if change.kind is KinChange.END:
            _end(ctx, change, person_id, relative_id)
        else:
            _note(ctx, change, person_id, relative_id)
            _leave_cases(ctx, change, person_id, relative_id)
            reporter_bars.kin_noted(ctx, person_id, relative_id)
    verb = "kinship.end" if change.kind is KinChange.END else "kinship.note"
    ctx.record(verb, change.id, detail={"persons": list(pair)})


def refuse(ctx: Context, proposal_id: str, *, answer: str) -> None:
    """Refuse what another proposed, with the reason; nothing changes. Raises as ``confirm``."""
    change = _to_decide(ctx, proposal_id)
    if not answer.strip():
        raise _wrong("answer", _("请写明理由"))
    _decided(ctx, change, "refused", answer.strip())
    ctx.record("kinship.refuse", change.id)


def withdraw(ctx: Context, proposal_id: str) -> None:
    """Take one's own proposal back.

    Raises:
        NotFound: nothing like it waits.
        Forbidden: somebody else proposed it.
    """
    change = _waiting(ctx, proposal_id)
    if change.proposed_by != ctx.actor.person_id:
        raise Forbidden(_("只有提出人可以撤回"))
    _write(ctx, change, state="withdrawn")
    ctx.record("kinship.withdraw", change.id)


def keeps(ctx: Context, pair: Collection[str]) -> bool:
    """Does the actor's office keep the records of one of these people."""
    regions = {
        people.unit(ctx, post.unit_id).region
        for post in posts.with_posts(ctx).posts
        if post.kind in KIN_KEEPERS
    }
    units = [people.own_unit(ctx, each, ctx.today) for each in sorted(pair)]
    return any(reaches(region, unit.region) for unit in units if unit for region in regions)


def _refuse_strangers(ctx: Context, named: dict[str, str]) -> None:
    for field, person_id in named.items():
        if not person_id or people.unknown(ctx, {("person", person_id)}):
            raise _wrong(field, _("请选择人员"))


def _refuse_keeper(ctx: Context, pair: frozenset[str]) -> None:
    if not permits(posts.with_posts(ctx), Permission.KIN_KEEP):
        raise Forbidden(_("近亲属由组织人事机构登记"))
    refuse_own(ctx.actor.person_id, pair)
    if not keeps(ctx, pair):
        raise Forbidden(_("两人都不由本机构所在地区管理"))


def _ties(ctx: Context, person_id: str) -> tuple[rows.Tie, ...]:
    return rows.of_person(ctx.session, person_id)


def _proposed(
    ctx: Context, kind: KinChange, person_id: str, payload: dict[str, Json], reason: str
) -> str:
    reasons.refuse_empty(reason)
    pair = frozenset((person_id, str(payload["relative"])))
    if any(each.kind is kind and each.pair == pair for each in rows.waiting(ctx.session)):
        raise Conflict(_("同样的登记已经提出，等待另一人确认"))
    row = Proposal(
        id=new_id(),
        kind=kind,
        person_id=person_id,
        payload=payload,
        reason=reason.strip(),
        proposed_by=ctx.actor.person_id,
        proposed_at=ctx.now,
        state="proposed",
        answer="",
    )
    ctx.session.add(row)
    ctx.session.flush()
    ctx.record("kinship.propose", row.id, detail={"kind": str(kind)})
    return row.id


def _waiting(ctx: Context, proposal_id: str) -> Change:
    """The change that waits, its row locked, if the actor keeps it. Raises NotFound."""
    case_rows.refuse_odd(proposal_id)
    ctx.session.execute(
        select(Proposal.id).where(Proposal.id == proposal_id).with_for_update()
    ).one_or_none()
    found = rows.waiting(ctx.session, [proposal_id])
    if not found or not permits(posts.with_posts(ctx), Permission.KIN_KEEP):
        raise NotFound
    if not keeps(ctx, found[0].pair):
        raise NotFound
    return found[0]


def _to_decide(ctx: Context, proposal_id: str) -> Change:
    change = _waiting(ctx, proposal_id)
    refuse_own(ctx.actor.person_id, change.pair)
    if change.proposed_by == ctx.actor.person_id:
        raise Forbidden(_("提出人不能确认自己提出的登记，须由另一人确认"))
    return change


def _decided(ctx: Context, change: Change, state: str, answer: str = "") -> None:
    _write(
        ctx,
        change,
        state=state,
        answer=answer,
        decided_by=ctx.actor.person_id,
        decided_at=ctx.now,
    )


def _write(ctx: Context, change: Change, **values: Json | datetime) -> None:
    ctx.session.execute(
        update(Proposal)
        .where(Proposal.id == change.id)
        .values(version=Proposal.version + 1, **values)
        .execution_options(synchronize_session=False)
    )


def _note(ctx: Context, change: Change, person_id: str, relative_id: str) -> None:
    values = {
        "relation": change.payload["relation"],
        "noted_by": change.proposed_by,
        "noted_at": ctx.now,
        "ended_at": None,
    }
    pair = {"person_id": person_id, "relative_id": relative_id}
    known = select(kinship.c.id).filter_by(**pair)
    if ctx.session.scalar(known) is None:
        ctx.session.execute(insert(kinship).values(id=new_id(), **pair, **values))
    else:
        ctx.session.execute(update(kinship).filter_by(**pair).values(values))


def _end(ctx: Context, change: Change, person_id: str, relative_id: str) -> None:
    day = date.fromisoformat(str(change.payload["ended_on"]))
    ended_at = datetime.combine(day, time(), tzinfo=CHINA_TIME)
    pair = {"person_id": person_id, "relative_id": relative_id}
    ctx.session.execute(update(kinship).filter_by(**pair).values(ended_at=ended_at))


def _leave_cases(ctx: Context, change: Change, person_id: str, relative_id: str) -> None:
    """Take from him what he has in the running cases of his relative."""
    his_work = select(work_item.c.case_id).where(
        (work_item.c.assignee_id == person_id) | (work_item.c.owner_id == person_id),
        work_item.c.state.in_(OPEN_STATES),
    )
    his_parts = select(participant.c.case_id).where(
        participant.c.person_id == person_id, participant.c.to_at.is_(None)
    )
    own = select(subject.c.case_id).where(subject.c.person_id == person_id)
    running = (
        select(case.c.id)
        .join(subject, subject.c.case_id == case.c.id)
        .where(
            subject.c.person_id == relative_id,
            case.c.status.in_(("open", "suspended")),
            case.c.id.in_(his_work.union(his_parts)),
            case.c.id.not_in(own),
        )
        .order_by(case.c.id)
    )
    for case_id in dict.fromkeys(ctx.session.scalars(running)):
        recusal_effects.end_part(ctx, case_rows.lock(ctx, case_id), person_id, change.id)


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, [Finding(code="KINSHIP", field=field, message=message)])

"""召开会议: a body is convened for one matter, alone or on the agenda of a meeting it has.

What follows is in modules of its own: who is there and how they vote (``decision_votes``), what
they say and sign (``decision_records``), and the end (``decision_ends``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, insert, select, update

from server.domain.calendar import CHINA_TIME
from server.domain.decision_rules import Secrecy
from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.findings import Finding
from server.domain.texts import _
from server.models.base import new_id
from server.models.decision import decision, meeting
from server.services.case import case_rows
from server.services.case.facts import Facts
from server.services.context import Context
from server.services.identity import people
from server.services.verbs import (
    decision_members,
    decision_notices,
    decision_rows,
    decision_stored,
    decision_terms,
    parties,
    reasons,
    work_acts,
    work_rows,
)
from server.services.verbs.decision_ends import close
from server.services.verbs.decision_members import MemberRow
from server.services.verbs.decision_people import may_lead, secretaries
from server.services.verbs.decision_rows import Held
from server.services.verbs.decision_stored import MeetingRow
from server.services.verbs.decision_votes import attend, vote

__all__ = ["attend", "close", "convene", "dissolve", "secretaries", "vote"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """When and where, who chairs and keeps the record, and what is put to the vote."""

    held_on: date
    starts_at: time | None = None
    place: str = ""
    title: str = ""
    chair: str | None = None
    secretary: str | None = None
    attendants: Sequence[str] = ()
    question: str = ""
    motion: str = ""
    secret: bool = False
    #: a meeting of the same body on the same day whose agenda it joins
    meeting: str | None = None


def convene(ctx: Context, decision_id: str, *, seen: int | None = None, **given: Any) -> None:
    """Put the matter to a meeting of the body; also to change that while nobody has voted.

    ``given`` are the fields of :class:`Invitation`.

    Raises:
        NotFound: there is no such task, or it does not exist for the actor.
        Forbidden: others have convened it, and he neither chairs it nor keeps its record.
        Conflict: it was decided, somebody has voted, its task is over, or the case stands still.
        Invalid: a person cannot be what he was named for; the day is over; no such meeting.
    """
    found = _to_convene(ctx, decision_id)
    asked = Invitation(**given)
    _refuse_wrong(ctx, found, asked)
    if seen is not None and found.row is not None and seen != found.row.version:
        raise Conflict(_("该议题已被他人更改，请刷新后重试"))
    put_on(ctx, found, asked)


def put_on(ctx: Context, found: Held, asked: Invitation) -> None:
    """Put the matter on the agenda as asked, whoever may; the other offices take part from now."""
    others = decision_members.meeting_offices(ctx, found.case, found.item, found.entry.offices)
    for role, office in others.items():
        parties.join_office(ctx, found.case.id, role.removesuffix(".head"), office.id)
    before = found.meeting if found.row is not None and found.row.state == "open" else None
    held_at = _meeting(ctx, found, asked)
    known = decision_terms.known(ctx, found.release, found.case)
    terms = decision_terms.fixed(ctx, found.release, found.entry, found.item.form_key, known)
    motion = asked.motion or _motion(ctx, found, terms, known)
    values: dict[str, Any] = {
        "meeting_id": held_at,
        "question": asked.question.strip() or decision_terms.text(ctx, found.entry.question, known),
        "motion": motion,
        "rule": terms,
        "is_secret": asked.secret or found.entry.secret is Secrecy.REQUIRED,
        "chair_id": asked.chair or found.chair_id,
        "state": "open",
        "convened_by": None if ctx.actor.is_system else ctx.actor.person_id,
        "convened_at": ctx.now,
    }
    found = _stored(ctx, found, values)
    chair = asked.chair or found.chair_id
    members = [replace(one, is_chair=one.person_id == chair) for one in found.members]
    found = decision_rows.keep(ctx, found, members, **values)
    sitting = decision_stored.meeting_of(ctx, held_at)
    if sitting is not None:
        decision_notices.convened(ctx, found, sitting, before)
    work_rows.write(ctx, found.item, touched_at=found.item.touched_at or ctx.now)
    if ctx.actor.is_system:
        ctx.record("work.convene", found.item.id, found.case.id, {"node": found.item.node_key})
    else:
        work_acts.append(ctx, found.item, "convene", text=str(values["question"]))


def dissolve(ctx: Context, decision_id: str, *, reason: str) -> None:
    """Take the matter off the agenda; its task waits as before, and may be convened again.

    Raises:
        NotFound, Conflict: as ``convene``.
        Forbidden: the actor neither chairs it nor keeps its record.
        Invalid: no reason.
    """
    found = decision_rows.to_act(ctx, decision_id)
    if not (found.is_recorder or found.convened.convened_by == found.actor.person_id):
        raise Forbidden(_("只有主持人、记录人或者召集人可以撤下议题"))
    reasons.refuse_empty(reason)
    decision_rows.keep(ctx, found, found.members, state="cancelled", closed_at=ctx.now)
    decision_rows.end_meeting(ctx, found)
    work_acts.append(ctx, found.item, "adjourn", text=reason)


def _to_convene(ctx: Context, decision_id: str) -> Held:
    """The decision for somebody who may convene it now."""
    found = decision_rows.of_meeting(ctx, decision_id)
    case_rows.refuse_resting(found.case)
    if found.item.state not in ("offered", "claimed"):
        raise Conflict(_("该待办已经办结或者已不需办理，不能再召开会议"))
    if found.row is None or found.row.state == "cancelled":
        return found
    if found.row.state == "closed":
        raise Conflict(_("该议题已经结束，不能更改"))
    if any(one.has_voted for one in found.members):
        raise Conflict(_("已经开始表决，不能再更改会议安排"))
    if not (found.is_recorder or found.row.convened_by == found.actor.person_id):
        raise Forbidden(_("只有主持人、记录人或者召集人可以更改会议安排"))
    return found


def _refuse_wrong(ctx: Context, found: Held, asked: Invitation) -> None:
    problems = []
    if asked.held_on < ctx.today:
        message = _("会议日期已过；已经开过的会议，请在待办的表单中补录会议纪要")
        problems.append(Finding(code="DECISION_DAY", field="held_on", message=message))
    if asked.chair and not may_lead(ctx, found, asked.chair):
        message = _("主持人应是不回避的成员")
        problems.append(Finding(code="DECISION_CHAIR", field="chair", message=message))
    if asked.secretary and asked.secretary not in {
        one.person_id for one in secretaries(ctx, found)
    }:
        message = _("记录人应从名单中选择；班子成员要表决，不能担任记录人")
        problems.append(Finding(code="DECISION_SECRETARY", field="secretary", message=message))
    offered = decision_terms.options(found.release, found.entry, found.item.form_key)
    if asked.motion and asked.motion not in {one.code for one in offered}:
        message = _("提请表决的结论不在可以作出的结论之内")
        problems.append(Finding(code="DECISION_MOTION", field="motion", message=message))
    if asked.secret and found.entry.secret is Secrecy.NEVER:
        message = _("本事项按规定记名表决")
        problems.append(Finding(code="DECISION_SECRET", field="secret", message=message))
    problems += _wrong_attendants(ctx, found, asked)
    if problems:
        raise Invalid(problems[0].message, problems)


def _wrong_attendants(ctx: Context, found: Held, asked: Invitation) -> list[Finding]:
    known = parties.bars_of(ctx, found.case.id)
    sitting = {one.person_id for one in found.members}
    message = ""
    if people.unknown(ctx, {("person", one) for one in asked.attendants}):
        message = _("列席人员不存在")
    elif asked.secretary in asked.attendants or any(
        one in sitting or known.keeps_out(one) for one in asked.attendants
    ):
        message = _("成员、记录人和回避的人员不能列席")
    finding = Finding(code="DECISION_ATTENDANT", field="attendants", message=message)
    return [finding] if message else []


def _motion(ctx: Context, found: Held, terms: dict[str, Any], known: Facts) -> str:
    """What earlier steps proposed, where it is one of the options."""
    proposed = decision_terms.text(ctx, found.entry.motion, known)
    return proposed if proposed in {code for code, _text in terms["options"]} else ""


def _meeting(ctx: Context, found: Held, asked: Invitation) -> str:
    """The meeting it is on the agenda of: an existing one, the one it had, or a new one."""
    if asked.meeting:
        joined = decision_stored.meeting_of(ctx, asked.meeting)
        if joined is None or not _fits(joined, found, asked):
            message = _("没有找到本机构在这一天的这次会议")
            finding = Finding(code="DECISION_MEETING", field="meeting", message=message)
            raise Invalid(message, [finding])
        return joined.id
    starts_at = asked.starts_at and datetime.combine(
        asked.held_on, asked.starts_at, tzinfo=CHINA_TIME
    )
    values = {
        "title": asked.title.strip() or _("{day}会议").format(day=asked.held_on.isoformat()),
        "held_on": asked.held_on,
        "starts_at": starts_at,
        "place": asked.place.strip(),
        "chair_id": asked.chair or found.chair_id,
        "secretary_id": asked.secretary,
        "attendants": list(asked.attendants),
    }
    if found.meeting is not None and found.row is not None and found.row.state == "open":
        ctx.session.execute(
            update(meeting)
            .where(meeting.c.id == found.meeting.id)
            .values(version=meeting.c.version + 1, **values)
        )
        return found.meeting.id
    meeting_id = new_id()
    ctx.session.execute(
        insert(meeting).values(
            id=meeting_id,
            version=1,
            body_unit_id=found.item.candidate_unit,
            state="convened",
            convened_by=ctx.actor.person_id,
            convened_at=ctx.now,
            **values,
        )
    )
    return meeting_id


def _fits(joined: MeetingRow, found: Held, asked: Invitation) -> bool:
    return (
        joined.body_unit_id == found.item.candidate_unit
        and joined.held_on == asked.held_on
        and joined.state in ("convened", "open")
    )


def _stored(ctx: Context, found: Held, values: dict[str, Any]) -> Held:
    """The decision with a row of its own; one that was called off begins anew."""
    if found.row is not None and found.row.state == "open":
        return found
    if found.row is not None:
        values |= {"round": found.row.round + 1, "closed_at": None, "minutes": ""}
        fresh = [
            MemberRow(person_id=one.person_id, title=one.title, recusal=one.recusal)
            for one in found.members
        ]
        row = replace(found.row, state="open", round=found.row.round + 1)
        return replace(found, row=row, members=tuple(fresh))
    numbers = select(func.count()).where(decision.c.meeting_id == values["meeting_id"])
    ctx.session.execute(
        insert(decision).values(
            id=found.id,
            version=1,
            case_id=found.case.id,
            group_id=found.id,
            work_item_id=found.item.id,
            node_key=found.item.node_key,
            agenda_no=(ctx.session.scalar(numbers) or 0) + 1,
            body_unit_id=found.item.candidate_unit,
            members=[],
            base=0,
            present=[],
            **values,
        )
    )
    return decision_rows.held(ctx, found.id)

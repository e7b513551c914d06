"""到会、回避、表决: who is there, and who votes for what.

Whoever votes says with it that he has no ground to keep away. In a secret vote the ballots are
written anew, in the order of their choices, each time one comes in: neither a name nor their
order tells whose is which.
"""

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import delete, insert

from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.findings import Finding
from server.domain.recusal_rules import NONE
from server.domain.texts import _
from server.domain.votes import ABSTAIN, AGAINST, Attendance
from server.models.base import new_id
from server.models.decision import vote as ballots
from server.services.context import Context
from server.services.verbs import (
    decision_members,
    decision_rows,
    decision_stored,
    decision_terms,
    declarations,
    reasons,
    recusals,
    work_acts,
)
from server.services.verbs.decision_members import MemberRow
from server.services.verbs.decision_rows import Held

#: what somebody can say of where he is
SAID: Final = (
    Attendance.PRESENT.value,
    Attendance.ABSENT.value,
    Attendance.LEFT.value,
    Attendance.RECUSED.value,
)


def attend(
    ctx: Context,
    decision_id: str,
    *,
    attendance: str,
    person: str | None = None,
    reason: str = "",
    ground: str = "",
) -> None:
    """Say where a member is: he himself, or whoever keeps the record for him.

    Whoever declares himself recused (``ground``) counts nowhere and sees nothing from then on.

    Raises:
        NotFound: it does not exist for the actor.
        Forbidden: it is said for somebody else, and he does not keep the record; a recusal is
            declared by oneself alone.
        Conflict: everybody has voted, he himself has, the day has not come, it was decided.
        Invalid: no reason for being absent, no ground, no such member.
    """
    found = decision_rows.to_act(ctx, decision_id)
    member = _one(found, person)
    _refuse_late(ctx, found, member, attendance)
    if attendance == Attendance.RECUSED:
        _recuse(ctx, found, member, ground, reason)
        return
    if attendance == Attendance.ABSENT:
        reasons.refuse_empty(reason)
    changed = replace(
        member,
        attends=attendance != Attendance.ABSENT,
        absence_reason=reason if attendance == Attendance.ABSENT else "",
        left_at=ctx.now if attendance == Attendance.LEFT else None,
    )
    _keep_and_count(ctx, found, changed)
    said = {"person": member.person_id, "attendance": attendance}
    ctx.record("meeting.attend", found.id, found.case.id, said)


def vote(
    ctx: Context, decision_id: str, *, choice: str, person: str | None = None, opinion: str = ""
) -> None:
    """Vote: for an option, against, or abstain; once in a round.

    In an open vote whoever keeps the record may enter what a member said; the member signs it.

    Raises:
        NotFound: it does not exist for the actor.
        Forbidden: it is somebody else's vote, and he does not keep the record, or it is secret.
        Conflict: the member is not there, has voted, or it is not his turn; too few are there;
            not everybody has said where he is; it was decided.
        Invalid: there is no such choice, or no such member.
    """
    found = decision_rows.to_act(ctx, decision_id)
    member = _one(found, person)
    stands = found.convened
    if stands.is_secret and member.person_id != found.actor.person_id:
        raise Forbidden(_("无记名表决由成员本人投票"))
    if choice not in {*found.rule.options, AGAINST, ABSTAIN}:
        message = _("请选择赞成的结论，或者不赞成、弃权")
        raise Invalid(message, [Finding(code="VOTE_CHOICE", field="choice", message=message)])
    _refuse(hindrance(ctx, found, member))
    _store(ctx, found, member, choice)
    if member.person_id == found.actor.person_id:
        declarations.note(ctx, found.case.id, member.person_id, "vote", found.id, NONE)
    spoken = None if stands.is_secret else member.spoken or found.next_to_speak
    changed = replace(member, has_voted=True, spoken=spoken or member.spoken)
    if opinion.strip():
        confirmed_at = ctx.now if member.person_id == found.actor.person_id else None
        changed = replace(changed, opinion=opinion.strip(), confirmed_at=confirmed_at)
    _keep_and_count(ctx, found, changed)
    ctx.record("meeting.vote", found.id, found.case.id, {"person": member.person_id})


def renew(ctx: Context, decision_id: str, *, reason: str) -> None:
    """重新表决: a new round, where everybody has voted and the record is not signed by all.

    Raises:
        NotFound, Conflict: as ``vote``.
        Forbidden: the actor neither chairs it nor keeps its record.
        Invalid: no reason.
    """
    found = decision_rows.to_act(ctx, decision_id)
    if not found.is_recorder:
        raise Forbidden(_("只有主持人、记录人可以提起重新表决"))
    if not any(one.has_voted for one in found.members):
        raise Conflict(_("还没有人表决，不需要重新表决"))
    reasons.refuse_empty(reason)
    decision_rows.next_round(ctx, found, found.members)
    work_acts.append(ctx, found.item, "revote", text=reason)


def _one(found: Held, person: str | None) -> MemberRow:
    """The member it is about. Raises Forbidden or Invalid."""
    person_id = person or found.actor.person_id
    if person_id != found.actor.person_id and not found.is_recorder:
        raise Forbidden(_("只能为本人登记；他人的情况由主持人、记录人登记"))
    member = found.member(person_id)
    if member is None and person is None:
        raise Forbidden(_("记录人不是成员，不参加表决"))
    if member is None:
        message = _("该人员不是本议题的成员，或者已经回避")
        raise Invalid(message, [Finding(code="DECISION_MEMBER", field="person", message=message)])
    return member


def _refuse_late(ctx: Context, found: Held, member: MemberRow, attendance: str) -> None:
    if attendance not in SAID:
        message = _("请选择到会、未到、离席或者回避")
        raise Invalid(message, [Finding(code="ATTENDANCE", field="attendance", message=message)])
    if attendance in (Attendance.PRESENT, Attendance.LEFT):
        _refuse(_too_early(ctx, found))
    if attendance == Attendance.RECUSED:
        return
    if found.tally.is_complete and attendance != Attendance.LEFT:
        raise Conflict(_("到会成员都已表决，不能再更改到会情况；确需更改的，先重新表决"))
    if member.has_voted and attendance == Attendance.ABSENT:
        raise Conflict(_("该成员已经表决，不能登记为未到"))


def _refuse(why: str) -> None:
    if why:
        raise Conflict(why)


def _recuse(ctx: Context, found: Held, member: MemberRow, ground: str, note: str) -> None:
    """Declared at the meeting by oneself: it holds at once. A vote he gave falls with it."""
    if member.person_id != found.actor.person_id:
        raise Forbidden(_("回避由本人声明；要求他人回避的，另行提出回避申请"))
    ground = ground.strip()[:40]
    texts = dict(decision_terms.grounds(found.release, found.entry, found.item.form_key))
    _keep_and_count(ctx, found, replace(member, recusal=ground, is_chair=False))
    declarations.note(ctx, found.case.id, member.person_id, "vote", found.id, ground)
    recusal_id = recusals.declare(
        ctx, found.case.id, ground=ground, note=note or texts.get(ground, "")
    )
    ctx.record("meeting.recuse", found.id, found.case.id, {"recusal": recusal_id})


def _keep_and_count(ctx: Context, found: Held, changed: MemberRow) -> None:
    """Write the member; one who is out although he had voted takes the round with him."""
    members = decision_rows.with_member(found, changed)
    if decision_members.spoilt(members):
        decision_rows.next_round(ctx, found, members)
        return
    then = replace(found, members=members, ballots=_given(ctx, found))
    decided_on = ctx.today if then.tally.is_complete else None
    decision_rows.keep(ctx, found, members, decided_on=decided_on)


def hindrance(ctx: Context, found: Held, member: MemberRow) -> str:
    """Why this member cannot vote now, empty where he can."""
    counted = found.tally
    early = _too_early(ctx, found)
    if early:
        return early
    unknown = sum(1 for one in found.members if one.attendance is Attendance.UNKNOWN)
    if unknown:
        return _("还有{n}名成员没有登记到会情况，不能开始表决").format(n=unknown)
    if not counted.is_quorate:
        return _("到会{n}人，须达到{least}人才能表决").format(
            n=counted.present, least=counted.quorum_least
        )
    if found.chair_id is None:
        return _("没有到会的主持人，请先更改会议安排")
    return _not_his_turn(found, member)


def _not_his_turn(found: Held, member: MemberRow) -> str:
    if member.has_voted:
        return _("该成员本轮已经表决")
    if member.attendance is not Attendance.PRESENT:
        return _("只有到会的成员表决")
    others = found.tally.waiting - 1
    if member.is_chair and found.rule.chair_last and others > 0:
        return _("主持人末位表态：还有{n}名成员没有表决").format(n=others)
    return ""


def _too_early(ctx: Context, found: Held) -> str:
    if found.meeting is None or ctx.today >= found.meeting.held_on:
        return ""
    day = found.meeting.held_on.isoformat()
    return _("会议在{day}召开，当日才能登记到会和表决").format(day=day)


def _store(ctx: Context, found: Held, member: MemberRow, choice: str) -> None:
    stands = found.convened
    of_round: dict[str, Any] = {"decision_id": found.id, "round": stands.round}
    if not stands.is_secret:
        row = {
            "id": new_id(),
            **of_round,
            "person_id": member.person_id,
            "choice": choice,
            "weight": member.weight,
            "recorded_by": None
            if member.person_id == found.actor.person_id
            else found.actor.person_id,
            "cast_at": ctx.now,
        }
        ctx.session.execute(insert(ballots).values(**row))
        return
    all_ = [(one.choice, one.weight) for one in found.ballots] + [(choice, member.weight)]
    ctx.session.execute(
        delete(ballots).where(ballots.c.decision_id == found.id, ballots.c.round == stands.round)
    )
    ctx.session.execute(
        insert(ballots),
        [
            {"id": one_id, **of_round, "choice": chosen, "weight": weight}
            for one_id, (chosen, weight) in zip(
                sorted(new_id() for _each in all_), sorted(all_), strict=True
            )
        ],
    )


def _given(ctx: Context, found: Held) -> tuple[Any, ...]:
    return decision_stored.ballots_of(ctx, found.id, found.convened.round)

"""结束议题: the decision is made when everything is there, and its task is handed in with it.

From then on nothing of it changes. Where its task ends in another way, the decision is called off.
"""

from collections.abc import Sequence
from typing import Any

from server.domain import meeting_ends
from server.domain.decision_rules import VOTES, MembersField
from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.lifecycle import WorkState
from server.domain.meeting_ends import Condition, Voice
from server.domain.texts import _
from server.domain.votes import ABSTAIN, Attendance
from server.services.case import answers, case_state
from server.services.case.answers import Asked
from server.services.case.naming import Place
from server.services.context import Context
from server.services.verbs import decision_rows, decision_terms, work, work_rows
from server.services.verbs.decision_members import BY_DATA, MemberRow
from server.services.verbs.decision_rows import Held

_FOR, _AGAINST, _ABSTAIN, _NONE = VOTES


def close(ctx: Context, decision_id: str, *, seen: int | None = None) -> None:
    """Make the decision: the chair, once all conditions are met; its task is handed in with it.

    What was signed is what is decided: nothing is added to the record here.

    Raises:
        NotFound: it does not exist for the actor.
        Forbidden: he does not chair it.
        Conflict: a condition is not met, it was decided, or it changed since he looked.
        Invalid: the answers do not fit the form or the rules of the pack; all problems at once.
        EngineError: the procedure could not go on; nothing was changed.
    """
    found = decision_rows.to_act(ctx, decision_id)
    if not found.is_chair:
        raise Forbidden(_("由主持人结束议题"))
    stands = found.convened
    if seen is not None and seen != stands.version:
        raise Conflict(_("该议题已被他人更改，请刷新后重试"))
    lacking = [one for one in conditions(found, has_form=True) if not one.is_met]
    if lacking:
        told = _("；").join(f"{one.text}（{one.lack}）" for one in lacking)
        raise Conflict(_("还不能结束议题：{lacking}").format(lacking=told))
    result = resolution(found)
    given = {**(stands.answers or {}), **written(found, result)}
    _seal(ctx, found, result)
    work_rows.write(
        ctx,
        found.item,
        state=WorkState.CLAIMED,
        assignee_id=found.actor.person_id,
        claimed_at=ctx.now,
        draft=None,
    )
    ctx.settle()
    work.complete(ctx, found.item.id, given)
    ctx.record("meeting.close", found.id, found.case.id, {"resolution": result})


def conditions(found: Held, *, has_form: bool) -> tuple[Condition, ...]:
    """What has to be there before it can be closed."""
    voices = voices_of(found)
    not_adopted = str(found.convened.rule["not_adopted"])
    return meeting_ends.conditions(found.tally, voices, not_adopted=not_adopted, has_form=has_form)


def voices_of(found: Held) -> list[Voice]:
    """The members by name."""
    return [
        Voice(
            member=one.counted,
            name=found.name_of(one.person_id),
            is_dissent=one.is_dissent,
            has_confirmed=one.confirmed_at is not None,
            has_signed=one.signed_at is not None,
        )
        for one in found.members
    ]


def resolution(found: Held) -> str:
    """What was decided: the option with enough votes, else what the pack ends with then."""
    return found.tally.adopted or str(found.convened.rule["not_adopted"])


def unfilled(ctx: Context, found: Held) -> Sequence[Finding]:
    """What is wrong with the answers as they would be handed in now."""
    stands = found.convened
    given = {**(stands.answers or {}), **written(found, resolution(found))}
    variables = case_state.load(ctx, found.case.id).variables
    asked = Asked(
        release=found.release,
        procedure=found.case.procedure,
        form_key=found.item.form_key,
        variables=variables,
        place=Place(case_id=found.case.id),
    )
    try:
        answers.check(ctx, asked, given)
    except Invalid as wrong:
        return wrong.findings or [Finding(code=wrong.code, message=wrong.message)]
    return ()


def written(found: Held, result: str) -> dict[str, Json]:
    """The fields of the form that the decision fills in itself."""
    stands, into, counted = found.convened, found.entry.writes, found.tally
    decided_on = stands.decided_on.isoformat() if stands.decided_on else None
    values: dict[str, Json] = {
        found.entry.field: result,
        into.date: decided_on,
        into.question: stands.question,
        into.chair: found.chair_id,
        into.minutes: stands.minutes,
        into.votes_for: counted.votes.get(result, 0),
        into.votes_against: counted.against(result),
        into.abstentions: counted.abstained,
    }
    if into.members is not None:
        chosen = {one.person_id: one.choice for one in found.ballots if one.person_id}
        known = decision_terms.form_grounds(found.release, found.entry, found.item.form_key)
        codes = frozenset(code for code, _text in known)
        values[into.members.list] = [
            _row(one, into.members, _vote(one, chosen.get(one.person_id), result), codes)
            for one in found.members
        ]
    return {name: value for name, value in values.items() if name}


def _seal(ctx: Context, found: Held, result: str) -> None:
    """The decision as it will be read for ever, and its meeting once nothing of it is open."""
    counted = found.tally
    decision_rows.keep(
        ctx,
        found,
        found.members,
        state="closed",
        resolution=result,
        base=counted.base,
        members=[one.person_id for one in found.members],
        present=[one.person_id for one in found.members if one.counted.is_there],
        chair_id=found.chair_id,
        closed_at=ctx.now,
    )
    decision_rows.end_meeting(ctx, found)


def _vote(one: MemberRow, choice: str | None, result: str) -> str:
    """A vote in the words of the form: for what was decided, against it, abstained, none."""
    if choice is None or not one.counted.is_there:
        return _NONE
    if choice == ABSTAIN:
        return _ABSTAIN
    return _FOR if choice == result else _AGAINST


def _row(one: MemberRow, into: MembersField, vote: str, codes: frozenset[str]) -> dict[str, Any]:
    """One member in the form's list."""
    is_recused = one.attendance is Attendance.RECUSED
    attendance = "recused" if is_recused else "present" if one.counted.is_there else "absent"
    ground = into.no_ground or None
    if is_recused:
        is_told = one.recusal in codes and one.recusal != BY_DATA
        ground = one.recusal if is_told else into.other_ground or None
    values = {
        into.person: one.person_id,
        into.chairs: one.is_chair,
        into.attendance: attendance,
        into.attended: one.counted.is_there,
        into.recused: is_recused,
        into.ground: ground,
        into.vote: vote,
    }
    return {name: value for name, value in values.items() if name}

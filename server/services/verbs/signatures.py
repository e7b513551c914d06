"""Signing, and what a signature lets happen: the next one's turn, back to the main one, or on.

Every signature is a row of ``work_act`` and stays there, whatever becomes of the task. The engine
is asked once, by the act that completes the group (``domain/groups``).
"""

from collections.abc import Mapping
from typing import Any, Final

from server.domain import groups
from server.domain.errors import Conflict, Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.groups import Duty, Turn
from server.domain.lifecycle import WorkState
from server.domain.tallies import Choice
from server.domain.texts import _
from server.forms import signing
from server.services.case import answers, attachment_binding, case_state
from server.services.case.answers import Asked, Checked
from server.services.case.case_rows import CaseRow
from server.services.case.case_state import Act
from server.services.case.naming import Found, Place
from server.services.context import Context
from server.services.law.releases import Release
from server.services.verbs import finishing, group_rows, signature_notices, work_acts, work_rows
from server.services.verbs.finishing import Handed
from server.services.verbs.group_rows import GroupRows
from server.services.verbs.work_rows import ItemRow

#: what of a signer's item his next one has as well
_AGAIN: Final = (
    *("assignee_id", "candidate_role", "candidate_unit", "head_only", "handed_by"),
    *("form_key", "form_hash", "position", "weight"),
)


def hand_in(
    ctx: Context, case: CaseRow, release: Release, known: GroupRows, item: ItemRow, checked: Checked
) -> Handed | None:
    """The main one is handed in: the case goes on, or those who sign after it do so first.

    What it came to, None while others have to sign.

    Raises:
        Conflict: others come first.
        Invalid: somebody is named for a part in the case who may not act in it.
    """
    turn = groups.hand_in(known.group, item.id)
    if turn.goes_on:
        handed = Handed(item=item, checked=checked, results=_results(known.group))
        finishing.finish(ctx, case, release, handed)
        return handed
    finishing.refuse_barred(ctx, case, release, item, checked)
    _bind_files(ctx, case, release, item, checked)
    kept: dict[str, Json] = {
        "by": ctx.actor.person_id,
        "values": dict(checked.values),
        "withdrawn": list(checked.withdrawn),
        "cases": [each.id for each in checked.cases],
    }
    group_rows.change(ctx, known.rows[item.id], answers=kept, draft=None)
    work_acts.append(ctx, item, "submit")
    after = [known.rows[seat.id] for seat in turn.group.open_of(Duty.AFTER)]
    signature_notices.asked(ctx, after)
    ctx.settle()
    return None


def sign(
    ctx: Context,
    case: CaseRow,
    release: Release,
    known: GroupRows,
    item: ItemRow,
    given: Mapping[str, Json],
) -> Handed | None:
    """Somebody who was asked to signs; what the task came to, if that lets the case go on.

    Raises:
        Conflict: others come first.
        Invalid: the answers do not fit the form, or a disagreement has no reason.
    """
    groups.refuse_waiting(known.group, item.id)
    variables = case_state.load(ctx, case.id).variables
    at = release.at(item.node_key, item.form_key)
    asked = Asked(
        release=at,
        procedure=case.procedure,
        form_key=item.form_key,
        variables=variables,
        place=Place(case_id=case.id),
    )
    checked = answers.check(ctx, asked, given)
    choice = Choice(str(checked.values[signing.CHOICE]))
    opinion = str(checked.values.get(signing.OPINION) or "").strip()
    _refuse_silent(choice, opinion)
    turn = groups.sign(known.group, item.id, choice)
    is_built_in = item.form_key in signing.FORMS
    work_acts.append(
        ctx,
        item,
        group_rows.SIGN,
        choice=choice,
        text=opinion,
        answers=None if is_built_in else dict(checked.values),
        form_hash=item.form_hash,
    )
    return go(ctx, case, release, known, turn, last=item)


def excuse(ctx: Context, case: CaseRow, release: Release, item: ItemRow) -> bool:
    """Let the group go on without the holder of this item, who may not sign (any more).

    False, and nothing is changed, where nobody else is asked: somebody has to take his place.
    """
    known = group_rows.of(ctx, release, item)
    try:
        turn = groups.excuse(known.group, item.id)
    except Conflict:
        return False
    go(ctx, case, release, known, turn)
    return True


def go(
    ctx: Context,
    case: CaseRow,
    release: Release,
    known: GroupRows,
    turn: Turn,
    *,
    last: ItemRow | None = None,
) -> Handed | None:
    """Write what comes of a turn; ``last`` is who signed, None where somebody was let off.

    What the task came to, None where others still have to sign.
    """
    before = groups.offered(known.group)
    group_rows.write(ctx, known, turn.group)
    if turn.goes_on:
        handed = (
            _of_main(known)
            if turn.group.has_main
            else Handed(item=last or _last_signed(known), results=_results(turn.group))
        )
        finishing.finish(ctx, case, release, handed)
        return handed
    if turn.is_back:
        _send_back(ctx, known, turn)
    else:
        _tell_next(ctx, known, groups.offered(turn.group) - before)
    ctx.settle()
    return None


def _last_signed(known: GroupRows) -> ItemRow:
    """The newest signature of a group that goes on because somebody was let off."""
    done = [row for row in known.rows.values() if row["state"] == WorkState.DONE]
    return work_rows.of_row(max(done, key=lambda row: (row["closed_at"], row["id"])))


def _of_main(known: GroupRows) -> Handed:
    """What was handed in, by who did."""
    row = known.main
    kept = row["answers"]
    return Handed(
        item=work_rows.of_row(row),
        checked=Checked(
            values=kept["values"],
            withdrawn=tuple(kept["withdrawn"]),
            cases=tuple(Found(id=each) for each in kept.get("cases", ())),
        ),
        author_id=kept["by"],
        results=_results(known.group),
    )


def offer_again(ctx: Context, release: Release, item: ItemRow) -> None:
    """A withdrawn task that was handed in to be signed afterwards: it can be changed again, and is
    signed anew."""
    known = group_rows.of(ctx, release, item)
    if known.group.is_handed_in:
        _back_to_main(ctx, known, groups.back(known.group))
        ctx.settle()


def _send_back(ctx: Context, known: GroupRows, turn: Turn) -> None:
    _back_to_main(ctx, known, turn)
    signature_notices.sent_back(ctx, known.main)


def _back_to_main(ctx: Context, known: GroupRows, turn: Turn) -> None:
    """The answers are offered to the main one again; whoever signs after him does so anew."""
    main = known.main
    typed = {
        "by": main["assignee_id"],
        "at": ctx.now.isoformat(),
        "answers": main["answers"]["values"],
    }
    group_rows.change(ctx, main, answers=None, draft=typed)
    latest = {row["assignee_id"]: row for row in known.rows.values() if row["duty"] == Duty.AFTER}
    seats = [{name: latest[person][name] for name in _AGAIN} for person in turn.again]
    group_rows.beside(ctx, main, Duty.AFTER, seats)


def _tell_next(ctx: Context, known: GroupRows, turn_of: frozenset[str]) -> None:
    for seat_id in sorted(turn_of):
        row = known.rows[seat_id]
        if row["duty"] == Duty.MAIN:
            signature_notices.signed(ctx, row)
        else:
            signature_notices.asked(ctx, [row])


def _results(group: groups.Group) -> dict[str, Json]:
    """What the members' signatures came to, under the names the pack gives."""
    rule, said = group.rule, group.tally
    if rule is None:
        return {}
    named: dict[str, Any] = {
        rule.results.agreed: said.is_agreed,
        rule.results.for_: said.agree,
        rule.results.against: said.disagree,
        rule.results.abstained: said.abstain,
    }
    return {name: value for name, value in named.items() if name}


def _refuse_silent(choice: Choice, opinion: str) -> None:
    if choice is Choice.DISAGREE and not opinion:
        finding = Finding(
            code="SIGN_OPINION",
            field=signing.OPINION,
            message=_("不同意的，请写明意见"),
            fix=_("填写意见"),
        )
        raise Invalid(_("填写的内容有{n}处问题").format(n=1), [finding])


def _bind_files(
    ctx: Context, case: CaseRow, release: Release, item: ItemRow, checked: Checked
) -> None:
    """Files go into the case with the answers, so that those who sign after it can read them."""
    act = Act(
        command="complete",
        work_item_id=item.id,
        answers=checked.values,
        form_hash=item.form_hash,
    )
    attachment_binding.bind(ctx, case.id, None, release, act)

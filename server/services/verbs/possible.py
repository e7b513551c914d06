"""What a person may do with a task now: every verb asked whether it would be refused.

A verb of ``http/verbs`` has an entry here under its name. An entry raises what the verb itself
would raise for this person and this task, whatever is chosen then; so a button never leads to a
refusal that could have been foreseen.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from server.domain import groups, handing, talking
from server.domain import work as rules
from server.domain.access import Actor
from server.domain.errors import Conflict, Forbidden
from server.domain.groups import Duty
from server.domain.lifecycle import CaseStatus, WorkState
from server.domain.texts import _
from server.domain.work import Work
from server.services.verbs import (
    acting,
    decision_gate,
    earlier,
    handovers,
    returns,
    withdrawals,
    work_rows,
)
from server.services.verbs.judged import Judged


def _by_rule(rule: Callable[[Work, Actor], Work]) -> Callable[[Judged], object]:
    return lambda judged: rule(judged.work, judged.actor)


def _complete(judged: Judged) -> None:
    rules.complete(judged.work, judged.actor)
    if judged.item.duty == Duty.MAIN:
        decision_gate.refuse_form(judged.ctx, judged.release.pack, judged.item)
    acting.refuse_ballot(judged.ctx, judged.item, judged.group.rule)
    groups.refuse_waiting(judged.group, judged.item.id)


def _urge(judged: Judged) -> None:
    ctx, actor = judged.ctx, judged.actor
    did_earlier = earlier.did(ctx, actor, judged.case.id)
    talking.may_urge(judged.work, actor, judged.sight, did_earlier=did_earlier)


def _add_signers(judged: Judged) -> None:
    rules.may_have_signed(judged.work, judged.actor)


def _remove_signers(judged: Judged) -> None:
    rules.may_have_signed(judged.work, judged.actor)
    if not judged.group.open_of(*groups.SIGNERS):
        raise Conflict(_("没有可以撤销的加签人"))


def _release(judged: Judged) -> object:
    """Of one's own; what somebody else has is taken back by a verb of its own."""
    if rules.takes_back(judged.work, judged.actor):
        raise Conflict(_("该待办已由他人签收"))
    return rules.release(judged.work, judged.actor)


def _recall(judged: Judged) -> object:
    """Of a task that is over the one thing that may be left: another office has not taken it."""
    if judged.work.state is not WorkState.ENDED:
        return handing.recall(judged.work, judged.actor)
    return handovers.may_take_back(judged.ctx, judged.item, judged.case, judged.work)


_POSSIBLE: Final[Mapping[str, Callable[[Judged], object]]] = {
    "claim": _by_rule(rules.claim),
    "release": _release,
    "complete": _complete,
    "return": returns.possible,
    "withdraw": withdrawals.possible,
    "transfer": _by_rule(rules.may_transfer),
    "follow-up": _by_rule(rules.complete),
    "cc": lambda judged: talking.may_copy(judged.work, judged.actor, judged.sight),
    "urge": _urge,
    "comment": lambda judged: talking.may_comment(CaseStatus(judged.case.status), judged.sight),
    "add-signers": _add_signers,
    "remove-signers": _remove_signers,
    "delegate": _by_rule(handing.may_delegate),
    "recall": _recall,
    "take-back": _by_rule(rules.take_back),
    "decline": _by_rule(handing.decline),
}
#: where none of these is possible the page says why
_MAIN: Final = ("claim", "release", "complete")


#: what somebody does for himself alone, whomever he stands in for
_OWN: Final = frozenset({"follow-up", "comment"})


def _refused(judged: Judged, would: Callable[[Judged], object]) -> str | None:
    """Why it would be refused, None: it would not."""
    try:
        would(judged)
    except (Conflict, Forbidden) as refused:
        return refused.message
    return None


def _may_another(judged: Judged, would: Callable[[Judged], object]) -> bool:
    """May somebody whom the actor stands in for."""
    others = work_rows.spoken_for(judged.actor, judged.item, judged.work)
    if not others or work_rows.has_part(judged.ctx, judged.item):
        return False
    return any(_refused(replace(judged, actor=each), would) is None for each in others)


def now(judged: Judged) -> tuple[tuple[str, ...], str]:
    """The verbs that are possible, and where none of the main ones is, the first reason."""
    allowed, why = [], ""
    for name, would in _POSSIBLE.items():
        refused = _refused(judged, would)
        if refused is None or (name not in _OWN and _may_another(judged, would)):
            allowed.append(name)
        elif name in _MAIN:
            why = why or refused
    waiting = _waiting(judged)
    if waiting and groups.may_fill_in(judged.group, judged.item.id):
        allowed.append("draft")
    return tuple(allowed), waiting or ("" if set(allowed) & set(_MAIN) else why)


def _waiting(judged: Judged) -> str:
    """Why what is in his hands cannot be handed in yet: others of its group come first."""
    try:
        rules.complete(judged.work, judged.actor)
    except (Conflict, Forbidden):
        return ""
    try:
        groups.refuse_waiting(judged.group, judged.item.id)
    except Conflict as refused:
        return refused.message
    return ""

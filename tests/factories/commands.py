"""What people and clocks do to one case, by name: whoever, whatever, with what is possible.

A verb that is said in ``http/verbs`` takes part by itself: what it asks is chosen from what it
offers. Anything else has a line in ``COMMANDS``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from server.domain.expressions import Json
from server.http.verbs.saying import Ask, Verb
from server.http.verbs.table import CASE_VERBS, TASK_VERBS
from server.services.context import Context
from server.services.verbs import recusals, work


@dataclass(frozen=True, kw_only=True, slots=True)
class Aim:
    """What a command is aimed at, and the number its choices are made by."""

    case_id: str
    item_id: str
    form_key: str
    number: int


#: does one thing; refused with an error of the domain, or done
Command = Callable[[Context, Aim], None]


def _of_task(verb: Verb) -> Command:
    def act(ctx: Context, aim: Aim) -> None:
        verb.act(ctx, aim.item_id, **_given(ctx, verb, aim.item_id, aim.number))

    return act


def _of_case(verb: Verb) -> Command:
    def act(ctx: Context, aim: Aim) -> None:
        verb.act(ctx, aim.case_id, **_given(ctx, verb, aim.case_id, aim.number))

    return act


def _given(ctx: Context, verb: Verb, target: str, number: int) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for at, ask in enumerate(verb.asks):
        number, own = divmod(number, 7)
        given[ask.key] = _value(ctx, ask, target, own + at, given)
    return given


def _value(ctx: Context, ask: Ask, target: str, number: int, given: Mapping[str, Any]) -> Any:
    if ask.choices is not None:
        by = (given[ask.by],) if ask.by else ()
        found = [choice.value for choice in ask.choices(ctx, target, *by)]
        if ask.kind == "several":
            return found[number % 3 : number % 3 + 1 + number % 2] if found else []
        return found[number % len(found)] if found else "none"
    if ask.kind == "number":
        return 1 + number
    if ask.kind == "day":
        return ctx.today + timedelta(days=number)
    return "理由"


def answers(form_key: str, number: int) -> dict[str, Json]:
    """What fills in a form of the random pack."""
    if form_key.startswith("loop_"):
        return {f"again_{form_key.removeprefix('loop_')}": number % 3 == 0}
    return {"out": f"意见{number % 3}"} if form_key == "item" else {"opinion_text": "意见"}


def _complete(ctx: Context, aim: Aim) -> None:
    work.complete(ctx, aim.item_id, answers(aim.form_key, aim.number))


def _declare(ctx: Context, aim: Aim) -> None:
    recusals.declare(ctx, aim.case_id, ground="kinship", note="是近亲属")


#: what is done to one item
TASK_COMMANDS: Final[Mapping[str, Command]] = {
    "claim": lambda ctx, aim: work.claim(ctx, aim.item_id),
    "release": lambda ctx, aim: work.release(ctx, aim.item_id),
    "complete": _complete,
    **{name: _of_task(verb) for name, verb in TASK_VERBS.items()},
}
#: what is done to the case
CASE_COMMANDS: Final[Mapping[str, Command]] = {
    "declare": _declare,
    **{name: _of_case(verb) for name, verb in CASE_VERBS.items()},
}
COMMANDS: Final[Mapping[str, Command]] = {**TASK_COMMANDS, **CASE_COMMANDS}

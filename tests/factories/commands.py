"""What people do to one case, by name, with what is possible, and what of it is on offer.

A verb that is said in ``http/verbs`` takes part by itself: what it asks is chosen from what it
offers. Anything else has a line in ``COMMANDS``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from server.domain.access import is_candidate
from server.domain.errors import NotFound
from server.domain.expressions import Json
from server.domain.requests import RequestKind
from server.forms import signing
from server.http.verbs.saying import Ask, Verb
from server.http.verbs.table import CASE_VERBS, TASK_VERBS
from server.models.identity import Person
from server.queries import requests as requested
from server.services.case import case_rows, incidents, sights
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions
from server.services.verbs import (
    drafts,
    group_rows,
    possible,
    possible_case,
    recusal_decisions,
    recusals,
    requests,
    transfers,
    work,
    work_rows,
)
from server.services.verbs.judged import Choice, Judged


@dataclass(frozen=True, kw_only=True, slots=True)
class Aim:
    """What a command is aimed at, and the number its choices are made by."""

    case_id: str
    item_id: str = ""
    form_key: str = ""
    number: int = 0
    #: id of the request or the recusal, of the person meant
    subject: str = ""


#: does one thing; refused with an error of the domain, or done
Command = Callable[[Context, Aim], object]


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
        found = [each.value for each in sorted(ask.choices(ctx, target, *by), key=_said)]
        if ask.kind == "several":
            begin = number % max(len(found), 1)
            return found[begin : begin + 1 + number % 2]
        return found[number % len(found)] if found else "none"
    if ask.kind == "number":
        return 1 + number % 3
    if ask.kind == "day":
        return ctx.today + timedelta(days=1 + number)
    if ask.kind == "line" and "name" in given:
        return _of_type(given["name"], number)
    return "理由"


def _said(choice: Choice) -> tuple[str, str]:
    """What stands in every run, as no id does."""
    return choice.label, choice.hint


def _of_type(variable: str, number: int) -> str:
    """Another value of a variable of the random pack."""
    if variable == "num" or variable.startswith("said_"):
        return str(number)
    return ("true", "false")[number % 2] if variable.startswith("again_") else f"意见{number}"


def answers(form_key: str, number: int) -> dict[str, Json]:
    """What fills in a form of the random pack, or the one that is signed."""
    if form_key.startswith("loop_"):
        return {f"again_{form_key.removeprefix('loop_')}": number % 3 == 0}
    if form_key in signing.FORMS:
        said = ("agree", "agree", "disagree", "abstain")
        most = 4 if form_key == signing.WITH_ABSTENTION else 3
        return {signing.CHOICE: said[number % most], signing.OPINION: "意见"}
    return {"out": f"意见{number % 3}"} if form_key == "item" else {"opinion_text": "意见"}


def _complete(ctx: Context, aim: Aim) -> None:
    work.complete(ctx, aim.item_id, answers(aim.form_key, aim.number))


def _draft(ctx: Context, aim: Aim) -> None:
    drafts.save(ctx, aim.item_id, answers(aim.form_key, aim.number))


def _hand_over(ctx: Context, aim: Aim) -> None:
    """To another office, not to a colleague."""
    people = set(ctx.session.scalars(select(Person.id)))
    found = sorted(transfers.choices(ctx, aim.item_id), key=_said)
    offices = [each.value for each in found if each.value not in people]
    to = offices[aim.number % len(offices)] if offices else "none"
    transfers.transfer(ctx, aim.item_id, to=to, reason="理由")


def _declare(ctx: Context, aim: Aim) -> None:
    recusals.declare(ctx, aim.case_id, ground="kinship", note="是近亲属")


def _ask_recusal(ctx: Context, aim: Aim) -> None:
    recusals.ask(ctx, aim.case_id, person=aim.subject, ground="kinship", reason="是近亲属")


def _consent(ctx: Context, aim: Aim) -> None:
    requests.consent(ctx, aim.subject)


def _decided(granted: bool) -> Command:
    return lambda ctx, aim: recusal_decisions.decide(
        ctx, aim.subject, granted=granted, answer="理由"
    )


#: what is done to one item
TASK_COMMANDS: Final[Mapping[str, Command]] = {
    "claim": lambda ctx, aim: work.claim(ctx, aim.item_id),
    "release": lambda ctx, aim: work.release(ctx, aim.item_id),
    "complete": _complete,
    "draft": _draft,
    "hand-over": _hand_over,
    **{name: _of_task(verb) for name, verb in TASK_VERBS.items()},
}
#: random packs have no letters (ADR 0028)
_NO_PAPERS: Final = {"issue", "serve"}
#: what is done to the case
CASE_COMMANDS: Final[Mapping[str, Command]] = {
    "declare": _declare,
    "ask-recusal": _ask_recusal,
    "resolve": lambda ctx, aim: incidents.resolve(ctx, aim.case_id),
    **{name: _of_case(verb) for name, verb in CASE_VERBS.items() if name not in _NO_PAPERS},
}
#: what is done to something of the case that waits to be decided
SUBJECT_COMMANDS: Final[Mapping[str, Command]] = {
    **dict.fromkeys((f"consent-{kind}" for kind in RequestKind), _consent),
    "refuse": lambda ctx, aim: requests.refuse(ctx, aim.subject, answer="不同意"),
    "take-request-back": lambda ctx, aim: requests.withdraw(ctx, aim.subject),
    "grant-recusal": _decided(granted=True),
    "refuse-recusal": _decided(granted=False),
    "take-recusal-back": lambda ctx, aim: recusal_decisions.withdraw(ctx, aim.subject),
}
COMMANDS: Final[Mapping[str, Command]] = {**TASK_COMMANDS, **CASE_COMMANDS, **SUBJECT_COMMANDS}

#: done by the same service call as another verb, which offers it
_SAME: Final = {"hand-over": "transfer", "take-back": "release"}


def offered(ctx: Context, verb: str, aim: Aim) -> bool:
    """Does the program offer this to the actor now: what it does not offer must be refused."""
    if verb in TASK_COMMANDS:
        return bool({verb, _SAME.get(verb, verb)} & _on_item(ctx, aim.case_id, aim.item_id))
    return verb not in CASE_VERBS or verb in _on_case(ctx, aim.case_id)


def _on_item(ctx: Context, case_id: str, item_id: str) -> frozenset[str]:
    """The verbs of the page of the task (``files/sheets``)."""
    actor = posts.with_posts(ctx)
    try:
        sight = sights.of(ctx, case_id)
    except NotFound:
        return frozenset()
    case = case_rows.found(ctx, case_id)
    item = work_rows.stored(ctx, case, item_id)
    held = work_rows.judged(ctx, item, case)
    others = work_rows.spoken_for(actor, item, held)
    is_his = any(is_candidate(each, held.offered) for each in (actor, *others))
    if not (sight.is_office or (is_his and (not sight.is_party or item.candidate_unit is None))):
        return frozenset()
    release = definitions.release(ctx, case.pack_version_id)
    judged = Judged(
        ctx=ctx,
        actor=actor,
        item=item,
        case=case,
        work=held,
        release=release,
        sight=sight,
        group=group_rows.of(ctx, release, item).group,
    )
    names = possible.now(judged)[0]
    return frozenset({*names, *(["draft"] if "complete" in names else [])})


def _on_case(ctx: Context, case_id: str) -> frozenset[str]:
    actor = posts.with_posts(ctx)
    try:
        sight = sights.of(ctx, case_id)
    except NotFound:
        return frozenset()
    asked = requested.of_case(ctx.session, actor, sight, case_id)
    return possible_case.of(ctx, sight, case_id, asked).names

"""What the expressions of a pack read: the routing variables, the answers of the act, the switches.

Every declared name is present, null until it is set, so a warning of the evaluator always means a
fault of the pack and is never taken for false (SECURITY EX-6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from server.domain.errors import ExpressionFailed, Invalid
from server.domain.expressions import Evaluate, Feel, Given, Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.services.law.releases import TYPED, Release


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """A context of expressions with the types of its dates."""

    values: Mapping[str, Json]
    types: Mapping[str, str]
    now: datetime


def settings_of(release: Release) -> dict[str, Json]:
    """The switches of the pack as expressions see them: ``settings.<key>``."""
    return {key: setting.value for key, setting in release.pack.settings.items()}


def collect(
    release: Release,
    procedure: str,
    variables: Mapping[str, Json],
    answers: Mapping[str, Json],
    now: datetime,
) -> Facts:
    """Everything an expression of the pack may name at this moment."""
    known = known_names(release, procedure)
    return Facts(
        values={
            **dict.fromkeys(known),
            **variables,
            **answers,
            "settings": settings_of(release),
        },
        types={name: kind for name, kind in known.items() if kind in TYPED},
        now=now,
    )


def known_names(release: Release, procedure: str) -> dict[str, str]:
    """Every variable and form field of the pack with its type."""
    return {**release.fields, **release.routing.get(procedure, {})}


def value(evaluate: Evaluate, feel: Feel, facts: Facts) -> Json:
    """The value of the expression; a warning is a fault and raises.

    Raises:
        ExpressionFailed: it warned, or passed a limit.
    """
    answer = evaluate.values([feel.text], facts.values, now=facts.now, types=facts.types)[0]
    if answer.warnings:
        raise ExpressionFailed(
            _("政策包中的一个表达式无法计算"),
            detail=f"{feel.text}: {'; '.join(answer.warnings)}",
        )
    return answer.value


def holds(evaluate: Evaluate, feel: Feel | None, facts: Facts) -> bool:
    """Does the condition hold; no condition always does, null does not.

    Raises:
        ExpressionFailed: the value is neither true, false nor null.
    """
    if feel is None:
        return True
    answer = value(evaluate, feel, facts)
    if answer is not None and not isinstance(answer, bool):
        raise ExpressionFailed(_("政策包中的一个条件没有得出是或否"), detail=feel.text)
    return answer is True


def each_holds(
    evaluate: Evaluate, feel: Feel | None, entries: Sequence[Json], facts: Facts
) -> list[bool]:
    """For each of these, known as ``entry``, whether the condition holds: asked in one go.

    Raises:
        ExpressionFailed: it warned, passed a limit, or one value is neither true, false nor null.
    """
    if feel is None or not entries:
        return [True] * len(entries)
    every = Feel(text=f"for entry in entries return (\n{feel.text}\n)")
    answers = value(evaluate, every, replace(facts, values={**facts.values, "entries": entries}))
    told = answers if isinstance(answers, list) else [answers]
    if len(told) != len(entries) or not all(
        each is None or isinstance(each, bool) for each in told
    ):
        raise ExpressionFailed(_("政策包中的一个条件没有得出是或否"), detail=feel.text)
    return [each is True for each in told]


def given(evaluate: Evaluate, text: Given, facts: Facts) -> Json:
    """A literal as it stands, or the value of the expression."""
    return value(evaluate, text, facts) if isinstance(text, Feel) else text


def answers(evaluate: Evaluate, start: Mapping[str, Given], facts: Facts) -> dict[str, Json]:
    """What a pack fills into a start form; what has no value is left to the form."""
    found = {key: given(evaluate, each, facts) for key, each in start.items()}
    return {key: each for key, each in found.items() if each is not None}


def day(evaluate: Evaluate, source: Given, facts: Facts) -> date | None:
    """The day a form field or an expression names, None when it is empty.

    Raises:
        Invalid: what stands there is no date.
    """
    found = value(evaluate, source, facts) if isinstance(source, Feel) else facts.values.get(source)
    if found in (None, ""):
        return None
    try:
        return date.fromisoformat(str(found)[:10])
    except ValueError:
        raise wrong_day(source, _("不是有效的日期")) from None


def wrong_day(source: Given, message: str) -> Invalid:
    """The refusal of a date, at its field."""
    field = "" if isinstance(source, Feel) else source
    return Invalid(_("填写的内容有误"), [day_finding(field, message)])


def day_finding(field: str, message: str) -> Finding:
    """What is wrong with the day of an event, at its field."""
    return Finding(code="EVENT_DATE", field=field, message=message, fix=_("填写实际发生的日期"))

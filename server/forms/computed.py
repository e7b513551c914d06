"""Values of a form that nobody types: locked fields, defaults and computed expressions.

They are settled before anything is judged, because conditions and limits read them.
"""

from collections.abc import Mapping
from typing import Any, Final

from server.domain.expressions import Evaluate, Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.forms.fields import Field, walk
from server.forms.limits import is_empty
from server.forms.visibility import Path, Placed, by_scope, places, written

_MISSING: Final = object()
#: most times that expressions reading one another are computed
_MOST_ROUNDS: Final = 5


def settle(
    placed: list[Placed],
    data: dict[str, Json],
    sent: Mapping[str, Json],
    variables: Mapping[str, Json],
    evaluate: Evaluate,
) -> tuple[list[Finding], frozenset[Path]]:
    """Put locked and default values into ``data``.

    Returns a finding per locked field that was changed, and the paths of all locked fields.
    """
    findings = []
    locked = _locked(placed, evaluate)
    for each in placed:
        if each.field.is_container or each.field.component == "expression":
            continue
        answer, known = _at(sent, each.path), _at(variables, each.path)
        default = each.field.schema.get("defaultValue")
        is_new = known is _MISSING or known is None
        current = default if is_new else known
        if each in locked:
            if answer is not _MISSING and not _unchanged(answer, current):
                findings.append(_changed(each))
            _put(data, each.path, current)
        elif answer is _MISSING and is_new and default is not None:
            _put(data, each.path, default)
    return findings, frozenset(each.path for each in locked)


def compute(
    fields: tuple[Field, ...],
    data: dict[str, Json],
    variables: Mapping[str, Json],
    evaluate: Evaluate,
) -> None:
    """Put the value of every expression field into ``data``, in place.

    What cannot be computed yet, because an answer is missing, is null as in the browser.
    """
    wanted = [each for each in walk(fields) if each.component == "expression"]
    for _round in range(_rounds(wanted, evaluate)):
        before = places(fields, data, variables)
        for group in by_scope(each for each in before if each.field in wanted):
            texts = [_expression(each.field) for each in group]
            found = evaluate.values(texts, group[0].scope.context)
            for each, value in zip(group, found, strict=True):
                _put(data, each.path, value.value)


def _rounds(wanted: list[Field], evaluate: Evaluate) -> int:
    keys = {each.key for each in wanted}
    chained = sum(bool(evaluate.parse(_expression(each)).names & keys) for each in wanted)
    return min(_MOST_ROUNDS, chained + 1) if wanted else 0


def _expression(each: Field) -> str:
    text = each.schema.get("expression")
    return text.removeprefix("=") if isinstance(text, str) and text.strip("= ") else "null"


def _locked(placed: list[Placed], evaluate: Evaluate) -> frozenset[Placed]:
    """Read-only and disabled fields, and everything in a locked container."""
    out = {each for each in placed if each.field.is_locked}
    asking = [each for each in placed if _condition(each.field)]
    for group in by_scope(asking):
        found = evaluate.values([_condition(each.field) for each in group], group[0].scope.context)
        out |= {each for each, answer in zip(group, found, strict=True) if answer.value is True}
    out |= {each for each in placed if each.within in out}
    return frozenset(out)


def _condition(each: Field) -> str:
    text = each.schema.get("readonly")
    return text[1:] if isinstance(text, str) and text.startswith("=") else ""


def _unchanged(answer: Json, current: Json) -> bool:
    return answer == current or (is_empty(answer) and is_empty(current))


def _changed(each: Placed) -> Finding:
    label = each.field.label
    return Finding(
        code="FORM_READ_ONLY",
        field=written(each.path),
        message=_("“{label}”不能修改").format(label=label),
        fix=_("恢复“{label}”原来的内容").format(label=label),
    )


def _at(data: Any, path: Path) -> Any:
    for part in path:
        if isinstance(part, int):
            data = data[part] if isinstance(data, list) and part < len(data) else _MISSING
        else:
            data = data.get(part, _MISSING) if isinstance(data, Mapping) else _MISSING
        if data is _MISSING:
            return _MISSING
    return data


def _put(data: Any, path: Path, value: Json) -> None:
    for part in path[:-1]:
        data = data[part]
    data[path[-1]] = value

"""What a visible answer must keep: required, options, bounds, lengths and patterns.

Everything that needs the evaluator (bounds in FEEL, options by expression, patterns, which are
never run by Python) is asked in one call per level of rows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from server.domain.errors import ExpressionFailed
from server.domain.expressions import Evaluate, Json
from server.domain.findings import Finding
from server.domain.packs import CodeList
from server.domain.texts import _
from server.forms.components import MANY_OF, ONE_OF, TEXTS
from server.forms.fields import Field
from server.forms.values import utf16_length
from server.forms.visibility import Placed, by_scope, written

#: as form-js tests an address
_EMAIL: Final = (
    r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$"
)
_PATTERNS: Final = frozenset({"pattern", "email"})
_BOUNDS: Final = ("min", "max", "minLength", "maxLength", "minItems", "maxItems")


#: code of a finding and its sentence
Problem = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """What limits are judged against besides the form and the answers."""

    lists: Mapping[str, CodeList] = field(default_factory=dict)
    evaluate: Evaluate
    #: the day of the act, for ``disallowPassedDates``
    on: date | None = None


def broken(shown: Sequence[Placed], world: World) -> list[Finding]:
    """One finding per limit that a visible answer breaks, in the order of the form."""
    asked = {each: answers for group in by_scope(shown) for each, answers in _ask(group, world)}
    return [
        Finding(
            code=code,
            field=written(each.path),
            message=message,
            fix=_("修改“{label}”后重新提交").format(label=each.field.label),
        )
        for each in shown
        for code, message in _problems(each, asked[each], world)
    ]


def is_empty(value: Json) -> bool:
    """Nothing was answered: null, an empty text, no entry, an unticked box."""
    return value is None or value is False or value in ("", [], {})


def _ask(group: list[Placed], world: World) -> Iterator[tuple[Placed, dict[str, Json]]]:
    """What the evaluator says about each field of one level: FEEL bounds, options, patterns."""
    questions: list[tuple[Placed, str, str]] = []
    names: dict[str, Json] = {}
    for number, each in enumerate(group):
        if not is_empty(each.value) or each.field.is_rows:
            questions += [(each, name, text) for name, text in _expressions(each.field)]
            for name, pattern in _patterns(each.field):
                # no key of a form begins with an underscore (EX-5)
                names |= {f"_value_{number}": each.value, f"_{name}_{number}": pattern}
                questions.append((each, name, f"matches(_value_{number}, _{name}_{number})"))
    answers: dict[Placed, dict[str, Json]] = {each: {} for each in group}
    if questions:
        context = {**group[0].scope.context, **names}
        found = world.evaluate.values([text for _each, _name, text in questions], context)
        for (each, name, text), value in zip(questions, found, strict=True):
            if name in _PATTERNS and value.warnings:
                raise ExpressionFailed(_("表单的一项格式要求无法检查"), detail=text)
            answers[each][name] = value.value
    yield from answers.items()


def _expressions(each: Field) -> Iterator[tuple[str, str]]:
    for name in _BOUNDS:
        bound = each.limits.get(name)
        if isinstance(bound, str) and bound.startswith("="):
            yield name, bound[1:]
    options = each.schema.get("valuesExpression")
    if isinstance(options, str) and options.startswith("="):
        yield "options", options[1:]


def _patterns(each: Field) -> Iterator[tuple[str, str]]:
    if each.component in TEXTS:
        pattern = each.limits.get("pattern")
        if isinstance(pattern, str) and pattern:
            yield "pattern", pattern
        if each.limits.get("validationType") == "email":
            yield "email", _EMAIL


def _problems(each: Placed, asked: Mapping[str, Json], world: World) -> Iterator[Problem]:
    if each.field.is_rows:
        yield from _rows(each, asked)
    elif is_empty(each.value):
        if each.field.required:
            yield "FORM_REQUIRED", _required(each.field)
    elif each.field.component in _CHECKS:
        yield from _CHECKS[each.field.component](each, asked, world)


def _required(each: Field) -> str:
    if each.component == "checkbox":
        return _("请勾选“{label}”").format(label=each.label)
    if each.component in ONE_OF | MANY_OF:
        return _("请选择“{label}”").format(label=each.label)
    return _("请填写“{label}”").format(label=each.label)


def _rows(each: Placed, asked: Mapping[str, Json]) -> Iterator[Problem]:
    label, count = each.field.label, len(each.value)
    least, most = _bound(each, "minItems", asked), _bound(each, "maxItems", asked)
    if each.field.required and not count:
        yield "FORM_REQUIRED", _required(each.field)
    elif least is not None and count < least:
        yield "FORM_MIN_ITEMS", _("“{label}”至少{n}项").format(label=label, n=least)
    if most is not None and count > most:
        yield "FORM_MAX_ITEMS", _("“{label}”最多{n}项").format(label=label, n=most)


def _options(each: Placed, asked: Mapping[str, Json], world: World) -> Iterator[Problem]:
    allowed = {_same(option) for option in _allowed(each, asked, world)}
    chosen = each.value if isinstance(each.value, list) else [each.value]
    if any(_same(value) not in allowed for value in chosen):
        message = _("“{label}”中有不在选项之列的值").format(label=each.field.label)
        yield "FORM_OPTION", message


def _allowed(each: Placed, asked: Mapping[str, Json], world: World) -> list[Json]:
    """The values on offer, from the pack's list, the case's data, an expression or the form."""
    schema = each.field.schema
    if each.field.list_name is not None:
        code_list = world.lists.get(each.field.list_name)
        items = code_list.items if code_list else ()
        return [item.code for item in items if not item.text_missing]
    if "valuesKey" in schema:
        options = each.scope.context.get(str(schema["valuesKey"]))
    elif "valuesExpression" in schema:
        options = asked.get("options")
    else:
        options = schema.get("values")
    options = options if isinstance(options, list) else []
    return [option.get("value") if isinstance(option, dict) else option for option in options]


def _same(value: Json) -> tuple[bool, Json]:
    """Tells true from 1, which Python does not."""
    return isinstance(value, bool), value


def _number(each: Placed, asked: Mapping[str, Json], _world: World) -> Iterator[Problem]:
    label, value = each.field.label, Decimal(str(each.value))
    least, most = _bound(each, "min", asked), _bound(each, "max", asked)
    if least is not None and value < least:
        yield "FORM_MIN", _("“{label}”不得小于{n}").format(label=label, n=least)
    if most is not None and value > most:
        yield "FORM_MAX", _("“{label}”不得大于{n}").format(label=label, n=most)
    digits = each.field.schema.get("decimalDigits")
    if isinstance(digits, int) and value != round(value, digits):
        yield "FORM_DIGITS", _("“{label}”最多{n}位小数").format(label=label, n=digits)
    increment = _decimal(each.field.schema.get("increment"))
    if increment and value % increment:
        yield "FORM_INCREMENT", _("“{label}”应为{n}的倍数").format(label=label, n=increment)


def _text(each: Placed, asked: Mapping[str, Json], _world: World) -> Iterator[Problem]:
    label, length = each.field.label, utf16_length(each.value)
    least, most = _bound(each, "minLength", asked), _bound(each, "maxLength", asked)
    if least is not None and length < least:
        yield "FORM_MIN_LENGTH", _("“{label}”至少{n}个字").format(label=label, n=least)
    if most is not None and length > most:
        yield "FORM_MAX_LENGTH", _("“{label}”最多{n}个字").format(label=label, n=most)
    if asked.get("pattern") is False:
        text = each.field.limits.get("patternErrorMessage")
        yield "FORM_PATTERN", text or _("“{label}”的格式不正确").format(label=label)
    if asked.get("email") is False:
        yield "FORM_EMAIL", _("“{label}”应为电子邮件地址").format(label=label)


def _day(each: Placed, _asked: Mapping[str, Json], world: World) -> Iterator[Problem]:
    if each.field.schema.get("disallowPassedDates") is True and each.field.type != "time":
        if world.on is None:
            raise ValueError("a form that refuses passed dates needs the day of the act")
        if date.fromisoformat(each.value[:10]) < world.on:
            yield "FORM_PASSED", _("“{label}”不得早于今天").format(label=each.field.label)


def _bound(each: Placed, name: str, asked: Mapping[str, Json]) -> Decimal | None:
    """The bound as a number, None when the form sets none or its expression gives none."""
    return _decimal(asked[name] if name in asked else each.field.limits.get(name))


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


_CHECKS: Final[Mapping[str, Callable[[Placed, Mapping[str, Json], World], Iterator[Problem]]]] = {
    **dict.fromkeys(ONE_OF | MANY_OF, _options),
    **dict.fromkeys(TEXTS, _text),
    "number": _number,
    "datetime": _day,
}

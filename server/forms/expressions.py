"""The expressions of a form-js schema: they parse, read known names, and need no clock.

An unknown name is silently null in the browser, and ``=nope != "x"`` hides a field for ever, so
every name must be a key of the form or a declared variable. Patterns are run once here, against
a subject that makes a careless one blow up.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from server.domain.errors import ExpressionFailed
from server.domain.expressions import Evaluate, Parsed
from server.domain.findings import Finding
from server.domain.texts import _
from server.forms.fields import Field, flat
from server.forms.findings import Place, finding
from server.forms.visibility import LOCAL_NAMES

_TEMPLATE: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
#: attributes in which a leading ``=`` is no expression
_LITERAL: Final = frozenset(
    {"components", "values", "properties", "defaultValue", "pattern", "patternErrorMessage"}
)
#: a pattern that tries every way to split these takes for ever
_HOSTILE: Final = ("a" * 40 + "!", "1" * 40 + "!", "中" * 40 + "！")
_CLOCK: Final = frozenset({"now", "today"})


def faults(
    placed: list[tuple[Place, Mapping[str, Any]]],
    fields: tuple[Field, ...],
    variables: frozenset[str],
    evaluate: Evaluate,
) -> Iterator[Finding]:
    """One finding per fault of an expression, template or pattern."""
    names = variables | LOCAL_NAMES | {each.key for each in flat(fields)}
    asked = [(place, *text) for place, entry in placed for text in _texts(entry)]
    parsed = evaluate.parse_all([(text, unary) for _place, _path, text, unary in asked])
    for (place, path, text, _unary), one in zip(asked, parsed, strict=True):
        errors = one.errors if text else (_("表达式为空"),)
        yield from _fault(place, path, replace(one, errors=errors), names)
    for place, entry in placed:
        limits = entry.get("validate")
        pattern = limits.get("pattern") if isinstance(limits, Mapping) else None
        if pattern:
            yield from _pattern(place, pattern, evaluate)


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str, bool]]:
    """Every FEEL text of one component: (attribute, text without ``=``, is a unary test)."""
    if isinstance(value, str):
        if value.startswith("="):
            yield path, value[1:].strip(), path == "conditional.hide"
        else:
            yield from ((path, text.strip(), False) for text in _TEMPLATE.findall(value))
    for name, inner in _parts(value):
        joint = "" if not path or name.startswith("[") else "."
        yield from _texts(inner, f"{path}{joint}{name}")


def _parts(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [(key, inner) for key, inner in value.items() if key not in _LITERAL]
    if isinstance(value, list):
        return [(f"[{number}]", inner) for number, inner in enumerate(value)]
    return []


def _fault(place: Place, path: str, parsed: Parsed, names: frozenset[str]) -> Iterator[Finding]:
    label = place.label
    for error in parsed.errors:
        message = _("“{label}”的表达式有误：{error}").format(label=label, error=error)
        yield finding(place, "FORM_EXPRESSION", message, field=path, fix=_("改正该表达式"))
    if parsed.errors:
        return
    for name in sorted(parsed.names - names - _CLOCK):
        message = _("“{label}”的表达式用了未知的名称“{name}”").format(label=label, name=name)
        fix = _("改为本表单的键或者政策包声明的变量")
        yield finding(place, "FORM_UNKNOWN_NAME", message, field=path, fix=fix)
    if _CLOCK & (parsed.builtins | parsed.names):
        message = _("“{label}”的表达式不能使用now()和today()").format(label=label)
        fix = _("改用变量给出的日期：浏览器与服务器的时钟不同")
        yield finding(place, "FORM_CLOCK", message, field=path, fix=fix)


def _pattern(place: Place, pattern: Any, evaluate: Evaluate) -> Iterator[Finding]:
    label, field = place.label, "validate.pattern"
    if not isinstance(pattern, str):
        message = _("“{label}”的格式要求应为文字").format(label=label)
        yield finding(place, "FORM_PATTERN_INVALID", message, field=field)
        return
    tests = [f"matches(subject_{number}, pattern_)" for number in range(len(_HOSTILE))]
    context = {f"subject_{number}": subject for number, subject in enumerate(_HOSTILE)}
    try:
        answers = evaluate.values(tests, {**context, "pattern_": pattern})
    except ExpressionFailed:
        message = _("“{label}”的格式要求在某些内容上耗时过长").format(label=label)
        fix = _("避免嵌套的重复，例如(a+)+")
        yield finding(place, "FORM_PATTERN_COSTLY", message, field=field, fix=fix)
        return
    if any(answer.warnings for answer in answers):
        message = _("“{label}”的格式要求不是有效的正则表达式").format(label=label)
        yield finding(place, "FORM_PATTERN_INVALID", message, field=field)

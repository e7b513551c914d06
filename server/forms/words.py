"""When a field is asked for, in words: ``conditional.hide`` read as a sentence for people.

::

    =determination != "supplement"                  “决定”选择“补充调查”时
    =not(on_paper = true and kind = "unit")         勾选“纸质申请”，并且“申请人”选择“单位”时
    =not(vote = "for" or vote = "against")          “表决”选择“赞成”或者“反对”时

Only for reading: whether a field is hidden is decided by ``visibility``. What this small grammar
does not know (functions, arithmetic) reads as "depending on what was filled in before".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from server.domain.expressions import Json
from server.domain.texts import _
from server.forms.fields import Field

_TOKEN: Final = re.compile(
    r"\s*(?:(\"(?:[^\"\\]|\\.)*\")|(-?\d+(?:\.\d+)?)|([^\W\d][\w.]*)|(!=|<=|>=|[=<>(),]))"
)
_OPPOSITE: Final = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MOST: Final = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A field that conditions may name: what it is called, and its options."""

    label: str
    component: str
    options: Mapping[str, str]


def asked(fields: tuple[Field, ...], offered: Mapping[str, Mapping[str, str]]) -> dict[str, Asked]:
    """What conditions may name; ``offered`` gives the options (text by value) of a field's key."""
    return {
        each.key: Asked(
            label=each.label, component=each.component, options=offered.get(each.key, {})
        )
        for each in fields
        if each.key
    }


def shown_when(hide: str, known: Mapping[str, Asked]) -> str:
    """When the field is asked for, empty when always; ``hide`` is the test without ``=``."""
    if not hide:
        return ""
    try:
        tokens = _tokens(hide)
        reader = _Reader(tokens, known)
        words = reader.any_of(is_negated=True)
        reader.expect("")
    except _Unreadable:
        return _("视前面填写的内容而定")
    return _("{words}时填写").format(words=words)


class _Unreadable(Exception):
    """The test is outside the small grammar."""


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    if len(text) > _MOST:
        raise _Unreadable
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise _Unreadable
        found.append(match.group(0).strip())
        place = match.end()
    return found


class _Reader:
    """Reads a test from left to right; a negation is carried down to the comparisons."""

    def __init__(self, tokens: list[str], known: Mapping[str, Asked]) -> None:
        self._tokens = tokens
        self._known = known

    def any_of(self, *, is_negated: bool) -> str:
        """Tests joined by ``or``."""
        parts = [self._all_of(is_negated=is_negated)]
        while self._take("or"):
            parts.append(self._all_of(is_negated=is_negated))
        return _join(parts, is_all=is_negated)

    def expect(self, token: str) -> None:
        """Go on behind the token; the empty one is the end."""
        if self._next() != token:
            raise _Unreadable
        if token:
            self._tokens.pop(0)

    def _all_of(self, *, is_negated: bool) -> str:
        parts = [self._one(is_negated=is_negated)]
        while self._take("and"):
            parts.append(self._one(is_negated=is_negated))
        return _join(parts, is_all=not is_negated)

    def _one(self, *, is_negated: bool) -> str:
        if self._take("not"):
            self.expect("(")
            return self._closed(is_negated=not is_negated)
        if self._take("("):
            return self._closed(is_negated=is_negated)
        name, sign, value = (self._pop() for _ in range(3))
        if sign not in _OPPOSITE:
            raise _Unreadable
        return self._comparison(name, _OPPOSITE[sign] if is_negated else sign, value)

    def _closed(self, *, is_negated: bool) -> str:
        words = self.any_of(is_negated=is_negated)
        self.expect(")")
        return words

    def _comparison(self, name: str, sign: str, value: str) -> str:
        field = self._known.get(name.removeprefix("this."))
        if field is None:
            raise _Unreadable
        if value == "null":
            text = _("“{label}”没有填写") if sign == "=" else _("“{label}”已经填写")
            return text.format(label=field.label)
        if value in ("true", "false"):
            is_ticked = (sign == "=") == (value == "true")
            return (_("勾选“{label}”") if is_ticked else _("没有勾选“{label}”")).format(
                label=field.label
            )
        return _compared(field, sign, value)

    def _next(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _pop(self) -> str:
        if not self._tokens:
            raise _Unreadable
        return self._tokens.pop(0)

    def _take(self, token: str) -> bool:
        if self._next() != token:
            return False
        self._tokens.pop(0)
        return True


def _compared(field: Asked, sign: str, value: str) -> str:
    texts = {
        "=": _("“{label}”选择“{value}”") if field.options else _("“{label}”为{value}"),
        "!=": _("“{label}”不是“{value}”"),
        "<": _("“{label}”小于{value}"),
        "<=": _("“{label}”不大于{value}"),
        ">": _("“{label}”大于{value}"),
        ">=": _("“{label}”不小于{value}"),
    }
    plain = value[1:-1] if value.startswith('"') else value
    return texts[sign].format(label=field.label, value=field.options.get(plain, plain))


def _join(parts: list[str], *, is_all: bool) -> str:
    if is_all:
        return _("，并且").join(parts)
    said = parts[0]
    for part in parts[1:]:
        # “甲”选择“一” and “甲”选择“二” read as one sentence
        subject, chooses, value = part.partition(_("选择"))
        is_same = bool(chooses) and said.startswith(subject + chooses)
        said += _("或者") + value if is_same else _("，或者") + part
    return said


def option_texts(options: Json) -> dict[str, str]:
    """Text by value of options as a schema or a list gives them."""
    return {
        str(option.get("value")): str(option.get("label", option.get("value")))
        for option in (options if isinstance(options, list) else [])
        if isinstance(option, dict)
    }

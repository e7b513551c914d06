"""Form answers as values: one marshmallow field class per kind, strict about types.

Only the type is judged here; required, limits and options depend on what is visible and follow
later. What comes out is JSON: trimmed and normalised text, int or float, ISO dates, lists.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields

from server.domain.texts import _
from server.forms.components import MOST_ROWS
from server.forms.fields import Field, flat

#: numbers are doubles in every expression (SECURITY EX-7)
_LARGEST: Final = 2**53
_MOST_DIGITS: Final = 15
_MOST_ENTRIES: Final = 200
_MOST_ENTRY: Final = 1000

#: C0 and C1 controls, bidirectional overrides, isolates and marks, lone surrogates
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_DATES: Final = {
    "date": re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "time": re.compile("[0-9]{2}:[0-9]{2}(:[0-9]{2})?"),
    "datetime": re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?"),
}
_BREAKS: Final = re.compile("[\t\n\r]")

#: message under which marshmallow reports a key that no field has
UNKNOWN: Final = "\x00unknown"
_SHAPE: Final = _("填写的内容结构不正确")
_SHAPES: Final[dict[str, Any]] = {"invalid": _SHAPE, "type": _SHAPE, "null": _SHAPE}


class _Answer(fields.Field[Any]):
    """Null and empty text are "not answered"; everything else is read by ``answer``."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        super().__init__(allow_none=True)
        self.component = schema

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        return None if value == "" else self.answer(value)

    def answer(self, value: Any) -> Any:
        """The value as it is kept. Raises ValidationError with a Chinese sentence."""
        raise NotImplementedError


class Text(_Answer):
    """Text, trimmed and NFC; line breaks only in a text area."""

    def answer(self, value: Any) -> Any:
        """The text without what people cannot see."""
        text = clean(value)
        if self.component.get("type") != "textarea" and _BREAKS.search(text):
            raise ValidationError(_("不能换行"))
        return text or None


class Number(_Answer):
    """A number, also as text; finite, and exact as a double."""

    def answer(self, value: Any) -> Any:
        """An int where there is no fraction."""
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValidationError(_("应填写数字"))
        if isinstance(value, float) and not math.isfinite(value):
            raise ValidationError(_("应填写数字"))
        try:
            number = Decimal(value.strip() if isinstance(value, str) else repr(value))
        except InvalidOperation:
            raise ValidationError(_("应填写数字")) from None
        if not number.is_finite():
            raise ValidationError(_("应填写数字"))
        if abs(number) > _LARGEST or len(number.normalize().as_tuple().digits) > _MOST_DIGITS:
            raise ValidationError(_("数字过大或者位数过多"))
        return int(number) if number == number.to_integral_value() else float(number)


class Day(_Answer):
    """A date, a time or both, as ISO text without zone (meaning China's)."""

    def answer(self, value: Any) -> Any:
        """The text in its one canonical form."""
        subtype = str(self.component.get("subtype", "date"))
        if not isinstance(value, str) or not _DATES[subtype].fullmatch(value):
            raise ValidationError(_("不是有效的日期或者时间"))
        try:
            if subtype == "date":
                return date.fromisoformat(value).isoformat()
            moment = (
                time.fromisoformat(value) if subtype == "time" else datetime.fromisoformat(value)
            )
        except ValueError:
            raise ValidationError(_("不是有效的日期或者时间")) from None
        return moment.isoformat(timespec="minutes")


class Tick(_Answer):
    """True or false."""

    def answer(self, value: Any) -> Any:
        """The value itself."""
        if not isinstance(value, bool):
            raise ValidationError(_("应为是或者否"))
        return value


class Choice(_Answer):
    """One value of some options; which ones is judged later."""

    def answer(self, value: Any) -> Any:
        """Text, number or truth value."""
        if not isinstance(value, str | int | float | bool):
            raise ValidationError(_("应选择一项"))
        return clean(value) if isinstance(value, str) else value


class Choices(_Answer):
    """Several values, none of them twice."""

    def answer(self, value: Any) -> Any:
        """The list in the order given."""
        if not isinstance(value, list) or len(value) > _MOST_ENTRIES:
            raise ValidationError(_("应为若干选项"))
        if not all(isinstance(each, str | int | float) for each in value):
            raise ValidationError(_("应为若干选项"))
        if any(isinstance(each, str) and len(each) > _MOST_ENTRY for each in value):
            raise ValidationError(_("选项过长"))
        kept = [clean(each) if isinstance(each, str) else each for each in value]
        if len({(type(each), each) for each in kept}) != len(kept):
            raise ValidationError(_("同一项选择了两次"))
        return kept


class Ignored(_Answer):
    """Computed by the server: whatever was sent is overwritten."""

    def answer(self, value: Any) -> Any:
        """Nothing."""
        return None


class _Level(Schema):
    """One level of answers; what no field of the form is called is refused."""

    error_messages = {"unknown": UNKNOWN, "type": _SHAPE}  # noqa: RUF012 - marshmallow's own type


_KINDS: Final[Mapping[str, type[_Answer]]] = {
    "textfield": Text,
    "textarea": Text,
    "number": Number,
    "datetime": Day,
    "checkbox": Tick,
    "radio": Choice,
    "select": Choice,
    "checklist": Choices,
    "taglist": Choices,
    "filepicker": Choices,
    "expression": Ignored,
}


def level(children: tuple[Field, ...]) -> type[Schema]:
    """The schema class of one level of answers, with everything nested in it."""
    parts: dict[str, fields.Field[Any]] = {}
    for each in flat(children):
        if each.is_rows:
            parts[each.key] = _rows(each)
        elif each.is_container:
            parts[each.key] = fields.Nested(
                level(each.children), allow_none=True, error_messages=_SHAPES
            )
        else:
            parts[each.key] = _KINDS[each.component](each.schema)
    return _Level.from_dict(dict(parts))


def clean(value: Any) -> str:
    """Trimmed NFC text.

    Raises:
        ValidationError: it is no text, or holds characters that nobody can see.
    """
    if not isinstance(value, str):
        raise ValidationError(_("应填写文字"))
    if _UNSEEN.search(value):
        raise ValidationError(_("含有不可见的控制字符，请删除后重新填写"))
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()


def utf16_length(text: str) -> int:
    """Length as JavaScript counts it: a character outside the BMP counts two."""
    return len(text.encode("utf-16-le")) // 2


def _rows(each: Field) -> fields.Field[Any]:
    def few_enough(rows: list[Any]) -> None:
        if len(rows) > MOST_ROWS:
            raise ValidationError(_("最多{most}行").format(most=MOST_ROWS))

    return fields.List(fields.Nested(level(each.children)), allow_none=True, validate=few_enough)

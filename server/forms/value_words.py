"""The words people read for the value of a field: options, yes and no, names, several at once."""

from collections.abc import Mapping
from typing import Final

from server.domain.expressions import Json
from server.domain.packs import CodeList
from server.domain.texts import _
from server.forms.components import MANY_OF, ONE_OF
from server.forms.fields import Field

#: what counts as not answered
EMPTY: Final[tuple[Json, ...]] = (None, "", [], {})


def one(field: Field, value: Json, lists: Mapping[str, CodeList], names: Mapping[str, str]) -> str:
    """The words for one value of a field; ``names`` are those of people and units by id."""
    if field.kind in ("person", "unit"):
        return names.get(str(value), _("（未知）"))
    if field.component in ONE_OF | MANY_OF:
        return _option(field, value, lists)
    return plain(value)


def plain(value: Json) -> str:
    """The words for a value that belongs to no field."""
    if value in EMPTY:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        if any(isinstance(each, Mapping) for each in value):
            return _("{n}项").format(n=len(value))
        return _("；").join(plain(each) for each in value)
    return str(value)


def of_list(value: Json, known: CodeList) -> str:
    """The words for one code of a list of the pack, or for several."""
    if isinstance(value, list):
        return _("；").join(of_list(each, known) for each in value)
    return next((item.text for item in known.items if item.code == value), plain(value))


def _option(field: Field, value: Json, lists: Mapping[str, CodeList]) -> str:
    known = lists.get(field.list_name or "")
    if known:
        return of_list(value, known)
    options = field.schema.get("values")
    for option in options if isinstance(options, list) else ():
        if option.get("value") == value:
            return str(option.get("label", value))
    return str(value)

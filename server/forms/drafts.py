"""What of unfinished answers is worth keeping: the fields of the form, in the shape they have.

A draft is judged by nothing: it may be empty, wrong or half a word. It is only made sure that the
form can be shown with it again, so what is no field of the form, or cannot stand in one, is left
out. What is handed in later is checked as if there had been no draft.
"""

from collections.abc import Mapping
from typing import Final

from server.domain.expressions import Json
from server.forms.components import MANY_OF, MOST_ROWS
from server.forms.fields import Field, flat, read

#: fields that hold several plain values
_LISTS: Final = MANY_OF | {"filepicker"}
_NOTHING: Final = object()


def kept(schema: Mapping[str, Json], given: Mapping[str, Json]) -> dict[str, Json]:
    """The answers that the form can be shown with again."""
    return _level(read(schema.get("components")), given)


def _level(fields: tuple[Field, ...], given: Mapping[str, Json]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for field in flat(fields):
        if field.key in given and not field.is_locked and field.component != "expression":
            value = _value(field, given[field.key])
            if value is not _NOTHING:
                found[field.key] = value
    return found


def _value(field: Field, value: Json) -> Json | object:
    if field.component == "group":
        return _level(field.children, value) if isinstance(value, Mapping) else _NOTHING
    if not field.is_rows and field.component not in _LISTS:
        return value if _is_plain(value) else _NOTHING
    if not isinstance(value, list):
        return _NOTHING
    if field.is_rows:
        rows = value[:MOST_ROWS]
        return [_level(field.children, row) for row in rows if isinstance(row, Mapping)]
    return [each for each in value if isinstance(each, str)]


def _is_plain(value: Json) -> bool:
    return value is None or isinstance(value, str | int | float | bool)

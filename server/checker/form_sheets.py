"""What the checker needs to know of a form: its fields, what they may hold, when they are empty."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from server.domain.expressions import Json
from server.domain.packs import PolicyPack
from server.forms.fields import Field
from server.forms.fields import read as fields_of

_CHOICES: Final = frozenset({"select", "radio"})


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldSheet:
    """One input of a form."""

    key: str
    #: string number boolean date dateTime time list context any
    type: str
    #: True when a completed form always has a value here
    filled: bool
    #: the values that can be chosen, empty when anything may be written
    options: tuple[Json, ...] = ()
    #: key of the list of the pack its options come from
    list_key: str = ""
    #: what a value names: ``person``, ``unit`` or nothing
    refers_to: str = ""
    #: the same of the fields in each row of a dynamic list
    inner: tuple["FieldSheet", ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class FormSheet:
    """One form by the name user tasks give it."""

    key: str
    fields: Mapping[str, FieldSheet]


def read(key: str, schema: Mapping[str, Json], pack: PolicyPack) -> FormSheet:
    """The sheet of a form-js schema; inner fields of a dynamic list belong to its rows."""
    found = _sheets(fields_of(schema.get("components")), pack, hidden=False)
    return FormSheet(key=key, fields={sheet.key: sheet for sheet in found})


def _sheets(fields: tuple[Field, ...], pack: PolicyPack, *, hidden: bool) -> Iterator[FieldSheet]:
    for field in fields:
        conditional = hidden or bool(field.hide)
        if field.component == "group" and not field.key:
            yield from _sheets(field.children, pack, hidden=conditional)
        elif field.key:
            yield FieldSheet(
                key=field.key,
                type=field.type,
                filled=not conditional and (field.required or field.component == "checkbox"),
                options=_options(field, pack),
                list_key=field.list_name or "",
                refers_to=field.kind or "",
                inner=tuple(_sheets(field.children, pack, hidden=False)),
            )


def _options(field: Field, pack: PolicyPack) -> tuple[Json, ...]:
    if field.component == "checkbox":
        return (True, False)
    if field.component not in _CHOICES:
        return ()
    if field.list_name is not None:
        items = pack.lists[field.list_name].items if field.list_name in pack.lists else ()
        return tuple(item.code for item in items if not item.text_missing)
    values = field.schema.get("values")
    return tuple(
        value["value"]
        for value in (values if isinstance(values, list) else ())
        if isinstance(value, Mapping) and "value" in value
    )

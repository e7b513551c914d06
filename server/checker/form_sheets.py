"""What the checker needs to know of a form: its fields, what they may hold, when they are empty."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.domain.expressions import Json
from server.domain.packs import Item, PolicyPack
from server.forms.components import MANY_OF, ONE_OF
from server.forms.fields import Field
from server.forms.fields import read as fields_of


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
    #: the same, of several choices too, entries whose text is missing included; None: anything
    choices: tuple[Json, ...] | None = None
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
                choices=_choices(field, pack),
                list_key=field.list_name or "",
                refers_to=field.kind or "",
                inner=tuple(_sheets(field.children, pack, hidden=False)),
            )


def _options(field: Field, pack: PolicyPack) -> tuple[Json, ...]:
    if field.component == "checkbox":
        return (True, False)
    if field.component not in ONE_OF:
        return ()
    missing = {item.code for item in _items(field, pack) if item.text_missing}
    return tuple(each for each in _choices(field, pack) or () if each not in missing)


def _choices(field: Field, pack: PolicyPack) -> tuple[Json, ...] | None:
    if field.component not in ONE_OF | MANY_OF:
        return None
    if field.list_name is not None:
        known = field.list_name in pack.lists
        return tuple(item.code for item in _items(field, pack)) if known else None
    values = field.schema.get("values")
    if not isinstance(values, list):
        return None
    return tuple(
        value["value"] for value in values if isinstance(value, Mapping) and "value" in value
    )


def _items(field: Field, pack: PolicyPack) -> tuple[Item, ...]:
    found = pack.lists.get(field.list_name or "")
    return found.items if found else ()

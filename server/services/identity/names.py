"""People and units as programs may name them in answers: by id, or by login and key.

An answer is kept with ids alone. What is no id of this installation is looked up as the login of
an account or the key of a unit; what is neither stays as it is, and the check refuses it.
"""

import re
from collections.abc import Mapping
from typing import Final

from server.domain.errors import NotFound
from server.domain.expressions import Json
from server.forms.compiler import Form
from server.forms.fields import Field, flat
from server.services.context import Context
from server.services.identity import people

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: logins and keys are no longer than this
_LONGEST: Final = 200


def resolved(ctx: Context, form: Form, given: Mapping[str, Json]) -> dict[str, Json]:
    """The answers with the id wherever a field names a person by login or a unit by key."""
    return _level(ctx, form.fields, given)


def _level(ctx: Context, fields: tuple[Field, ...], given: Mapping[str, Json]) -> dict[str, Json]:
    known = {field.key: field for field in flat(fields)}
    return {
        key: _value(ctx, known[key], value) if key in known else value
        for key, value in given.items()
    }


def _value(ctx: Context, field: Field, value: Json) -> Json:
    if isinstance(value, list):
        return [_value(ctx, field, entry) for entry in value]
    if field.children and isinstance(value, Mapping):
        return _level(ctx, field.children, value)
    is_id = field.kind in ("person", "unit")
    if not is_id or not isinstance(value, str) or _ID.fullmatch(value):
        return value
    return _id(ctx, str(field.kind), value)


def _id(ctx: Context, kind: str, name: str) -> str:
    if not 0 < len(name) <= _LONGEST or not name.isprintable():
        return name
    try:
        if kind == "unit":
            return people.unit_by_key(ctx, name).id
        return people.person_by_login(ctx, name).id
    except NotFound:
        return name

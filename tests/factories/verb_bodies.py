"""A body that fits the schema of each verb of the tables, so that new verbs join the walks."""

from typing import Any
from uuid import uuid4

import marshmallow as ma
from marshmallow import validate

from server.http.verbs.deciding import DECISION_VERBS
from server.http.verbs.table import CASE_VERBS, TASK_VERBS


def bodies() -> dict[str, Any]:
    """End of the path -> what is sent there."""
    verbs = (*DECISION_VERBS.values(), *TASK_VERBS.values(), *CASE_VERBS.values())
    return {f"/{verb.name}": body(verb.schema) for verb in verbs}


def body(schema: type[ma.Schema]) -> dict[str, Any]:
    """One value that fits for every field that must be there."""
    return {key: _value(field) for key, field in schema().fields.items() if field.required}


_OF_KIND: Any = (
    (ma.fields.Integer, 1),
    (ma.fields.Boolean, True),
    (ma.fields.Date, "2026-03-03"),
    (ma.fields.Dict, {}),
)


def _value(field: Any) -> Any:
    if isinstance(field, ma.fields.List):
        return [_value(field.inner)]
    for kind, value in _OF_KIND:
        if isinstance(field, kind):
            return value
    for one in field.validators:
        if isinstance(one, validate.OneOf):
            return next(iter(one.choices))
    fits = [one for one in field.validators if isinstance(one, validate.Regexp)]
    return str(uuid4()) if fits else "理由"

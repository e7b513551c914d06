"""Controls with one input: text, number, date, box, files, and what is computed."""

from collections.abc import Mapping
from typing import Any, Final

from server.domain.expressions import Json
from server.forms.fields import Field
from server.web.plain_forms.parts import Control, Upload, cell

_INPUTS: Final = {"date": "date", "time": "time", "dateTime": "datetime-local"}


def single(each: Field, value: Json, head: dict[str, Any], uploads: Mapping[str, str]) -> Control:
    """The control of a field that is neither a choice nor a container."""
    if each.component == "checkbox":
        return Control(kind="box", value="true" if value is True else "", **head)
    if each.component == "filepicker":
        ids = [str(one) for one in (value if isinstance(value, list) else [])]
        kept = tuple(Upload(id=one, name=uploads.get(one, one)) for one in ids)
        is_many = each.schema.get("multiple") is True
        return Control(kind="files", uploads=kept, is_multiple=is_many, **head)
    if each.component == "expression":
        return Control(kind="computed", value=cell(value), **head)
    kinds = {"textarea": "area", "number": "number"}
    return Control(
        kind=kinds.get(each.component, "text"),
        type=_INPUTS.get(each.type, "text"),
        value=cell(value),
        limits=_limits(each),
        **head,
    )


def _limits(each: Field) -> dict[str, str]:
    """Attributes by which the browser helps; the server judges in any case."""
    found = {}
    for name, attribute in (("maxLength", "maxlength"), ("min", "min"), ("max", "max")):
        limit = each.limits.get(name)
        if isinstance(limit, int | float) or (isinstance(limit, str) and limit.isdecimal()):
            found[attribute] = str(limit)
    if each.component == "number":
        digits = each.schema.get("decimalDigits")
        found["inputmode"] = "numeric" if digits == 0 else "decimal"
    return found

"""The form of an entry, as the plain forms of the house draw it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from server.web.entries.parts import Part

#: name of what can be chosen -> (key, what people read)
Offered = Mapping[str, Sequence[tuple[str, str]]]

_COMPONENTS: Final = {
    "text": "textfield",
    "given": "textfield",
    "worth": "textfield",
    "area": "textarea",
    "texts": "textarea",
    "worths": "textarea",
    "whole": "number",
    "flag": "checkbox",
    "day": "datetime",
    "choice": "select",
    "ref": "select",
    "refs": "checklist",
    "group": "group",
    "rows": "dynamiclist",
    "pairs": "dynamiclist",
}


def schema(parts: Sequence[Part], offered: Offered, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of these parts; what the answers name already can be chosen in any case."""
    return {"type": "default", "components": [_component(part, offered, answers) for part in parts]}


def _component(part: Part, offered: Offered, answers: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": _COMPONENTS[part.control],
        "label": part.label,
        "description": part.hint,
        "validate": {"required": part.required},
    }
    known = answers.get(part.key)
    if part.parts:
        rows = known if isinstance(known, list) else [known or {}]
        merged = _merged(part.parts, [row for row in rows if isinstance(row, Mapping)])
        inner = [_component(each, offered, merged) for each in part.parts]
        return {**found, "path": part.key, "components": inner}
    found["key"] = part.key
    if part.control == "whole":
        found["decimalDigits"] = 0
    if part.control in ("choice", "ref", "refs"):
        options = list(part.options or offered.get(part.source, ()))
        chosen = known if isinstance(known, list) else [known]
        options += [(str(one), str(one)) for one in chosen if one not in ("", None, *dict(options))]
        # of many that can be chosen, those that are stand first
        options.sort(key=lambda each: part.control == "refs" and each[0] not in chosen)
        found["values"] = [{"value": value, "label": label} for value, label in options]
    return found


def _merged(parts: Sequence[Part], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Everything the rows say to each part, so that every row can keep what it has."""
    found: dict[str, Any] = {}
    for part in parts:
        said: list[Any] = []
        for row in rows:
            value = row.get(part.key)
            said += value if isinstance(value, list) else [] if value is None else [value]
        if part.control == "group":
            held = [one for one in said if isinstance(one, Mapping)]
            found[part.key] = _merged(part.parts, held)
        else:
            found[part.key] = list(dict.fromkeys(said)) if not part.parts else said
    return found

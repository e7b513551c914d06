"""A form as one task may use it: without the fields it must not see, others locked.

What is not in the form any more is neither sent nor accepted, and a locked field that comes back
changed is refused; so whoever reads the form that is given here needs to know nothing of rights.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from server.domain.expressions import Json
from server.domain.field_rights import FieldRights

#: codes of answers that no form asked for: somebody made them himself
FORGED: Final = frozenset({"FORM_UNKNOWN_FIELD", "FORM_READ_ONLY"})


def restricted(schema: Mapping[str, Json], rights: FieldRights) -> dict[str, Json]:
    """The schema with the rights of a task; the one that was given is left as it is."""
    components = schema.get("components")
    listed = components if isinstance(components, list) else []
    return {**schema, "components": _level(listed, rights)}


def _level(components: Collection[Any], rights: FieldRights) -> list[Any]:
    return [_component(each, rights) for each in components if not _is(each, rights.hidden)]


def _component(entry: Any, rights: FieldRights) -> Any:
    if not isinstance(entry, Mapping):
        return entry
    found = dict(entry)
    if _is(entry, rights.read):
        found["readonly"] = True
    if isinstance(found.get("components"), list):
        found["components"] = _level(found["components"], rights)
    return found


def _is(entry: Any, keys: Collection[str]) -> bool:
    """Is it one of these fields; a list or a group goes by its path."""
    return isinstance(entry, Mapping) and bool({entry.get("key"), entry.get("path")} & set(keys))

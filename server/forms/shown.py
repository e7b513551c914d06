"""What a form shows before anybody answers: which names it reads, and the options of its lists.

A page gets exactly these names of a case and no others (SECURITY AC-5: absent unless needed).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from server.domain.expressions import Evaluate, Json
from server.domain.packs import CodeList
from server.forms.fields import flat, read, walk
from server.forms.visibility import LOCAL_NAMES

_TEMPLATE_OPEN: Final = "{{"
#: attributes of a component that hold no expression
_LITERAL: Final = frozenset({"values", "properties", "defaultValue", "pattern"})


def names(schema: Mapping[str, Json], evaluate: Evaluate) -> frozenset[str]:
    """Every name the form asks for or reads: keys of its fields, names in its expressions.

    Not the names of rows (``this``, ``parent``, ``i``): form-js would take them from the data.
    """
    components = schema.get("components")
    texts = sorted(set(_texts(components)))
    asked = [(text, unary) for text in texts for unary in (False, True)]
    named = {name for one in evaluate.parse_all(asked) for name in one.names}
    sources = {
        str(each.schema["valuesKey"])
        for each in walk(read(components))
        if "valuesKey" in each.schema and each.list_name is None
    }
    tables = {source for source in _tables(components) if not source.startswith("=")}
    return (keys(schema) | named | sources | tables) - LOCAL_NAMES


def keys(schema: Mapping[str, Json]) -> frozenset[str]:
    """The keys of the answers it asks for, on the highest level."""
    return frozenset(each.key for each in flat(read(schema.get("components"))) if each.key)


def options(
    schema: Mapping[str, Json], lists: Mapping[str, CodeList]
) -> dict[str, list[dict[str, str]]]:
    """The lists of the pack that the form offers, under the names its components give them.

    Entries whose text is still missing cannot be chosen and are left out.
    """
    found: dict[str, list[dict[str, str]]] = {}
    for each in walk(read(schema.get("components"))):
        if each.list_name is not None and each.list_name in lists:
            found[str(each.schema["valuesKey"])] = [
                {"value": item.code, "label": item.text}
                for item in lists[each.list_name].items
                if not item.text_missing
            ]
    return found


def _texts(value: Any) -> Iterator[str]:
    """Every FEEL text of a form, wherever it stands."""
    if isinstance(value, str):
        if value.startswith("="):
            yield value[1:].strip()
        else:
            yield from (part.split("}}")[0].strip() for part in value.split(_TEMPLATE_OPEN)[1:])
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if key not in _LITERAL:
                yield from _texts(part)


def _tables(components: Any) -> Iterator[str]:
    """Where tables take their rows from."""
    for entry in components if isinstance(components, list) else []:
        if isinstance(entry.get("dataSource"), str):
            yield entry["dataSource"]
        yield from _tables(entry.get("components"))

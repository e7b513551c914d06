"""Fields of a form whose value names a person or a unit (``properties.kind``)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.domain.expressions import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A field that names somebody, or a dynamic list with such fields in its rows."""

    key: str
    #: ``person`` or ``unit``, empty for a dynamic list
    kind: str = ""
    #: fields of each row of a dynamic list
    inner: tuple["Reference", ...] = ()

    def values(self, value: Json) -> Iterator[tuple[str, str]]:
        """(kind, id) of everybody the value names; empty fields name nobody."""
        if self.inner:
            for row in value if isinstance(value, list) else ():
                for inner in self.inner:
                    yield from inner.values(row.get(inner.key))
            return
        for entry in value if isinstance(value, list) else [value]:
            if entry:
                yield self.kind, str(entry)


def references(schema: Mapping[str, Json]) -> tuple[Reference, ...]:
    """Every field of the form that names somebody; groups are looked into."""
    return tuple(_references(schema.get("components", ())))


def _references(components: Json) -> Iterator[Reference]:
    for component in components:
        if component.get("type") == "dynamiclist":
            inner = references(component)
            if inner:
                yield Reference(key=component.get("path", ""), inner=inner)
            continue
        kind = (component.get("properties") or {}).get("kind", "")
        if kind in ("person", "unit") and component.get("key"):
            yield Reference(key=component["key"], kind=kind)
        yield from _references(component.get("components", ()))

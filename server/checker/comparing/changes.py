"""One difference of two versions, and how mappings of comparable parts are held side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from server.domain.expressions import Json

What = Literal["added", "removed", "changed", "moved"]


class Unreadable(ValueError):  # a word of the house, no fault of ours
    """A file cannot be compared in parts, only told to differ."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One difference."""

    what: What
    #: where it is, in words: “受理登记 › 期限”
    where: str
    before: str = ""
    after: str = ""
    #: id of the element in its diagram, for whoever draws it
    element: str = ""

    def as_json(self) -> dict[str, Json]:
        """As it crosses a process."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Something that is compared: an element, a field, a row, an entry."""

    #: what people call it
    label: str
    #: property in words -> its value in words
    properties: Mapping[str, str]
    #: id of the element, for diagrams
    element: str = ""
    #: what changes when it is only moved
    place: str = ""
    #: value -> what people call it: what a value names may be renamed, and is the same
    names: Mapping[str, str] = field(default_factory=dict)

    def shown(self, value: str) -> str:
        """A value as people read it."""
        return self.names.get(value, value)


def compared(before: Mapping[str, Part], after: Mapping[str, Part]) -> Iterator[Change]:
    """The differences of two sets of parts by key: what came, what went, what is otherwise."""
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key), after.get(key)
        if was is None and now is not None:
            yield Change(what="added", where=now.label, after=_told(now), element=now.element)
        elif now is None and was is not None:
            yield Change(what="removed", where=was.label, before=_told(was), element=was.element)
        elif was is not None and now is not None:
            yield from _changed(was, now)


def _changed(was: Part, now: Part) -> Iterator[Change]:
    for name in dict.fromkeys((*was.properties, *now.properties)):
        one, other = was.properties.get(name, ""), now.properties.get(name, "")
        if one != other:
            where = f"{now.label} › {name}" if name else now.label
            yield Change(what="changed", where=where, before=one, after=other, element=now.element)
    if was.place != now.place:
        yield Change(what="moved", where=now.label, element=now.element)


def _told(part: Part) -> str:
    return "；".join(
        f"{name}：{part.shown(value)}" if name else part.shown(value)
        for name, value in part.properties.items()
        if value
    )

"""A form-js schema read once into a frozen tree: what each field holds, asks and hides.

Reading never fails: what a schema may contain is judged by ``checks`` at publishing, and only
published schemas are filled in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from server.domain.expressions import Json
from server.forms.components import CONTAINERS, DATES, VALUES

_LIST_PREFIX: Final = "list_"

#: what a text may name: a person or unit by id, a case by its reference
KINDS: Final = ("person", "unit", "case")


@dataclass(frozen=True, kw_only=True, slots=True)
class Which:
    """Which cases an answer may name."""

    #: of these procedures; empty: of any
    procedures: tuple[str, ...] = ()
    #: in these states; empty: in any
    states: tuple[str, ...] = ()
    #: about the same person or unit
    is_same_party: bool = False
    #: what names none that whoever answers may see counts as a matter kept outside, and is a text
    may_be_elsewhere: bool = False


ANY_CASE: Final = Which()


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One component that holds a value, or a container of such components."""

    #: key of the answer; path of a container, empty for a group without one
    key: str
    #: form-js type, e.g. ``textfield``
    component: str
    #: FEEL type of the value: string number boolean date dateTime time list context any
    type: str
    label: str
    #: the whole component as published
    schema: Mapping[str, Any]
    #: must be answered whenever it is visible
    required: bool = False
    #: key of the pack's list its options come from, None when they come from elsewhere
    list_name: str | None = None
    #: ``person`` or ``unit``: the value is an id that must exist; ``case``: the reference of a case
    kind: str | None = None
    #: unary test that hides it and everything in it, without ``=``; empty: never
    hide: str = ""
    #: fields of a group or of one row of a dynamic list
    children: tuple["Field", ...] = ()

    @property
    def is_rows(self) -> bool:
        """True for a dynamic list: its value is a list of rows."""
        return self.component == "dynamiclist"

    @property
    def is_container(self) -> bool:
        """True for groups and dynamic lists."""
        return self.component in CONTAINERS

    @property
    def limits(self) -> Mapping[str, Any]:
        """The ``validate`` part of the component."""
        found = self.schema.get("validate")
        return found if isinstance(found, Mapping) else {}

    @property
    def which(self) -> "Which":
        """Which cases may be named, for the kind ``case``."""
        properties = self.schema.get("properties")
        found = properties if isinstance(properties, Mapping) else {}
        return Which(
            procedures=tuple(found.get("procedures", ())),
            states=tuple(found.get("states", ())),
            is_same_party=found.get("same_party") is True,
            may_be_elsewhere=found.get("elsewhere") is True,
        )

    @property
    def is_locked(self) -> bool:
        """True when it is always read-only or disabled."""
        return self.schema.get("readonly") is True or self.schema.get("disabled") is True


def read(components: Json) -> tuple[Field, ...]:
    """The fields of a list of components, containers with what is in them."""
    if not isinstance(components, list):
        return ()
    found = (_field(entry) for entry in components if isinstance(entry, Mapping))
    return tuple(each for each in found if each is not None)


def flat(fields: tuple[Field, ...]) -> Iterator[Field]:
    """The fields that share one level of answers: groups without a path are opened."""
    for each in fields:
        if each.component == "group" and not each.key:
            yield from flat(each.children)
        else:
            yield each


def walk(fields: tuple[Field, ...]) -> Iterator[Field]:
    """Every field at every depth, containers before what is in them."""
    for each in fields:
        yield each
        yield from walk(each.children)


def _field(entry: Mapping[str, Any]) -> Field | None:
    component = str(entry.get("type", ""))
    if component not in VALUES and component not in CONTAINERS:
        return None
    limits = entry.get("validate")
    return Field(
        key=str(entry.get("path" if component in CONTAINERS else "key") or ""),
        component=component,
        type=_type(component, entry),
        label=label_of(entry),
        schema=entry,
        required=isinstance(limits, Mapping) and limits.get("required") is True,
        list_name=_list_name(entry),
        kind=_kind(entry),
        hide=_hide(entry),
        children=read(entry.get("components")) if component in CONTAINERS else (),
    )


def _type(component: str, entry: Mapping[str, Any]) -> str:
    if component == "group":
        return "context"
    if component == "dynamiclist":
        return "list"
    if component == "datetime":
        return DATES.get(str(entry.get("subtype")), "date")
    return VALUES[component]


def label_of(entry: Mapping[str, Any]) -> str:
    """What people call the component, empty when it has neither label nor key."""
    for name in ("label", "dateLabel", "timeLabel", "key", "path"):
        text = entry.get(name)
        if isinstance(text, str) and text and not text.startswith("="):
            return text
    return ""


def _list_name(entry: Mapping[str, Any]) -> str | None:
    source = entry.get("valuesKey")
    if isinstance(source, str) and source.startswith(_LIST_PREFIX):
        return source.removeprefix(_LIST_PREFIX)
    return None


def _kind(entry: Mapping[str, Any]) -> str | None:
    properties = entry.get("properties")
    kind = properties.get("kind") if isinstance(properties, Mapping) else None
    return kind if kind in KINDS else None


def _hide(entry: Mapping[str, Any]) -> str:
    conditional = entry.get("conditional")
    test = conditional.get("hide") if isinstance(conditional, Mapping) else None
    return test[1:].strip() if isinstance(test, str) and test.startswith("=") else ""

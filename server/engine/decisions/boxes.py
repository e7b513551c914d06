"""Boxed expressions of DMN as frozen data: every kind of box that a decision's logic may be.

The same objects feed the isolate (``asdict`` gives what ``js/boxes.mjs`` reads) and the checks at
publishing; ``kind`` says which box it is. ``id`` is optional everywhere in DMN, so it may be
empty everywhere here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

#: policies as DMN writes them; ``COLLECT`` alone may aggregate
POLICIES: Final = (
    "UNIQUE",
    "ANY",
    "FIRST",
    "PRIORITY",
    "OUTPUT ORDER",
    "RULE ORDER",
    "COLLECT",
)
AGGREGATIONS: Final = ("", "SUM", "MIN", "MAX", "COUNT")


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A literal expression: FEEL text, blank means null."""

    id: str = ""
    text: str
    type: str = ""
    #: another language than FEEL, as written; empty for FEEL
    language: str = ""
    kind: Literal["literal"] = field(init=False, default="literal")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell of a rule: a unary test on the left, an expression on the right."""

    id: str = ""
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InputClause:
    """A column of conditions: the expression that every cell of it tests."""

    id: str = ""
    label: str = ""
    text: str
    type: str = ""
    #: unary tests that the value must pass, empty for any
    allowed: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputClause:
    """A column of results."""

    id: str = ""
    label: str = ""
    name: str = ""
    type: str = ""
    #: output values, best first (PRIORITY, OUTPUT ORDER)
    allowed: str = ""
    #: the default output entry, empty for none
    fallback: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One row. ``number`` counts from 1, as people count rows."""

    id: str
    number: int
    inputs: tuple[Cell, ...]
    outputs: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A decision table."""

    id: str = ""
    type: str = ""
    policy: str = "UNIQUE"
    aggregation: str = ""
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    kind: Literal["table"] = field(init=False, default="table")


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A named part: an entry of a context (empty name: its result), a binding, a parameter."""

    id: str = ""
    name: str
    type: str = ""
    body: "Box | None" = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """Entries in order, each seeing those before it; an entry without a name is the result."""

    id: str = ""
    type: str = ""
    entries: tuple[Named, ...]
    kind: Literal["context"] = field(init=False, default="context")


@dataclass(frozen=True, kw_only=True, slots=True)
class List:
    """A boxed list."""

    id: str = ""
    type: str = ""
    items: "tuple[Box | None, ...]"
    kind: Literal["list"] = field(init=False, default="list")


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """A list of contexts, drawn as a table."""

    id: str = ""
    type: str = ""
    columns: tuple[str, ...]
    rows: "tuple[tuple[Box | None, ...], ...]"
    kind: Literal["relation"] = field(init=False, default="relation")


@dataclass(frozen=True, kw_only=True, slots=True)
class Invocation:
    """A call of a function with its arguments by name."""

    id: str = ""
    type: str = ""
    callee: "Box | None"
    bindings: tuple[Named, ...]
    kind: Literal["invocation"] = field(init=False, default="invocation")


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A function definition; ``external`` names a language that is never run (Java, PMML)."""

    id: str = ""
    type: str = ""
    params: tuple[Named, ...]
    body: "Box | None"
    external: str = ""
    kind: Literal["function"] = field(init=False, default="function")


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditional:
    """If, then, else."""

    id: str = ""
    type: str = ""
    test: "Box | None"
    then: "Box | None"
    otherwise: "Box | None"
    kind: Literal["conditional"] = field(init=False, default="conditional")


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """The items of ``source`` for which ``match`` holds."""

    id: str = ""
    type: str = ""
    source: "Box | None"
    match: "Box | None"
    kind: Literal["filter"] = field(init=False, default="filter")


@dataclass(frozen=True, kw_only=True, slots=True)
class Loop:
    """``for``, ``some`` or ``every`` over ``source``, each item called ``name``."""

    id: str = ""
    type: str = ""
    kind: Literal["for", "some", "every"]
    name: str
    source: "Box | None"
    body: "Box | None"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsupported:
    """An element that is no boxed expression we know; ``name`` is its tag."""

    id: str = ""
    type: str = ""
    name: str
    kind: Literal["unsupported"] = field(init=False, default="unsupported")


Box = (
    Text
    | Table
    | Context
    | List
    | Relation
    | Invocation
    | Function
    | Conditional
    | Filter
    | Loop
    | Unsupported
)


def boxes(box: Box | None) -> Iterator[Box]:
    """The box and every box inside it, outermost first."""
    if box is not None:
        yield box
        for part in parts(box):
            yield from boxes(part)


def parts(box: Box) -> Iterator[Box]:
    """The boxes directly inside a box, in order."""
    for name in box.__dataclass_fields__:
        yield from _inside(getattr(box, name))


def _inside(value: object) -> Iterator[Box]:
    if isinstance(value, tuple):
        for each in value:
            yield from _inside(each)
    elif isinstance(value, Named):
        yield from _inside(value.body)
    elif isinstance(value, Box):
        yield value

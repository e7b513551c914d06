"""A DMN file as frozen data: what the standard calls it, without XML.

The same objects feed the isolate (``asdict`` gives what ``js/decide.mjs`` reads) and the checks
at publishing. ``id`` is optional everywhere in DMN, so it may be empty everywhere here. A field
``kind`` says which box or node it is.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """An item definition: a type of this file, or a component of one."""

    id: str = ""
    name: str
    base: str = ""
    collection: bool = False
    #: unary tests that each value must pass
    allowed: str = ""
    #: unary tests that the value as a whole must pass (DMN 1.5 ``typeConstraint``)
    constraint: str = ""
    components: "tuple[Item, ...]" = ()
    function: bool = False
    output: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """Another model, by namespace; an empty name puts its elements beside our own."""

    id: str = ""
    name: str
    namespace: str
    #: the kind of file, a DMN namespace for a model
    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """An element of the requirements graph: input data, decision, knowledge model or service."""

    kind: Literal["input", "decision", "bkm", "service"]
    ns: str
    id: str
    #: the variable that expressions use; ``label`` is what people read in the picture
    name: str
    label: str
    type: str = ""
    #: keys ``namespace#id`` of what the logic may name, in order
    requires: tuple[str, ...] = ()
    body: Box | None = None
    #: of a service: its output decisions, and its parameters in order
    outputs: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What names the node over all files."""
        return f"{self.ns}#{self.id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """One DMN file."""

    file: str
    namespace: str
    name: str
    imports: tuple[Import, ...]
    types: tuple[Item, ...]
    nodes: tuple[Node, ...]


def boxes(box: Box | None) -> Iterator[Box]:
    """The box and every box inside it, outermost first."""
    if box is None:
        return
    yield box
    for part in _parts(box):
        yield from boxes(part)


def _parts(box: Box) -> "tuple[Box | None, ...]":
    match box:
        case Context():
            return tuple(entry.body for entry in box.entries)
        case List():
            return box.items
        case Relation():
            return tuple(cell for row in box.rows for cell in row)
        case Invocation():
            return (box.callee, *(binding.body for binding in box.bindings))
        case Function():
            return (box.body,)
        case Conditional():
            return (box.test, box.then, box.otherwise)
        case Filter():
            return (box.source, box.match)
        case Loop():
            return (box.source, box.body)
        case _:
            return ()

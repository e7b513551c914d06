"""A DMN file as frozen data: what the standard calls it, without XML.

The same objects feed the isolate (``asdict`` gives what ``js/decide.mjs`` reads) and the checks
at publishing. ``id`` is optional everywhere in DMN, so it may be empty everywhere here.
"""

from dataclasses import dataclass
from typing import Literal

from server.engine.decisions.boxes import Box


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

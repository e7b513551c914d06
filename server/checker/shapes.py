"""What a value of the pack can be: the texts it may come to, the properties it has, its members.

Collected from the options of forms, the cells of decision tables and the switches of the pack.
Where something is not known, anything goes: a rule that asks here never refuses a guess.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from server.checker.candidate import Candidate
from server.checker.form_sheets import FieldSheet
from server.domain.errors import DecisionFailed
from server.domain.expressions import Evaluate, Parsed
from server.domain.packs import Setting
from server.engine.decisions.boxes import Box, Context, OutputClause, Table, Text
from server.engine.decisions.graph import Graph
from server.engine.decisions.model import Node as DecisionNode

_STEP: Final = re.compile(r"\[\]|[^.\[\]]+")
#: types whose values are never texts
_TEXTLESS: Final = frozenset({"number", "boolean", "date", "dateTime", "time"})
#: policies that give a list of rows
_MANY: Final = frozenset({"RULE ORDER", "OUTPUT ORDER", "COLLECT"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What is known of a value; a part that is None is not known."""

    #: the texts it can be
    texts: frozenset[str] | None = None
    properties: "Mapping[str, Shape] | None" = None
    #: a member of it, when it is a list
    member: "Shape | None" = None


ANY: Final = Shape()
_NO_TEXT: Final = Shape(texts=frozenset())

Find = Callable[[str], Shape]


class Shapes:
    """The shape of every name that expressions of a pack read: a name means one thing in a pack."""

    def __init__(self, candidate: Candidate) -> None:
        self._candidate = candidate
        self._known: dict[str, Shape] = {}

    def of(self, path: str) -> Shape:
        """What is known of ``a``, ``a.b`` or ``members[].vote``."""
        return _walk(self._name, path)[0]

    def missing(self, path: str) -> str:
        """The first property of the path that is surely not there, empty when all may be."""
        return _walk(self._name, path)[1]

    def results(self, parsed: Parsed) -> frozenset[str] | None:
        """The texts an expression can come to; None when that is not known."""
        return results(parsed, self.of)

    def _name(self, name: str) -> Shape:
        if name not in self._known:
            self._known[name] = ANY  # a name that depends on itself
            self._known[name] = _either([*self._sources(name)])
        return self._known[name]

    def _sources(self, name: str) -> Iterator[Shape]:
        """What the name can be, by everything that gives it a value."""
        pack = self._candidate.pack
        if name == "settings":
            yield Shape(properties={each.key: _switch(each) for each in pack.settings.values()})
            return
        given = [*self._from_forms(name), *self._from_nodes(name)]
        yield from given or self._declared(name)
        if name in self._delivered:
            yield ANY
        for procedure in pack.procedures.values():
            default = procedure.defaults.get(name)
            if isinstance(default, str):
                yield Shape(texts=frozenset({default}))

    def _from_forms(self, name: str) -> Iterator[Shape]:
        """Fields of this name; a filter over a dynamic list may also name those of its rows."""
        for form in self._candidate.forms.values():
            rows = [inner for sheet in form.fields.values() for inner in sheet.inner]
            yield from (_field(each) for each in (*form.fields.values(), *rows) if each.key == name)

    def _declared(self, name: str) -> Iterator[Shape]:
        for procedure in self._candidate.pack.procedures.values():
            if name in procedure.variables:
                yield _NO_TEXT if procedure.variables[name] in _TEXTLESS else ANY

    def _from_nodes(self, name: str) -> Iterator[Shape]:
        for node in self._candidate.nodes.values():
            if node.result == name:
                yield self._decision(node.decision)
            many = node.multi_instance
            if many is not None and name == many.item:
                yield self._member(many.collection)
            if many is not None and name == many.output_collection:
                yield ANY

    def _member(self, collection: str) -> Shape:
        """An item of the list that a FEEL text gives."""
        parsed = self._candidate.evaluate.parse(collection)
        if len(parsed.sources) != 1 or parsed.is_open or parsed.texts:
            return ANY
        return self.of(f"{next(iter(parsed.sources))}[]")

    @cached_property
    def _delivered(self) -> frozenset[str]:
        """Names that messages bring in: their values come from another case."""
        candidate = self._candidate
        caught = {
            node.message or (node.event.name if node.event else "")
            for node in candidate.nodes.values()
            if node.kind not in ("sendTask", "intermediateThrowEvent", "endEvent")
        }
        messages = candidate.pack.messages.values()
        return frozenset(name for one in messages if one.key in caught for name in one.carries)

    def _decision(self, decision: str) -> Shape:
        graph = self._candidate.decisions.graph
        try:
            node = graph.find(decision)
            graph.reached(node)
        except DecisionFailed:
            return ANY
        return DecisionShapes(graph, self._candidate.evaluate, self._name).of(node)


class DecisionShapes:
    """The shape of what a decision gives, from its boxes and those of the decisions it needs."""

    def __init__(self, graph: Graph, evaluate: Evaluate, find: Find) -> None:
        self._graph = graph
        self._evaluate = evaluate
        self._find = find
        self._known: dict[str, Shape] = {}

    def of(self, node: DecisionNode) -> Shape:
        """The shape of a decision; of input data that of the name in the pack."""
        if node.key not in self._known:
            self._known[node.key] = self._shape(node)
        return self._known[node.key]

    def _shape(self, node: DecisionNode) -> Shape:
        if node.kind == "input":
            return self._find(node.name)
        return self._box(node.body, self.scope(node)) if node.kind == "decision" else ANY

    def scope(self, node: DecisionNode) -> Find:
        """How the logic of a decision finds what a name stands for."""
        needed = [self._graph.nodes[key] for key in node.requires]
        names = {each.name: each for each in needed}
        return lambda name: self.of(names[name]) if name in names else ANY

    def _box(self, box: Box | None, find: Find) -> Shape:
        if isinstance(box, Text):
            return self._text(box.text, find)
        if isinstance(box, Table):
            return self._table(box, find)
        if isinstance(box, Context):
            return self._context(box, find)
        return ANY

    def _text(self, text: str, find: Find) -> Shape:
        parsed = self._evaluate.parse(text)
        if parsed.is_open:
            return ANY
        sources = [_walk(find, path)[0] for path in sorted(parsed.sources)]
        written = [Shape(texts=parsed.texts)] if parsed.texts or not sources else []
        return _either([*written, *sources])

    def _context(self, box: Context, find: Find) -> Shape:
        known: dict[str, Shape] = {}

        def within(name: str) -> Shape:
            return known[name] if name in known else find(name)

        for entry in box.entries:
            shape = self._box(entry.body, within)
            if not entry.name:
                return shape
            known[entry.name] = shape
        return Shape(properties=known)

    def _table(self, box: Table, find: Find) -> Shape:
        if box.aggregation:
            return ANY
        columns = {
            clause.name: self._column(box, at, clause, find)
            for at, clause in enumerate(box.outputs)
        }
        row = Shape(properties=columns) if len(columns) > 1 else next(iter(columns.values()), ANY)
        return Shape(member=row) if box.policy in _MANY else row

    def _column(self, box: Table, at: int, clause: OutputClause, find: Find) -> Shape:
        cells = [rule.outputs[at].text for rule in box.rules if at < len(rule.outputs)]
        texts = [text for text in (*cells, clause.fallback) if text.strip() not in ("", "-")]
        return _either([self._text(text, find) for text in texts])


def results(parsed: Parsed, find: Find) -> frozenset[str] | None:
    """The texts an expression can come to, when its names are found so; None when unknown."""
    found = [parsed.texts, *(find(path).texts for path in parsed.sources)]
    known = [texts for texts in found if texts is not None]
    return None if parsed.is_open or len(known) < len(found) else frozenset().union(*known)


def _walk(find: Find, path: str) -> tuple[Shape, str]:
    """The shape at the end of the path, and the first property that is not there."""
    name, *steps = _STEP.findall(path)
    shape = find(name)
    for step in steps:
        shape = shape.member or shape
        if step == "[]":
            continue
        if shape.properties is None:
            return ANY, ""
        if step not in shape.properties:
            return ANY, str(step)
        shape = shape.properties[step]
    return shape, ""


def _field(sheet: FieldSheet) -> Shape:
    if sheet.inner:
        inner = Shape(properties={each.key: _field(each) for each in sheet.inner})
        return Shape(member=inner) if sheet.type == "list" else inner
    if sheet.type in _TEXTLESS:
        return _NO_TEXT
    texts = None if sheet.choices is None else frozenset(map(str, sheet.choices))
    return Shape(member=Shape(texts=texts)) if sheet.type == "list" else Shape(texts=texts)


def _switch(setting: Setting) -> Shape:
    if not isinstance(setting.value, str):
        return _NO_TEXT
    return Shape(texts=frozenset(map(str, setting.options)) if setting.options else None)


def _either(shapes: Sequence[Shape]) -> Shape:
    """What is known of a value that is one of these; nothing when there is none."""
    if len(shapes) < 2:
        return shapes[0] if shapes else ANY
    texts = [each.texts for each in shapes]
    properties = [each.properties for each in shapes]
    members = [each.member for each in shapes]
    return Shape(
        texts=_joined(texts),
        properties=_merged(properties),
        member=_either([each for each in members if each]) if all(members) else None,
    )


def _joined(texts: list[frozenset[str] | None]) -> frozenset[str] | None:
    known = [each for each in texts if each is not None]
    return frozenset().union(*known) if len(known) == len(texts) else None


def _merged(found: list[Mapping[str, Shape] | None]) -> Mapping[str, Shape] | None:
    known = [each for each in found if each is not None]
    if len(known) < len(found):
        return None
    names = dict.fromkeys(name for each in known for name in each)
    return {name: _either([each[name] for each in known if name in each]) for name in names}

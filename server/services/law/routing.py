"""Which fields of forms the engine needs to see: the names that something of the pack reads.

All other answers stay with the step they were given in (docs/reference/pack-format.md). A name
counts when a condition, decision, vote, lane, event, deadline, message, outcome, multi-instance,
rule or form of the procedure reads it and a form, a decision or the procedure itself provides it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from server.domain.expressions import Evaluate, Feel, Given, Json
from server.domain.packs import PolicyPack, Procedure
from server.engine.decisions.boxes import Table, Text, boxes
from server.engine.decisions.model import Node as Decision
from server.engine.diagrams.elements import Node
from server.engine.dmn import Decisions
from server.engine.graph import ProcessGraph
from server.forms.fields import flat, read


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The parts of a pack that routing looks at."""

    pack: PolicyPack
    #: of the procedure and of everything it calls
    graph: ProcessGraph
    decisions: Decisions
    #: form key -> form-js schema
    forms: Mapping[str, dict[str, Json]]


def routing_variables(parts: Parts, procedure: Procedure, evaluate: Evaluate) -> dict[str, str]:
    """Name -> type of every variable that exists in each case of the procedure."""
    forms = {key: parts.forms[key] for key in _forms(parts, procedure) if key in parts.forms}
    provided: dict[str, str] = {}
    for schema in forms.values():
        provided |= fields_of(schema)
    provided |= _produced(parts.graph.nodes) | _signed(parts) | dict(procedure.variables)
    expressions = _expressions(parts, procedure)
    names = {name for text in expressions for name in evaluate.parse(text).names}
    names |= {*_named(parts), *_of_forms(parts, forms, evaluate), *procedure.variables}
    return {name: kind for name, kind in sorted(provided.items()) if name in names}


def fields_of(schema: Mapping[str, Json]) -> dict[str, str]:
    """Key -> type of every answer a form asks for; a dynamic list is one answer."""
    return {field.key: field.type for field in flat(read(schema.get("components")))}


def _forms(parts: Parts, procedure: Procedure) -> Iterator[str]:
    yield procedure.start_form
    yield from (node.form for node in parts.graph.nodes if node.form)


def _produced(nodes: Iterable[Node]) -> dict[str, str]:
    """Results of decisions, and of multi-instances: one result per key of its item."""
    found = {node.result: "context" for node in nodes if node.result}
    for node in nodes:
        if node.multi_instance and node.multi_instance.output_collection:
            found[node.multi_instance.output_collection] = "context"
    return found


def _signed(parts: Parts) -> dict[str, str]:
    """What those come to who sign together."""
    found: dict[str, str] = {}
    for node in parts.graph.nodes:
        if node.id in parts.pack.together:
            found |= parts.pack.together[node.id].results.types()
    return found


def _expressions(parts: Parts, procedure: Procedure) -> Iterator[str]:
    pack, nodes = parts.pack, parts.graph.nodes
    yield from (expression.text for expression in parts.graph.names_read())
    for decision in {node.decision for node in nodes if node.decision}:
        reached = parts.decisions.graph.reached(parts.decisions.graph.find(decision))
        yield from (text for node in reached for text in _inputs(node))
    for lane in {node.lane for node in nodes} & set(pack.lanes):
        yield from _feel(pack.lanes[lane].office, pack.lanes[lane].level)
    yield from _feel(procedure.level, *(starter.when for starter in procedure.starters))
    known = {node.id for node in nodes}
    for event in pack.events.values():
        if not event.node or event.node in known:
            yield from _feel(event.when, event.date)
    for rule in pack.deadlines.values():
        yield from _feel(rule.when, rule.until)
    yield from _of_work(parts, known)
    yield from _of_registers(parts, procedure)


def _of_work(parts: Parts, known: set[str]) -> Iterator[str]:
    """Where work may be handed over to, and what is decided together."""
    for handover in parts.pack.handover:
        yield from _feel(*(receiver.when for receiver in handover.to))
    yield from _feel(*(rule.continues for rule in parts.pack.withdrawals.values()))
    for entry in parts.pack.decisions.values():
        if entry.node in known:
            yield from _feel(*entry.given())


def _of_registers(parts: Parts, procedure: Procedure) -> Iterator[str]:
    """What is entered into registers, and looked up in them."""
    for rule in parts.pack.registers.values():
        yield from _feel(*rule.given())
    for find in procedure.finds:
        yield from _feel(*find.given())


def _inputs(decision: Decision) -> Iterator[str]:
    """What a decision asks its surroundings: table columns and literal expressions, no cells."""
    for box in boxes(decision.body):
        if isinstance(box, Text):
            yield box.text
        elif isinstance(box, Table):
            yield from (column.text for column in box.inputs)


def _feel(*given: Given | None) -> Iterator[str]:
    yield from (value.text for value in given if isinstance(value, Feel))


def _named(parts: Parts) -> Iterator[str]:
    """Names that are given as such and not as expressions."""
    for node in parts.graph.nodes:
        many = node.multi_instance
        if many:
            yield from (many.collection, many.output_collection)
    for event in parts.pack.events.values():
        if isinstance(event.date, str):
            yield event.date
    for rule in parts.pack.deadlines.values():
        if isinstance(rule.until, str):
            yield rule.until
    for message in parts.pack.messages.values():
        yield from message.carries
    yield from _of_books(parts.pack)


def _of_books(pack: PolicyPack) -> Iterator[str]:
    """The same in what is entered into registers, and looked up in them."""
    finds = [find for each in pack.procedures.values() for find in each.finds]
    given = [each.given() for each in pack.registers.values()] + [each.given() for each in finds]
    yield from (value for values in given for value in values if isinstance(value, str))


def _of_forms(
    parts: Parts, forms: Mapping[str, dict[str, Json]], evaluate: Evaluate
) -> Iterator[str]:
    """Names that rules and conditions of a form read and the form itself does not ask for."""
    for key, schema in forms.items():
        rules = (rule.check.text for rule in parts.pack.rules if rule.form == key)
        for text in (*rules, *_conditions(schema)):
            names = evaluate.parse(text).names | evaluate.parse(text, unary=True).names
            yield from names - set(fields_of(schema))


def _conditions(value: Json) -> Iterator[str]:
    """Every FEEL text of a form, wherever it stands."""
    if isinstance(value, list):
        for part in value:
            yield from _conditions(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _conditions(part)
    elif isinstance(value, str) and value.startswith("="):
        yield value[1:]

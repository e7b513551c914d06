"""Pass 2: does some flow of a gateway always fit, and only one, as far as that can be counted out.

Conditions over choices and yes/no fields are tried with every combination of their values, in
one question to the isolate. What cannot be counted out is only asked for a default flow.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, Final

from server.checker.candidate import Candidate
from server.checker.known import surely_set
from server.checker.reach import flow_label
from server.domain.errors import ExpressionFailed
from server.domain.expressions import Json
from server.domain.notes import Notes
from server.domain.packs import Procedure
from server.domain.texts import _
from server.engine.diagrams.elements import Node
from server.engine.graph import ProcessGraph

#: more combinations than this are not tried
MOST_ROWS: Final = 400
#: an overlap over more names than this says little, since not all combinations occur
MOST_NAMES: Final = 2

Row = dict[str, Json]


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note gateways on which a case could stop, and those on which the order decides."""
    for procedure in candidate.pack.procedures.values():
        known = surely_set(candidate, procedure) if procedure.key in candidate.home else {}
        for process in candidate.processes_of(procedure):
            path, graph = candidate.home[process]
            for node in graph.nodes:
                if node.process == process and node.kind in (
                    "exclusiveGateway",
                    "inclusiveGateway",
                ):
                    _gateway(_Choice(candidate, procedure, graph, node, known), notes[path])


class _Choice:
    """One gateway with what its conditions may read there."""

    def __init__(
        self,
        candidate: Candidate,
        procedure: Procedure,
        graph: ProcessGraph,
        node: Node,
        known: Mapping[str, frozenset[str]],
    ) -> None:
        self.graph = graph
        self.node = node
        self._candidate = candidate
        self.flows = [
            flow for flow in graph.outgoing(node.id) if flow.condition and flow.id != node.default
        ]
        self._fields = candidate.fields_of(procedure)
        self._types = procedure.variables
        self._set = known.get(node.id)
        parsed = [candidate.evaluate.parse(flow.condition) for flow in self.flows]
        self.broken = any(each.errors for each in parsed)
        self.names = sorted({name for each in parsed for name in each.names})

    def reads(self, condition: str) -> bool:
        """Does the condition depend on anything of the case."""
        return bool(self._candidate.evaluate.parse(condition).names)

    def rows(self) -> list[Row] | None:
        """Every combination of values the conditions can see; None when it cannot be counted."""
        columns = [self._values(name) for name in self.names]
        if any(not column for column in columns):
            return None
        total = 1
        for column in columns:
            total *= len(column)
        if not columns or total > MOST_ROWS:
            return None
        return [dict(zip(self.names, values, strict=True)) for values in product(*columns)]

    def _values(self, name: str) -> list[Json]:
        if name == "settings":
            settings = self._candidate.pack.settings.values()
            return [{setting.key: setting.value for setting in settings}]
        sheets = self._fields.get(name, [])
        if any(not sheet.options for sheet in sheets):
            return []
        values: list[Json] = list(dict.fromkeys(each for one in sheets for each in one.options))
        if not values and self._types.get(name) == "boolean":
            values = [True, False]
        if values and self._set is not None and name not in self._set:
            values.append(None)
        return values

    def answers(self, rows: list[Row]) -> list[list[Json]] | None:
        """For each row the value of each condition; None when they could not be evaluated."""
        loops = ", ".join(f"{name} in columns.{name}" for name in self.names)
        conditions = ", ".join(f"({flow.condition}\n)" for flow in self.flows)
        columns = {name: [*_distinct(row[name] for row in rows)] for name in self.names}
        try:
            answer = self._candidate.evaluate.values(
                [f"for {loops} return [{conditions}]"], {"columns": columns}
            )[0]
        except ExpressionFailed:
            return None
        usable = not answer.warnings and isinstance(answer.value, list)
        return answer.value if usable and len(answer.value) == len(rows) else None


def _distinct(values: Iterator[Json]) -> Iterator[Json]:
    """Each value once, in order; true and 1 are different values."""
    seen: list[tuple[type, Any]] = []
    for value in values:
        if (type(value), value) not in seen:
            seen.append((type(value), value))
            yield value


def _gateway(choice: _Choice, notes: Notes) -> None:
    if choice.broken or not choice.flows:
        return
    _constant(choice, notes)
    rows = choice.rows()
    answers = choice.answers(rows) if rows else None
    if rows is None or answers is None:
        _no_default(choice, notes)
        return
    if not choice.node.default:
        _gap(choice, rows, answers, notes)
    if choice.node.kind == "exclusiveGateway" and len(choice.names) <= MOST_NAMES:
        _overlap(choice, rows, answers, notes)


def _constant(choice: _Choice, notes: Notes) -> None:
    """A condition that reads nothing is the same in every case."""
    for flow in choice.flows:
        if not choice.reads(flow.condition):
            notes.warning(
                "CONDITION_CONSTANT",
                _("连线“{flow}”的条件不读取任何内容，每个案件都一样").format(
                    flow=flow_label(choice.graph, flow)
                ),
                _("写明读取哪个字段，或者删除该连线"),
                element=flow.id,
            )


def _no_default(choice: _Choice, notes: Notes) -> None:
    if choice.node.default:
        return
    notes.warning(
        "GATEWAY_NO_DEFAULT",
        _("网关“{name}”没有默认流向，条件都不成立时案件会停住").format(name=choice.node.label),
        _("把其中一条连线设为默认流向"),
        element=choice.node.id,
    )


def _gap(choice: _Choice, rows: list[Row], answers: list[list[Json]], notes: Notes) -> None:
    """The first combination for which no flow is taken, with values before empty ones."""
    missed = [row for row, held in zip(rows, answers, strict=True) if True not in held]
    if not missed:
        return
    row = next((each for each in missed if None not in each.values()), missed[0])
    empty = None in row.values()
    notes.warning(
        "CONDITION_MAY_BE_EMPTY" if empty else "GATEWAY_GAP",
        (
            _("网关“{name}”读取的字段可能没有填写（{row}），那时没有一条连线可走")
            if empty
            else _("网关“{name}”在{row}时没有一条连线可走")
        ).format(name=choice.node.label, row=_said(row)),
        _("补上条件，或者把其中一条连线设为默认流向"),
        element=choice.node.id,
    )


def _overlap(choice: _Choice, rows: list[Row], answers: list[list[Json]], notes: Notes) -> None:
    seen: set[tuple[int, ...]] = set()
    for row, held in zip(rows, answers, strict=True):
        true = tuple(at for at, value in enumerate(held) if value is True)
        if len(true) > 1 and true[:2] not in seen:
            seen.add(true[:2])
            first, second = (flow_label(choice.graph, choice.flows[at]) for at in true[:2])
            notes.warning(
                "GATEWAY_OVERLAP",
                _("网关“{name}”在{row}时“{first}”和“{second}”都成立，走排在前面的“{first}”").format(
                    name=choice.node.label, row=_said(row), first=first, second=second
                ),
                _("让条件互不重叠"),
                element=choice.flows[true[1]].id,
            )


def _said(row: Row) -> str:
    """A combination of values as people read it, switches left out."""
    words = {True: _("是"), False: _("否"), None: _("空")}
    return "、".join(
        f"{name}={words[value] if isinstance(value, bool | None) else value}"
        for name, value in row.items()
        if name != "settings"
    )

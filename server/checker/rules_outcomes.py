"""Pass 5, outcomes: what an end of a diagram records is an outcome the procedure knows.

And the other way round: an outcome that no end can record is misspelt here or there, and one
without a word could not be told to people.
"""

from typing import Final

from server.checker.candidate import Candidate
from server.checker.shapes import Shapes
from server.domain.case_words import has_word
from server.domain.expressions import Parsed
from server.domain.notes import Notes
from server.domain.packs import Procedure
from server.domain.texts import _
from server.engine.diagrams.elements import Node

#: what an end says that records no outcome on purpose
NO_OUTCOME: Final = "none"


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note every outcome, written or chosen in a form, that is not in ``outcomes``."""
    shapes = Shapes(candidate)
    for procedure in candidate.pack.procedures.values():
        recorded: set[str] | None = set()
        for node in candidate.nodes_of(procedure):
            if not node.outcome or node.outcome == NO_OUTCOME:
                continue
            values = _values(candidate, shapes, node)
            recorded = None if recorded is None or values is None else recorded | values
            led_away = _asked(candidate, procedure, node)
            for value in sorted((values or set()) - led_away - {*procedure.outcomes}):
                _unknown(procedure, node, value, notes[candidate.home[node.process][0]])
        _worded(candidate, procedure, notes["pack.yaml"])
        if recorded is not None:
            _never(procedure, recorded, notes["pack.yaml"])


def _values(candidate: Candidate, shapes: Shapes, node: Node) -> set[str] | None:
    """The outcomes this end can record, None when they cannot be counted."""
    if not node.outcome.startswith("="):
        return {node.outcome}
    found = shapes.results(_parsed(candidate, node))
    return None if found is None else set(found)


def _parsed(candidate: Candidate, node: Node) -> Parsed:
    return candidate.evaluate.parse(node.outcome[1:].strip())


def _asked(candidate: Candidate, procedure: Procedure, node: Node) -> set[str]:
    """Choices some condition asks for by their value: they lead elsewhere before this end."""
    if not node.outcome.startswith("="):
        return set()
    read = _parsed(candidate, node).sources
    flows = [
        flow
        for process in candidate.processes_of(procedure)
        for flow in candidate.home[process][1].flows
        if flow.condition
    ]
    return {
        text
        for flow in flows
        for path, text in candidate.evaluate.parse(flow.condition).compared
        if path in read
    }


def _unknown(procedure: Procedure, node: Node, value: str, notes: Notes) -> None:
    notes.error(
        "OUTCOME_UNKNOWN",
        _("“{name}”的结论“{value}”不在事项“{title}”的outcomes中").format(
            name=node.label, value=value[:60], title=procedure.title
        ),
        _("在outcomes中登记，或者改正名称"),
        element=node.id,
        field="rongcuo:outcome",
    )


def _worded(candidate: Candidate, procedure: Procedure, notes: Notes) -> None:
    for outcome in procedure.outcomes:
        if not has_word(candidate.pack, procedure.key, outcome):
            notes.error(
                "OUTCOME_WORD",
                _("事项“{title}”的结论“{value}”没有名称").format(
                    title=procedure.title, value=outcome[:60]
                ),
                _("在outcomes中给这个代码写上名称，页面、文书和导出都用它"),
                element="procedures",
                field=f"{procedure.key}.outcomes",
            )


def _never(procedure: Procedure, recorded: set[str], notes: Notes) -> None:
    for at, outcome in enumerate(procedure.outcomes):
        if outcome not in recorded:
            notes.warning(
                "OUTCOME_NEVER",
                _("事项“{title}”的结论“{value}”没有任何结束事件会得出").format(
                    title=procedure.title, value=outcome[:60]
                ),
                _("改正名称，在结束事件上写明该结论，或者从outcomes中删除"),
                element="procedures",
                field=f"{procedure.key}.outcomes[{at}]",
            )

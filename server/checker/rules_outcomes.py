"""Pass 5, outcomes: what an end of a diagram records is an outcome the procedure knows."""

import re
from typing import Final

from server.checker.candidate import Candidate
from server.domain.notes import Notes
from server.domain.packs import Procedure
from server.domain.texts import _
from server.engine.elements import Node

#: what an end says that records no outcome on purpose
NO_OUTCOME: Final = "none"
_BARE_NAME: Final = re.compile(r"[^\W\d]\w*")


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note every outcome, written or chosen in a form, that is not in ``outcomes``."""
    for procedure in candidate.pack.procedures.values():
        for node in candidate.nodes_of(procedure):
            if node.outcome and node.outcome != NO_OUTCOME:
                path = candidate.home[node.process][0]
                for value in sorted(_values(candidate, procedure, node)):
                    if value not in procedure.outcomes:
                        _unknown(procedure, node, value, notes[path])


def _values(candidate: Candidate, procedure: Procedure, node: Node) -> set[str]:
    """The outcomes this end can record, as far as they can be counted."""
    if not node.outcome.startswith("="):
        return {node.outcome}
    name = node.outcome[1:].strip()
    if not _BARE_NAME.fullmatch(name):
        return set()
    sheets = candidate.fields_of(procedure).get(name, [])
    options = {str(option) for sheet in sheets for option in sheet.options}
    # a choice some condition asks for by its value leads elsewhere before this end
    asked = " ".join(
        flow.condition
        for process in candidate.processes_of(procedure)
        for flow in candidate.home[process][1].flows
        if name in flow.condition
    )
    return {option for option in options if f'"{option}"' not in asked}


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

"""A flow that is sought: the places to look from, and what the scenarios know of the way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from server.domain.expressions import Json
from server.engine.diagrams.elements import Flow
from server.services.law.charts import Chart

#: a scenario as JSON
Document = Mapping[str, Json]


#: farther than any element is
FAR: Final = 10_000


@dataclass(order=True, slots=True)
class Place:
    """A play that stands before something that could lead to the flow; the least cost is next."""

    cost: float
    number: int
    document: dict[str, Json] = field(compare=False)
    #: steps that are played, the start being one
    upto: int = field(compare=False)
    depth: int = field(compare=False, default=0)
    #: who did it in the scenario there is, empty where there is none
    by: str = field(compare=False, default="")
    #: the task that was done there
    target: str = field(compare=False, default="")
    #: what the scenario goes on with, where it was left here
    rest: list[Json] = field(compare=False, default_factory=list)
    #: what may be done here, once it was looked at
    tries: Iterator[dict[str, Json]] | None = field(compare=False, default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """What is known."""

    procedure: str
    chart: Chart
    flow: Flow
    near: Mapping[str, int]
    #: the scenarios of its procedure
    own: Sequence[Document]

    @property
    def start(self) -> str:
        """The start event that is farthest from the flow: where its scenarios begin."""
        starts = [node.id for node in self.chart.nodes.values() if node.kind == "startEvent"]
        return max(starts, key=lambda each: self.near.get(each, -1), default="")

    @property
    def conditions(self) -> list[str]:
        """Conditions on the way: that of the flow, of those beside it, of those before."""
        flows = [each for each in self.chart.flows.values() if each.condition]
        flows = [each for each in flows if each.source in self.near]
        ranked = sorted(
            flows,
            key=lambda each: (each.id != self.flow.id, self.near[each.source]),
        )
        return [each.condition for each in ranked]

    def answers(self, element: str) -> list[dict[str, Json]]:
        """What the scenarios answer at a task, or at the start, each once."""
        found: list[dict[str, Json]] = []
        for document in self.own:
            steps = document.get("steps") or ()
            said = [each for each in steps if each.get("do") == element]
            for step in said if element else [document["start"]]:
                answers = dict(step.get("with") or {})
                if not step.get("refused") and answers not in found:
                    found.append(answers)
        return found

    def delivery(self, message: str, carries: Sequence[str]) -> Json:
        """A message as a scenario delivers it, else with nothing in it."""
        for document in self.own:
            for step in document.get("steps") or ():
                said = step.get("deliver")
                if said and said.get("message") == message:
                    return said
        return {"message": message, "with": dict.fromkeys(carries)}

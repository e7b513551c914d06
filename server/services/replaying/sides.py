"""The two versions a closed case is looked at under, with the names people know of their parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.domain.expressions import Evaluate, Json
from server.domain.replays import Difference, Kind
from server.services.law import charts
from server.services.law.charts import Chart
from server.services.law.releases import Release

#: one step as the child played it (``engine/playing``)
Played = Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sides:
    """The version the case ran on, and the draft."""

    was: Release
    draft: Release
    procedure: str
    evaluate: Evaluate

    @property
    def old(self) -> Chart:
        """How the procedure was drawn."""
        return charts.chart(self.was.files[self.procedure])

    @property
    def new(self) -> Chart:
        """How the draft draws it."""
        return charts.chart(self.draft.files[self.procedure])

    def made(self, kind: Kind, element: str, text: str) -> Difference:
        """A difference at an element of the draft, or at one it has no longer."""
        chart = self.new if element in self.new.nodes else self.old
        return Difference(kind=kind, element=element, label=chart.label(element), text=text)

    def names(self, elements: Sequence[str]) -> str:
        """What people call these elements."""
        chart = {**self.old.nodes, **self.new.nodes}
        labels = [chart[each].label if each in chart else each for each in elements]
        return "、".join(f"“{label}”" for label in dict.fromkeys(labels))

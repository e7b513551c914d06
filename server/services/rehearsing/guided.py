"""A flow looked for on purpose: a scenario that comes near is played with other answers.

Which ones is known beforehand: those with which the conditions hold that every way to the flow
meets (``solving``). Where the play leaves the way all the same, the answers are found with which it
would have stayed on it, at the gateway that is nearest to the flow, and it is played again. What a
scenario does not say any more is done as other scenarios do it.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from server.domain.errors import RongcuoError
from server.domain.expressions import Json
from server.engine.diagrams.elements import Flow
from server.forms.fields import flat, read
from server.queries.cases import CaseFacts
from server.services.rehearsing import nearness, scene, solving
from server.services.rehearsing.solving import Need, Solver
from server.services.rehearsing.trying import Trying, acts
from server.services.rehearsing.way import FAR, Document, Way

#: scenarios that are begun with, and how often each is played with other answers
_SCENARIOS: Final = 24
_ROUNDS: Final = 8
#: ways to answer otherwise that are tried at one gateway
_SOLUTIONS: Final = 3
_LOOKED_AT: Final = 40
#: steps that are played where the scenario says nothing any more
_ON: Final = 24
#: of what scenarios answer at a task, so much is tried
_ANSWERS: Final = 3
#: acts of a scenario that are played again
_PLAYED: Final = frozenset({"do", "until", "deliver"})


@dataclass(slots=True)
class Nearest:
    """The play that came nearest."""

    distance: int = FAR
    element: str = ""
    #: tasks that waited there: element and title
    open: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Guide:
    """Looks in one procedure."""

    trying: Trying
    way: Way
    solver: Solver
    #: what every way to the flow meets, from the start on
    musts: list[Need] = field(init=False)
    nearest: Nearest = field(default_factory=Nearest)
    #: gateway flows for which no answers were found, and those that did not lead there
    unsolved: dict[str, Need] = field(default_factory=dict)
    failed: dict[str, dict[str, Json]] = field(default_factory=dict)
    found: dict[str, Json] | None = None
    #: the play under way: what was played, and where it stands
    _so_far: dict[str, Json] = field(default_factory=dict)
    _case: CaseFacts | None = None

    def __post_init__(self) -> None:
        chart, near = self.way.chart, self.way.near
        before = nearness.behind(chart)
        flows = solving.musts(chart, self.way.start, self.way.flow, before)
        flows.sort(key=lambda each: -near.get(each.source, 0))
        self.musts = [self.need(each) for each in flows]

    def need(self, flow: Flow) -> Need:
        """What must hold for a flow of the procedure to be taken."""
        return solving.need(self.way.chart, flow)

    def looked(self) -> Iterator[None]:
        """Look on, a play each time."""
        for document in islice(self._ranked(), _SCENARIOS):
            yield from self._led(document)
            if self.found:
                return

    def _ranked(self) -> Iterator[Document]:
        """The scenarios, those first whose answers meet most conditions and that come nearest."""
        ranked = []
        for nth, document in enumerate(self.way.own):
            known = self._said(document)
            unmet = [each for each in self.musts if not self.solver.is_met(each, known, {})]
            done = (str(step.get("do", "")) for step in document.get("steps") or ())
            near = min((self.way.near.get(each, FAR) for each in done), default=FAR)
            ranked.append((len(unmet), near, nth))
        for _unmet, _near, nth in sorted(ranked):
            yield self.way.own[nth]

    def _said(self, document: Document) -> dict[str, Json]:
        """What a scenario answers, all its steps together."""
        procedure = self.trying.stage.release.pack.procedures[self.way.procedure]
        found: dict[str, Json] = dict(procedure.defaults)
        for step in (document["start"], *(document.get("steps") or ())):
            if not step.get("refused"):
                found |= step.get("with") or {}
        return found

    def _led(self, document: Document) -> Iterator[None]:
        """Play a scenario towards the flow, each time with what was missing the last time."""
        changed = self._wanted(document)
        done: set[str] = set()
        for _round in range(_ROUNDS):
            yield from self._whole(document, changed)
            case = self._case
            if self.found or case is None:
                return
            self._note(case)
            further = self._otherwise(case, done)
            if further is None:
                return
            changed = {**changed, **further}

    def _wanted(self, document: Document) -> dict[str, Json]:
        """What has to be answered otherwise for the conditions that every way meets."""
        known, changed = self._said(document), dict[str, Json]()
        for each in self.musts:
            if not self.solver.is_met(each, known, changed):
                solution = next(self.solver.solutions(each, {**known, **changed}), None)
                changed |= solution or {}
        return changed

    def _otherwise(self, case: CaseFacts, done: set[str]) -> dict[str, Json] | None:
        """Answers with which the case would have stayed on the way, where it left it last."""
        for flow in self._left(case):
            wanted = self.need(flow)
            known = {**self._said(self._so_far), **case.variables}
            solutions = self._solutions(wanted, known)
            if not solutions:
                self.unsolved[flow.id] = wanted
            for solution in solutions:
                key = f"{flow.id} {sorted(solution)}"
                if key not in done:
                    done.add(key)
                    self.failed[flow.id] = solution
                    return solution
        return None

    def _solutions(self, wanted: Need, known: Mapping[str, Json]) -> list[dict[str, Json]]:
        """Some, each with other fields."""
        found: dict[frozenset[str], dict[str, Json]] = {}
        for solution in islice(self.solver.solutions(wanted, known), _LOOKED_AT):
            found.setdefault(frozenset(solution), solution)
            if len(found) == _SOLUTIONS:
                break
        return list(found.values())

    def _left(self, case: CaseFacts) -> list[Flow]:
        """Flows that would have led nearer and were not taken, the nearest first; as long as the
        case stands on the way, only those where it took no other that leads there."""
        near, visited, taken = self.way.near, set(case.visited), set(case.flows)
        flows = self.way.chart.flows.values()
        kept = {each.source for each in flows if each.id in taken and each.target in near}
        is_lost = not any(work.node_key in near for work in case.work)
        found = []
        for each in flows:
            is_on = each.id == self.way.flow.id or (
                each.target in near and near[each.target] < near.get(each.source, -1)
            )
            is_open = is_lost or each.source not in kept
            if is_on and is_open and each.source in visited and each.id not in taken:
                found.append(each)
        return sorted(found, key=lambda each: near.get(each.source, 0))

    def _note(self, case: CaseFacts) -> None:
        passed = [each for each in case.visited if each in self.way.near]
        element = min(passed, key=lambda each: self.way.near[each], default="")
        distance = self.way.near.get(element, FAR)
        if distance < self.nearest.distance:
            open_ones = tuple((work.node_key, work.title) for work in case.work)
            self.nearest = Nearest(distance=distance, element=element, open=open_ones)

    def _whole(self, document: Document, changed: Mapping[str, Json]) -> Iterator[None]:
        """Play a scenario with other answers, as far as it goes, and on from there."""
        release = self.trying.stage.release
        form = release.pack.procedures[self.way.procedure].start_form
        bare = {key: it for key, it in document.items() if key != "expect"}
        start = self._changed(document["start"], form, changed)
        self.trying.kept = frozenset(changed)
        self._so_far, self._case = {**bare, "start": start, "steps": []}, None
        self._further(None)
        yield
        if self._case is None:
            return
        for step in document.get("steps") or ():
            if not self.found and not step.get("refused") and self._may(step):
                node = self.way.chart.nodes.get(str(step.get("do", "")))
                self._further(self._changed(step, node.form if node else "", changed))
        yield
        seen: set[str] = set()
        for _nth in range(_ON):
            if self.found or not self._on(document, changed, seen):
                break
            yield

    def _may(self, step: Json) -> bool:
        """Is it an act that is played again, and does its task wait."""
        waits = {work.node_key for work in self._case.work} if self._case else set()
        return bool(set(step) & _PLAYED) and ("do" not in step or step["do"] in waits)

    def _further(self, step: Json) -> bool:
        """Play one step more, the start if there is none yet; False: it cannot be played."""
        steps = [*self._so_far["steps"], *([step] if step else [])]
        tried = {**self._so_far, "steps": steps}
        standing = self.trying.played(tried, 1 + len(steps), self.way)
        case = standing.play.facts() if standing and standing.stopped is None else None
        if case is None:
            return False
        self._so_far, self._case = self.trying.last, case
        if self.way.flow.id in case.flows:
            self.found = self.trying.written(self.way, self._so_far)
        return True

    def _on(self, document: Document, changed: Mapping[str, Json], seen: set[str]) -> bool:
        """Do as scenarios do at a task that leads nearer; False: nothing there can be done."""
        with suppress(RongcuoError):
            upto = 1 + len(self._so_far["steps"])
            shown = scene.of(self.trying.session.play(self._so_far, upto))
            state = str([shown["case"]["tokens"], shown["case"]["variables"]])
            if state in seen:
                return False
            seen.add(state)
            # what people do first, then what time brings
            may = sorted(acts(shown, self.way, self._done_by(document)), key=_is_clock)
            for step, form in may:
                for known in self._known(document, step["do"]) if "do" in step else ({},):
                    said = self._changed({**step, "with": known}, form, changed)
                    if self._further(said if "do" in step else step):
                        return True
        return False

    def _done_by(self, document: Document) -> Mapping[str, str]:
        steps = document.get("steps") or ()
        return {str(step["do"]): str(step["as"]) for step in steps if "do" in step and "as" in step}

    def _known(self, document: Document, element: str) -> list[dict[str, Json]]:
        """Answers to a task: as the scenario says at this time, then as others say."""
        done = sum(step.get("do") == element for step in self._so_far["steps"])
        own = [
            dict(step.get("with") or {})
            for step in document.get("steps") or ()
            if step.get("do") == element and not step.get("refused")
        ]
        found = own[done : done + 1]
        found += [each for each in self.way.answers(element) if each not in found]
        return (found or [{}])[:_ANSWERS]

    def _changed(self, step: Json, form: str, changed: Mapping[str, Json]) -> dict[str, Json]:
        """The step with the answers its form asks for changed."""
        kept = {key: it for key, it in step.items() if key != "expect"}
        schema = self.trying.stage.release.forms.get(form)
        if not schema or not changed:
            return kept
        asked = {each.key for each in flat(read(schema.get("components"))) if not each.is_locked}
        other = {key: it for key, it in changed.items() if key in asked}
        return {**kept, "with": {**(kept.get("with") or {}), **other}} if other else kept


def _is_clock(act: tuple[dict[str, Json], str]) -> bool:
    return "until" in act[0]

"""A scenario for a flow that none takes: looked for with the real engine, from those there are.

A scenario that comes near the flow is played up to there; then what is open there is done
otherwise: other answers, a message that arrives, a clock that runs out. What comes nearer is gone
on with. What is found was played, from its start to the flow; that it should be so is for a lawyer
to say. Not to find one proves nothing.
"""

import heapq
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count, islice
from typing import Any, Final

from server.domain.errors import RongcuoError
from server.domain.expressions import Json
from server.services.law import charts
from server.services.rehearsing import missed, nearness, scene, variants
from server.services.rehearsing.guided import Guide
from server.services.rehearsing.solving import Solver
from server.services.rehearsing.stage import Stage
from server.services.rehearsing.trying import Trying, acts
from server.services.rehearsing.way import FAR, Document, Place, Way

#: how many places of each task are looked into
_PER_TASK: Final = 4
#: steps that are played after the scenario was left
_DEPTH: Final = 9
#: answers tried at one task, and how many tries a place has before others have their turn
_TRIES: Final = 60
_TURN: Final = 6
#: what a run says that has nothing left to try
_OVER: Final = object()


class Search:
    """Looks for a scenario that takes a flow; in slices, so that others have their turn."""

    def __init__(self, stage: Stage, documents: Mapping[str, Document], flow: str) -> None:
        self._stage = stage
        self._trying = Trying(stage=stage)
        self._documents = documents
        self._flow = flow
        self._number = count()
        self._run = self._looked()
        #: where plays stood already
        self._states: set[str] = set()
        #: who looks on purpose, one for each procedure the flow is part of
        self._guides: list[Guide] = []
        self.found: dict[str, Json] | None = None
        self.is_over = False

    @property
    def tried(self) -> int:
        """Plays so far."""
        return self._trying.tried + sum(each.trying.tried for each in self._guides)

    @property
    def missed(self) -> list[str]:
        """Why nothing was found so far, in words."""
        return [] if self.found else missed.words(self._guides)

    def go_on(self, seconds: float) -> None:
        """Look on for about so long."""
        until = time.monotonic() + seconds
        for _tried in self._run:
            if self.found or time.monotonic() > until:
                break
        else:
            self.is_over = True
        self.is_over = self.is_over or self.found is not None

    def _looked(self) -> Iterator[None]:
        """Look in every procedure that has the flow, here and there and on purpose in turns."""
        release = self._stage.release
        runs: list[Iterator[None]] = []
        for key, files in release.files.items():
            chart = charts.chart(files)
            flow = chart.flows.get(self._flow)
            if flow is not None:
                own = [each for each in self._documents.values() if each.get("procedure") == key]
                near = nearness.distances(chart, flow)
                way = Way(procedure=key, chart=chart, flow=flow, near=near, own=own)
                guide = self._guide(way)
                runs += [self._in(way), guide.looked()]
        while runs and not self.found:
            run = runs.pop(0)
            for _turn in range(_TURN):
                is_over = next(run, _OVER) is _OVER
                self.found = self.found or self._guided()
                if self.found:
                    return
                if is_over:
                    break
                yield
            else:
                runs.append(run)

    def _guide(self, way: Way) -> Guide:
        tools = self._stage.tools
        solver = Solver(
            release=self._stage.release,
            procedure=way.procedure,
            chart=way.chart,
            evaluate=tools.evaluate,
            now=self._stage.first_moment(),
        )
        guide = Guide(trying=Trying(stage=self._stage), way=way, solver=solver)
        self._guides.append(guide)
        return guide

    def _guided(self) -> dict[str, Json] | None:
        return next((each.found for each in self._guides if each.found), None)

    def _in(self, way: Way) -> Iterator[None]:
        heap = list(self._beginnings(way))
        heapq.heapify(heap)
        while heap and not self.found:
            place = heapq.heappop(heap)
            tries = place.tries = place.tries or self._at(place, way)
            turn = list(islice(tries, _TURN))
            for document in turn:
                further = self._judged(place, document, way)
                yield
                if self.found:
                    return
                if further is not None and further.depth < _DEPTH:
                    heapq.heappush(heap, further)
                place.cost += 1 / _TURN
            if len(turn) == _TURN:
                heapq.heappush(heap, place)

    def _beginnings(self, way: Way) -> Iterator[Place]:
        """Where the scenarios there are come nearest, at most some of each task; with none of them
        the very beginning."""
        found = []
        for document in way.own or [self._bare(way)]:
            by = str(document["start"].get("as", ""))
            found.append(self._place(way.near.get(way.start, FAR), document, 0, by))
            for nth, step in enumerate(document.get("steps") or ()):
                target = str(step.get("do") or "")
                if not step.get("refused"):
                    by = str(step.get("as", ""))
                    far = way.near.get(target, FAR)
                    found.append(self._place(far, document, nth + 1, by, target))
        taken: dict[str, int] = {}
        for each in sorted(found, key=lambda each: (each.cost, each.upto)):
            taken[each.target] = taken.get(each.target, 0) + 1
            if taken[each.target] <= _PER_TASK and each.cost < FAR:
                yield each

    def _bare(self, way: Way) -> Document:
        """A scenario of a procedure that has none."""
        procedure = self._stage.release.pack.procedures[way.procedure]
        by = procedure.starters[0].role if procedure.starters else ""
        now = self._stage.first_moment().isoformat(timespec="minutes")
        return {"procedure": way.procedure, "now": now, "start": {"as": by, "with": {}}}

    def _place(
        self, cost: float, document: Document, upto: int, by: str, target: str = ""
    ) -> Place:
        steps = list(document.get("steps") or ())
        kept = {**document, "steps": steps[: max(0, upto - 1)]}
        kept.pop("expect", None)
        number = next(self._number)
        return Place(
            cost=cost,
            number=number,
            document=kept,
            upto=upto,
            by=by,
            target=target,
            rest=[step for step in steps[upto:] if not step.get("refused")],
        )

    def _at(self, place: Place, way: Way) -> Iterator[dict[str, Json]]:
        """Everything that may be done at a place."""
        if place.upto == 0:
            for start in self._starts(place, way):
                yield {**place.document, "start": start}
            return
        with suppress(RongcuoError):
            standing = self._trying.session.play(place.document, place.upto)
            shown = scene.of(standing)
            if standing.stopped is None and standing.played == place.upto and shown["case"]:
                for step in self._steps(place, shown, way):
                    yield {**place.document, "steps": [*place.document["steps"], step]}

    def _starts(self, place: Place, way: Way) -> Iterator[Json]:
        procedure = self._stage.release.pack.procedures[str(place.document["procedure"])]
        start = dict(place.document["start"])
        schema = self._stage.release.forms[procedure.start_form]
        known = [dict(start.get("with") or {}), *way.answers("")]
        for answers in self._varied(known, schema, way):
            yield {"as": start.get("as"), "with": answers}

    def _steps(self, place: Place, shown: Json, way: Way) -> Iterator[Json]:
        for step, form in acts(shown, way, {place.target: place.by}):
            if "do" not in step:
                yield step
                continue
            schema = self._stage.release.forms.get(form, {})
            for answers in self._varied(way.answers(step["do"]), schema, way):
                yield {**step, "with": answers}

    def _varied(
        self, known: Sequence[Mapping[str, Json]], schema: Mapping[str, Any], way: Way
    ) -> Iterator[Json]:
        pack = self._stage.release.pack
        seen = []
        for nth, answers in enumerate(variants.varied(known, schema, pack, way.conditions)):
            if nth >= _TRIES:
                return
            if answers not in seen:
                seen.append(answers)
                yield answers

    def _judged(self, place: Place, document: dict[str, Json], way: Way) -> Place | None:
        """Play one more step; a refusal of answers is mended where that can be done."""
        standing = self._trying.played(document, place.upto + 1, way)
        if standing is None or standing.stopped:
            return None
        case = standing.play.facts()
        if case is None:
            return None
        if self._flow in case.flows:
            self.found = self._trying.written(way, self._trying.last)
            return None
        shown = scene.of(standing)["case"]
        near = [way.near[each] for each in shown["tokens"] if each in way.near]
        state = json.dumps([shown["tokens"], shown["variables"]], sort_keys=True)
        if not near or state in self._states:
            return None
        self._states.add(state)
        if self._followed(place.rest, way):
            return None
        # what stands in another branch may have to come to the same join
        return Place(
            cost=min(near) + 0.1 * sum(near) + 0.3 * (place.depth + 1),
            depth=place.depth + 1,
            number=next(self._number),
            document=self._trying.last,
            upto=place.upto + 1,
        )

    def _followed(self, rest: Sequence[Json], way: Way) -> bool:
        """Does the rest of the scenario lead there now, as far as it can be played."""
        steps = [{key: it for key, it in step.items() if key != "expect"} for step in rest]
        if not steps:
            return False
        document = {**self._trying.last, "steps": [*self._trying.last["steps"], *steps]}
        with suppress(RongcuoError):
            standing = self._trying.session.play(document, 1 + len(document["steps"]))
            case = standing.play.facts()
            if case is not None and self._flow in case.flows:
                played = document["steps"][: standing.played - 1]
                self.found = self._trying.written(way, {**document, "steps": played})
        return self.found is not None

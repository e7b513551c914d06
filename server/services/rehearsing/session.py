"""A scenario that is played while it is being written: as far as it goes, step by step.

The session is its scenario: whoever plays brings the whole of it each time. What was played before
is not played again where the scenario begins with the same steps: the stage is put back to where
they ended. So a step costs what it costs, undoing one costs nothing, and a process that has
forgotten everything plays from the start.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.texts import _
from server.services.rehearsing import scenario as scenarios
from server.services.rehearsing import values
from server.services.rehearsing.play import Play
from server.services.rehearsing.scenario import Scenario
from server.services.rehearsing.stage import Stage
from server.services.rehearsing.troubles import Trouble

#: most steps of a session: nobody plays more by hand, and each keeps a copy of the database
MOST_STEPS = 200
#: entries of a scenario that are not played step by step
_TOLD = frozenset({"title", "steps", "expect"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """Where a play stood after a step."""

    #: what the scenario says of the step, or of all that comes before the first
    said: str
    play: Play
    copy: sqlite3.Connection = field(repr=False)
    #: what was seen otherwise than the step says
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where a play stands."""

    play: Play
    #: how many steps were played, the start being one
    played: int
    #: what was seen otherwise than the steps say
    troubles: tuple[Trouble, ...]
    #: why the step after them could not be played, None: it was not asked for, or is the end
    stopped: Trouble | None = None


@dataclass(slots=True)
class Session:
    """One play under way on a stage."""

    stage: Stage
    marks: list[Mark] = field(default_factory=list)

    def play(self, document: Json, upto: int) -> Standing:
        """Where the scenario stands after its first ``upto`` steps, the start being the first.

        Raises:
            Invalid: it is no scenario of this pack; all problems.
        """
        scenario = self.read(document)
        steps = (scenario.start, *scenario.steps)[:upto]
        said = [_head(document), *map(_written, _listed(document)[:upto])]
        known = self._known(said)
        del self.marks[known:]
        if not known:
            self._begin(scenario, said[0])
        play = self.back(scenario)
        for step, words in zip(steps[len(self.marks) - 1 :], said[len(self.marks) :], strict=True):
            before = len(play.troubles)
            if not play.take(step):
                *_seen, stopped = play.troubles[before:]
                return self._standing(self.back(scenario), stopped)
            self._mark(play, words, tuple(play.troubles[before:]))
        return self._standing(play, None)

    def read(self, document: Json) -> Scenario:
        """The scenario a document says. Raises Invalid."""
        found, findings = scenarios.of_value("scenario", document)
        if found is None:
            raise Invalid(_("不能演练：场景写得不对"), findings)
        if len(found.steps) >= MOST_STEPS:
            raise Invalid(_("场景最多{n}步").format(n=MOST_STEPS))
        if found.procedure not in self.stage.release.pack.procedures:
            raise Invalid(_("政策包中没有程序“{key}”").format(key=found.procedure))
        return found

    def back(self, scenario: Scenario) -> Play:
        """The play as the last mark has it, and the stage put back to it."""
        mark = self.marks[-1]
        self.stage.back_to(mark.copy)
        self.stage.tools.releases[mark.play.release.id] = mark.play.release
        return replace(mark.play, scenario=scenario, troubles=[])

    def _known(self, said: Sequence[str]) -> int:
        """How many marks are of the same steps."""
        for number, (mark, words) in enumerate(zip(self.marks, said, strict=False)):
            if mark.said != words:
                return number
        return min(len(self.marks), len(said))

    def _begin(self, scenario: Scenario, said: str) -> None:
        play = self.stage.play(scenario)
        if not play.begin():
            raise Invalid(play.troubles[0].message)
        self._mark(play, said, ())

    def _mark(self, play: Play, said: str, troubles: tuple[Trouble, ...]) -> None:
        kept = replace(play, troubles=[])
        self.marks.append(Mark(said=said, play=kept, copy=self.stage.copied(), troubles=troubles))

    def _standing(self, play: Play, stopped: Trouble | None) -> Standing:
        seen = tuple(trouble for mark in self.marks for trouble in mark.troubles)
        return Standing(play=play, played=len(self.marks) - 1, troubles=seen, stopped=stopped)


def document_of(value: Mapping[str, Json]) -> dict[str, Json]:
    """A scenario as YAML read it, as JSON that plays the same."""
    return values.plain(value)


def _listed(document: Json) -> list[Json]:
    return [document.get("start"), *(document.get("steps") or ())]


def _head(document: Mapping[str, Json]) -> str:
    kept = {key: value for key, value in document.items() if key not in _TOLD | {"start"}}
    return _written(kept)


def _written(value: Json) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)

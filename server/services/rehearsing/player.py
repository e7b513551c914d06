"""What answers in the process of a rehearsal: sets a stage up once, then plays on it what it is
asked to.

Everything that goes in and comes out is JSON. What a play may not do is an answer like any other,
``{"refused": {code, message, problems}}``; a process that was begun anew and has no stage yet says
``{"empty": true}``.
"""

import base64
import time
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from server.adapters.packs import PackFiles
from server.domain.errors import Invalid, RongcuoError
from server.domain.expressions import Json
from server.services.law import charts
from server.services.law.releases import Release
from server.services.rehearsing import acted_forms, recording, rehearsal, scene
from server.services.rehearsing.proposals import Search
from server.services.rehearsing.scenario import Step
from server.services.rehearsing.session import Session
from server.services.rehearsing.stage import Beside, Stage

#: how long one answer takes where there is more to do than fits in one
_SLICE: Final = 1.0


class SetUp(Protocol):
    """``stage.set_up`` over tools that are there."""

    def __call__(self, files: PackFiles, beside: Beside, *, is_checked: bool) -> Stage:
        """A stage of the pack."""


class Player:
    """One stage, the session played on it, and what is looked for beside it."""

    def __init__(self, set_up: SetUp) -> None:
        self._set_up_stage = set_up
        self._stage: Stage | None = None
        self._session: Session | None = None
        self._search: tuple[str, Search] | None = None

    def answer(self, question: Json) -> Json:
        """What comes of one question; ``act`` says which."""
        try:
            if question["act"] == "set_up":
                return self._set_up(question)
            if self._stage is None or self._session is None:
                return {"empty": True}
            acts: Mapping[str, Callable[[Stage, Session, Json], Json]] = {
                "play": _played,
                "form": _formed,
                "record": _recorded,
                "perform": _performed,
                "propose": self._proposed,
            }
            return acts[question["act"]](self._stage, self._session, question)
        except RongcuoError as error:
            found = error.findings if isinstance(error, Invalid) else ()
            problems = [finding.as_problem() for finding in found]
            refused = {"code": error.code, "message": error.message, "problems": problems}
            return {"refused": refused}

    def _set_up(self, question: Json) -> Json:
        files = _files(question["pack"])
        beside = [_files(each) for each in question["beside"]]
        set_up = self._set_up_stage(files, lambda _pack: beside, is_checked=question["checked"])
        self._stage, self._session = set_up, Session(stage=set_up)
        return overview(set_up)

    def _proposed(self, stage: Stage, _session: Session, question: Json) -> Json:
        """Look on for a moment; the same question again looks on from there."""
        flow = question["flow"]
        if self._search is None or self._search[0] != flow or question.get("anew"):
            self._search = (flow, Search(stage, question["documents"], flow))
        search = self._search[1]
        search.go_on(_SLICE)
        found = search.found
        if search.is_over:
            self._search = None
        return {
            "tried": search.tried,
            "over": search.is_over,
            "found": found,
            "text": recording.text(found).decode() if found else None,
            "missed": search.missed,
        }


def overview(stage: Stage) -> dict[str, Json]:
    """What is on the stage: the diagrams, what may be started, every flow."""
    release = stage.release
    diagrams = {
        name: content.decode()
        for files in release.files.values()
        for name, content in files.diagrams.items()
    }
    return {
        "now": stage.first_moment().isoformat(timespec="minutes"),
        "procedures": [
            {
                "key": key,
                "title": procedure.title,
                "diagram": procedure.diagram,
                "by": [_starter(release, each.role) for each in procedure.starters],
            }
            for key, procedure in release.pack.procedures.items()
        ],
        "diagrams": diagrams,
        "roles": {key: role.title for key, role in release.pack.roles.items()},
        "nodes": {
            node.id: node.label
            for files in release.files.values()
            for node in charts.chart(files).nodes.values()
        },
        "deadlines": {
            key: {
                "title": rule.title,
                "reasons": {each.key: each.title for each in rule.stops},
            }
            for key, rule in release.pack.deadlines.items()
        },
        "messages": {key: each.title for key, each in release.pack.messages.items()},
        "ways": [
            {"procedure": way.procedure, "flow": way.flow, "label": way.label}
            for way in rehearsal.ways(release)
        ],
    }


def _starter(release: Release, role: str) -> dict[str, Json]:
    known = release.pack.roles.get(role)
    return {"as": role, "title": known.title if known else role}


def _played(_stage: Stage, session: Session, question: Json) -> Json:
    return scene.of(session.play(question["document"], question["upto"]))


def _formed(_stage: Stage, session: Session, question: Json) -> Json:
    """The form of the start, or of an open task; the stage is put back by the next question."""
    document, upto = question["document"], question["upto"]
    if upto == 0:
        return acted_forms.of_start(session.play(document, 0).play)
    play = session.play(document, upto).play
    asked = question["step"]
    step = Step(
        number=upto,
        act="do",
        target=asked["do"],
        by=asked["as"],
        level=asked.get("level", ""),
        item=asked.get("item"),
    )
    return acted_forms.of_task(play, step)


def _recorded(_stage: Stage, session: Session, question: Json) -> Json:
    """The scenario as a file, with what was seen written into it."""
    found = scene.recorded(session, question["document"])
    return {"document": found, "text": recording.text(found).decode()}


def _performed(stage: Stage, _session: Session, question: Json) -> Json:
    """How whole scenarios go: as many as a moment allows, the first in any case."""
    until = time.monotonic() + _SLICE
    results: dict[str, Json] = {}
    for name, text in question["scenarios"].items():
        if results and time.monotonic() > until:
            break
        result = stage.perform(name, text.encode())
        results[name] = {
            "title": result.title,
            "troubles": [scene.trouble(each) for each in result.troubles],
            "flows": sorted(result.flows),
        }
    return {"results": results}


def _files(asked: Json) -> PackFiles:
    contents = {path: base64.b64decode(text) for path, text in asked["files"].items()}
    return PackFiles(key=asked["key"], files=contents)

"""Recorded acts of cases played on other files than their own: the work of a killable child.

JSON in, JSON out. A play ends at the first act that these files have no place for; how far it came
and what each step did is told, and nothing is judged here.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, get_args

from server.domain.errors import EngineError, RongcuoError, UnknownTask
from server.domain.expressions import Json
from server.engine.feel import Feel
from server.engine.port import (
    Advance,
    Command,
    CompleteTask,
    Files,
    Migrate,
    OpenTask,
    Place,
    Spot,
)
from server.engine.runtime.spiff import SpiffEngine

#: a step that is taken back, and one that these files know nothing of
WITHDRAW: Final = "withdraw"
SKIP: Final = "skip"

_COMMANDS: Final = {each.__name__: each for each in get_args(Command) if each is not Migrate}


def answer(question: Json) -> Json:
    """What becomes of each case: ``steps`` as far as it came, and why it ``stopped``.

    ``question`` has ``files`` by procedure (:func:`sent`) and ``cases``: each a procedure and its
    ``acts``, that is ``command``, ``place``, ``values`` and ``now``.
    """
    engine = SpiffEngine(Feel())
    files = {key: _received(value) for key, value in question["files"].items()}
    return [_Play(engine, files[case["procedure"]]).run(case["acts"]) for case in question["cases"]]


def sent(files: Files) -> Json:
    """What a procedure runs on, as JSON."""
    return {
        "process": files.process,
        "diagrams": _texts(files.diagrams),
        "decisions": _texts(files.decisions),
        "variables": sorted(files.variables),
        "types": dict(files.types),
    }


def _received(value: Mapping[str, Json]) -> Files:
    return Files(
        process=value["process"],
        diagrams=_bytes(value["diagrams"]),
        decisions=_bytes(value["decisions"]),
        variables=frozenset(value["variables"]),
        types=value["types"],
    )


def _texts(contents: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(data).decode() for name, data in contents.items()}


def _bytes(texts: Mapping[str, str]) -> dict[str, bytes]:
    return {name: base64.b64decode(text) for name, text in texts.items()}


class _Play:
    """One case under way."""

    def __init__(self, engine: SpiffEngine, files: Files) -> None:
        self._engine = engine
        self._files = files
        #: the state after each act, for those that are taken back
        self._states: list[bytes] = []
        self._open: dict[str, OpenTask] = {}

    def run(self, acts: Sequence[Mapping[str, Json]]) -> Json:
        steps: list[Json] = []
        for act in acts:
            if act["command"] == SKIP:
                self._states.append(self._state)
                steps.append(None)
                continue
            try:
                after = self._step(act)
            except UnknownTask as gone:
                return {"steps": steps, "stopped": "gone", "element": gone.element}
            except RongcuoError as refused:
                element = refused.element if isinstance(refused, EngineError) else ""
                return {"steps": steps, "stopped": "refused", "element": element}
            self._keep(after)
            steps.append(self._told(after))
        return {"steps": steps, "stopped": "", "element": ""}

    @property
    def _state(self) -> bytes:
        return self._states[-1] if self._states else b""

    def _step(self, act: Mapping[str, Json]) -> Advance:
        values: dict[str, Any] = dict(act["values"])
        if act["command"] == WITHDRAW:
            earlier = self._states[values["version"] - 1]
            return self._engine.restore(self._files, self._state, earlier)
        made = _COMMANDS[act["command"]]
        if made is _COMMANDS["Return"]:
            values["into"] = tuple(values["into"])
        place = tuple(Spot(element=e, instance=i, nth=n) for e, i, n in act["place"])
        if place:
            key = "scope" if "scope" in made.__annotations__ else "task_key"
            values[key] = self._key(place, is_task=made is CompleteTask)
        command = made(**values, now=datetime.fromisoformat(act["now"]))
        return self._engine.advance(self._files, self._state or None, command)

    def _key(self, place: Place, *, is_task: bool) -> str:
        """Key of the task there; a step that lies elsewhere now is known by its own id."""
        try:
            return self._engine.task_at(self._files, self._state, place)
        except UnknownTask:
            spot = place[-1]
            for key, task in self._open.items():
                if is_task and (task.node_key, task.instance) == (spot.element, spot.instance):
                    return key
            raise

    def _keep(self, after: Advance) -> None:
        self._states.append(after.state)
        for task in after.closed:
            self._open.pop(task.task_key, None)
        self._open |= {task.task_key: task for task in after.opened}

    def _told(self, after: Advance) -> Json:
        return {
            "visited": list(after.visited),
            "flows": list(after.flows),
            "messages": [each.message for each in after.messages],
            "decisions": [
                {
                    "element": made.element,
                    "hits": {key: list(rows) for key, rows in made.hits.items()},
                    "result": made.result,
                }
                for made in after.decisions
            ],
            "variables": dict(after.variables),
            "opened": [[task.node_key, task.instance] for task in after.opened],
            "closed": [[task.node_key, task.instance] for task in after.closed],
            "waiting": sorted({task.node_key for task in self._open.values()}),
            "ended": after.ended,
        }

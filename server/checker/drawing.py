"""The check while somebody draws: the same list as :mod:`server.checker.check`, sooner.

A child waits for the question, and what an earlier check of the same pack found out about files
that did not change is not found out again. That memory comes from a child that read files of a
stranger: it is kept for his pack alone, and nothing is published on its word, which is what
``check`` is for.
"""

import json
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from server.adapters.packs import PackFiles
from server.checker.check import check_here, files_of, question
from server.checker.remembered import findings_of
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.engine import parse_check
from server.engine.definitions import gate
from server.engine.feel import Feel
from server.engine.recent import Recent
from server.engine.remembered import Memory, RememberedIsolate
from server.engine.waiting import Waiting

#: packs of which something is remembered, and the most that is remembered of one
_PACKS: Final = 16
_MOST_KEPT: Final = 2 << 20

#: a small diagram with a little of everything
_SAMPLE: Final = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:warm">
  <process id="warm" isExecutable="true">
    <startEvent id="start"/><userTask id="task"/><exclusiveGateway id="fork" default="plain"/>
    <endEvent id="end"/><endEvent id="other"/>
    <sequenceFlow id="first" sourceRef="start" targetRef="task"/>
    <sequenceFlow id="second" sourceRef="task" targetRef="fork"/>
    <sequenceFlow id="plain" sourceRef="fork" targetRef="end"/>
    <sequenceFlow id="asked" sourceRef="fork" targetRef="other">
      <conditionExpression>opinion = "agree"</conditionExpression>
    </sequenceFlow>
  </process>
</definitions>"""
_TEXTS: Final = (
    'opinion = "agree" and not(contains(reason, "x"))',
    "if a in (1, 2, 3) then b.c else d[item.e > 1]",
    "some x in xs satisfies x.y = null or sum(for z in zs return z * 2) >= 3",
)


class Drawing:
    """Checks of what is being drawn; one for the process."""

    def __init__(self) -> None:
        self._waiting = Waiting("server.checker.drawing:answer", warm="server.checker.drawing:warm")
        self._memories: Recent[str, str] = Recent(_PACKS)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """While this lasts, children are kept waiting from the first question on."""
        with self._waiting.kept():
            yield

    def ready(self) -> None:
        """Somebody opened a pack to draw in it: have a child waiting."""
        self._waiting.ready()

    def check(
        self, files: PackFiles, calendars: Iterable[str], topic: Hashable = None
    ) -> list[Finding]:
        """Every problem of the pack, errors first; a newer check of the topic ends this one.

        Raises:
            Superseded: there is a newer check of the topic.
            Invalid: too many check at this moment.
        """
        asked = {**question(files, calendars), "memory": self._memories.get(files.key) or "{}"}
        said = self._waiting.answer(asked, topic)
        if isinstance(said, Finding):
            return [replace(said, file=f"processes/{files.key}/pack.yaml")]
        if len(said["memory"]) <= 4 * _MOST_KEPT:
            self._memories.put(files.key, said["memory"])
        return findings_of(said["problems"])


def answer(asked: Json) -> Json:
    """The problems, and the memory for the next time: the work of the child."""
    memory = Memory(json.loads(asked["memory"]))
    evaluate = Feel(RememberedIsolate(memory))
    found = check_here(files_of(asked), asked["calendars"], evaluate, memory)
    problems = [finding.as_problem() for finding in found]
    return {"problems": problems, "memory": memory.kept(_MOST_KEPT)}


def warm() -> None:
    """Do once what each check does: schemas are loaded, the isolate is there."""
    normalised = gate("warm.bpmn", _SAMPLE).normalised
    parse_check.check({"warm.bpmn": normalised or b""})
    feel = Feel()
    for _round in range(2):
        Feel().parse_all([(text, False) for text in _TEXTS])
    feel.values(_TEXTS, {"opinion": "agree", "xs": [], "zs": [1]})

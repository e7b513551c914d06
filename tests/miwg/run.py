"""Runs a copy of the BPMN MIWG reference models and prints per model what becomes of it.

``.venv/bin/python -m tests.miwg.run DIR``; DIR is a checkout of the test suite, its ``Reference``
folder or any folder of ``.bpmn`` files. A model *runs* when the gate and the checker take it and
the engine plays each of its processes to an end; it is *refused* when a check names the elements
it will not run; it is *wrong* when the checks took it and the engine did not: a bug of ours.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from server.domain.errors import EngineError
from server.domain.findings import Finding, Severity
from server.engine.feel import Feel
from server.engine.graph import ProcessGraph
from server.engine.port import Advance, Command, CompleteTask, Deliver, Files, Start, TimerDue
from server.engine.runtime.spiff import SpiffEngine
from tests.factories.diagnosis import diagnose, gated

NOW: Final = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
_MOST_STEPS: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one model; ``why`` has one line per element when it did not run."""

    name: str
    result: str
    why: tuple[str, ...] = ()


def models(folder: Path) -> list[Path]:
    """The reference models of a checkout, or every model of any other folder."""
    reference = folder / "Reference"
    return sorted((reference if reference.is_dir() else folder).rglob("*.bpmn"))


def judge(path: Path, feel: Feel) -> Outcome:
    """Run one model as a designer would import it: every process of the file made executable."""
    findings = [
        finding
        for finding in diagnose({path.name: path.read_bytes()}, all_processes=True)
        if finding.severity is Severity.ERROR
    ]
    broken = [finding for finding in findings if finding.code in ("GATE_FAILED", "ENGINE_REFUSED")]
    if broken:
        return Outcome(name=path.name, result="wrong", why=tuple(map(_line, broken)))
    if findings:
        return Outcome(name=path.name, result="refused", why=tuple(map(_line, findings)))
    [passed] = gated({path.name: path.read_bytes()}, all_processes=True).values()
    assert passed.graph is not None
    assert passed.normalised is not None
    why = tuple(_play(passed.graph, {path.name: passed.normalised}, feel))
    return Outcome(name=path.name, result="wrong" if why else "runs", why=why)


def _line(finding: Finding) -> str:
    return f"{finding.element}: {finding.code} {' '.join(finding.message.split())}"


def _play(graph: ProcessGraph, diagrams: Mapping[str, bytes], feel: Feel) -> Iterator[str]:
    """One line per process that the engine could not play to its end."""
    called = {node.called for node in graph.nodes}
    for process in graph.processes:
        if process.id in called:
            continue
        start = graph.starts(process.id)[0]
        message = start.event.name if start.event else None
        case = _Case(Files(process=process.id, diagrams=diagrams), feel)
        try:
            case.play(message)
        except EngineError as failed:
            yield f"{failed.element or process.id}: {failed.message} {failed.detail}"


class _Case:
    """Completes whatever is open, delivers whatever is waited for, fires whatever is armed."""

    def __init__(self, files: Files, feel: Feel) -> None:
        self._files = files
        self._engine = SpiffEngine(feel, live_size=0)
        self._waiting: dict[tuple[str, str], Command] = {}

    def play(self, message: str | None) -> None:
        advance = self._engine.advance(
            self._files, None, Start(variables={}, now=NOW, message=message)
        )
        for _step in range(_MOST_STEPS):
            self._book(advance)
            if advance.ended:
                return
            if not self._waiting:
                raise EngineError("nothing is waited for, nothing ends")
            # the one that waits longest, so that no loop hides the way on
            key = next(iter(self._waiting))
            command = self._waiting.pop(key)
            self._waiting[key] = command
            advance = self._engine.advance(self._files, advance.state, command)
        raise EngineError(f"no end after {_MOST_STEPS} steps")

    def _book(self, advance: Advance) -> None:
        for task in advance.closed:
            self._waiting.pop((task.task_key, ""), None)
        for timer in advance.timers_dropped:
            self._waiting.pop((timer.task_key, timer.element), None)
        for ended in advance.unsubscribed:
            self._waiting.pop((ended.task_key, ended.element), None)
        for task in advance.opened:
            self._waiting[task.task_key, ""] = CompleteTask(
                task_key=task.task_key, variables={}, now=NOW
            )
        for begun in advance.subscribed:
            self._waiting[begun.task_key, begun.element] = Deliver(
                task_key=begun.task_key, element=begun.element, payload={}, now=NOW
            )
        for timer in advance.timers_wanted:
            self._waiting[timer.task_key, timer.element] = TimerDue(
                task_key=timer.task_key, element=timer.element, now=NOW
            )


def main(arguments: list[str]) -> int:
    """Print one block per model and the sums; 1 when a model is wrong, 2 without models."""
    parser = argparse.ArgumentParser(prog="miwg")
    parser.add_argument("folder", type=Path)
    paths = models(parser.parse_args(arguments).folder)
    if not paths:
        sys.stderr.write("no .bpmn files there\n")
        return 2
    feel = Feel()
    outcomes = [judge(path, feel) for path in paths]
    feel.close()
    for outcome in outcomes:
        sys.stdout.write(f"{outcome.name}: {outcome.result}\n")
        sys.stdout.writelines(f"    {line}\n" for line in outcome.why)
    for result in ("runs", "refused", "wrong"):
        count = sum(outcome.result == result for outcome in outcomes)
        sys.stdout.write(f"{result}: {count} / {len(outcomes)}\n")
    return 1 if any(outcome.result == "wrong" for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

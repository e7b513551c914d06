"""Runs a copy of the BPMN MIWG reference models and prints per model what becomes of it.

``.venv/bin/python -m tests.miwg.run DIR``; DIR is a checkout of the test suite, its ``Reference``
folder or any folder of ``.bpmn`` files. A model *runs* when the import and the checker take it and
the engine plays each of its processes to an end; it is *refused* when a check names the elements
it will not run; it is *wrong* when the checks took it and the engine did not, or when nobody says
why it is refused: a bug of ours.
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
from server.engine.imports import reading
from server.engine.imports.reading import Known
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
    """Import one model as a designer would who lets each of its processes run, and play it."""
    brought = reading.read(path.name, path.read_bytes(), Known(), _all(path))
    found = list(brought.findings)
    if brought.content is not None:
        found += diagnose({path.name: brought.content})
    findings = [each for each in dict.fromkeys(found) if each.severity is Severity.ERROR]
    broken = [each for each in findings if each.code in ("GATE_FAILED", "ENGINE_REFUSED")]
    if broken:
        return Outcome(name=path.name, result="wrong", why=tuple(map(_line, broken)))
    if not findings and brought.content is not None:
        [passed] = gated({path.name: brought.content}).values()
        assert passed.graph is not None
        assert passed.normalised is not None
        findings = list(_texts(passed.graph, feel))
        if not findings:
            why = tuple(_play(passed.graph, {path.name: passed.normalised}, feel))
            return Outcome(name=path.name, result="wrong" if why else "runs", why=why)
    if not findings:
        return Outcome(name=path.name, result="wrong", why=("refused without a reason",))
    unclear = [each for each in findings if not (each.message and each.fix)]
    result = "wrong" if unclear else "refused"
    return Outcome(name=path.name, result=result, why=tuple(map(_line, unclear or findings)))


def _all(path: Path) -> dict[str, str]:
    """Every process of the file that has something in it, under its own id."""
    first = reading.read(path.name, path.read_bytes(), Known())
    return {each.id: "" for each in first.processes if each.size}


def _texts(graph: ProcessGraph, feel: Feel) -> Iterator[Finding]:
    """What the check of a pack says of conditions when nothing fills in what they read."""
    known = {name for process in graph.processes for name in process.data_objects}
    for expression in graph.names_read():
        parsed = feel.parse(expression.text)
        for what in (*parsed.errors, *sorted(parsed.names - known)):
            yield Finding(
                code="EXPRESSION_SYNTAX" if parsed.errors else "NAME_UNKNOWN",
                element=expression.element,
                message=f"“{expression.text[:60]}”：{what}",
                fix="改正FEEL表达式",
            )


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

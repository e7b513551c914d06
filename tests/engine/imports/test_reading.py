"""Exports of other tools: each is run as drawn or refused at the element, and everything is told.

The corpus is made by hand; ``tests.miwg`` asks the same of the public reference models.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from lxml import etree

from server.domain.errors import EngineError
from server.domain.findings import Severity
from server.engine.imports.reading import Brought, Known, read
from server.engine.port import CompleteTask, Files, Start
from server.engine.runtime.spiff import SpiffEngine
from tests.engine.runtime.playing import FEEL, NOW
from tests.factories.diagnosis import diagnose
from tests.factories.drawn_model import Model

CORPUS: Final = Path(__file__).parents[2] / "corpus" / "imports"
MANIFEST: Final[dict[str, Any]] = yaml.safe_load(
    (CORPUS / "manifest.yaml").read_text(encoding="utf-8")
)
KNOWN: Final = Known(
    forms={"clarification_apply"}, decisions={"routing"}, lanes={"受理承办机关": "desk"}
)
#: what every list says of every tool: nothing to do
QUIET: Final = {"EXTENSION_KEPT"}


def test_the_manifest_names_every_file_and_no_other() -> None:
    assert {path.name for path in CORPUS.iterdir()} == {*MANIFEST, "manifest.yaml"}


@pytest.mark.parametrize("name", sorted(MANIFEST))
def test_what_is_changed_and_refused_is_listed_at_its_element(name: str) -> None:
    brought = bring(name)
    said: dict[str, list[str]] = {}
    for each in brought.findings:
        if each.code not in QUIET:
            said.setdefault(each.code, []).append(each.element)
        assert each.message
        assert each.fix or each.severity is Severity.INFO
    assert said == MANIFEST[name]["says"]
    assert brought.exporter == MANIFEST[name].get("exporter", "")
    assert (brought.content is not None) == MANIFEST[name].get("kept", True)


@pytest.mark.parametrize(
    "name", [name for name in sorted(MANIFEST) if MANIFEST[name].get("kept", 1)]
)
def test_what_is_kept_is_utf8_and_reads_the_same_again(name: str) -> None:
    content = bring(name).content
    assert content is not None
    assert content.decode()
    again = read(name, content, KNOWN)
    assert again.content == content


@pytest.mark.parametrize("name", sorted(MANIFEST))
def test_what_is_accepted_runs_as_it_was_drawn(name: str) -> None:
    """Whatever is chosen on the way, the engine opens the tasks the drawing leads to."""
    brought = bring(name)
    if brought.content is None or any(map(is_error, brought.findings)):
        return
    found = [each for each in diagnose({name: brought.content}) if is_error(each)]
    assert [each.element for each in found] == MANIFEST[name].get("pack_refuses", [])
    if found or not MANIFEST[name].get("plays", True):
        return
    for process in brought.processes:
        if process.runs:
            model = Model((CORPUS / name).read_bytes(), process.id)
            for answers in model.choices():
                engine = dict(played(brought, process.procedure or process.id, answers))
                assert engine == dict(model.played(answers)), answers


@pytest.mark.parametrize(
    "data", [b"", b"<svg/>", b"\xff\xfe\0", b"<!DOCTYPE a><a/>", b"PK\x03\x04"]
)
def test_what_is_no_diagram_is_refused_with_a_reason(data: bytes) -> None:
    brought = read("x.bpmn", data, KNOWN)
    assert brought.content is None
    assert any(map(is_error, brought.findings))


def test_the_process_that_was_not_chosen_is_a_picture() -> None:
    raw = (CORPUS / "two_pools_none_runs.bpmn").read_bytes()
    brought = read("x.bpmn", raw, KNOWN, {"proc_b": ""})
    assert {each.id: each.runs for each in brought.processes} == {"proc_a": False, "proc_b": True}
    assert not any(map(is_error, brought.findings))


def test_a_name_that_is_taken_is_not_given_twice() -> None:
    raw = (CORPUS / "two_pools_none_runs.bpmn").read_bytes()
    brought = read("x.bpmn", raw, KNOWN, {"proc_b": "proc_a"})
    assert "IMPORT_PROCEDURE" not in {each.code for each in brought.findings}


def bring(name: str) -> Brought:
    return read(name, (CORPUS / name).read_bytes(), KNOWN, MANIFEST[name].get("chosen"))


def is_error(finding: Any) -> bool:
    return bool(finding.severity is Severity.ERROR)


def played(brought: Brought, process: str, answers: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """How often each task of the drawing was opened until the engine came to the end."""
    assert brought.content is not None
    drawn = {each.get("id") for each in etree.fromstring(brought.content).iter() if each.get("id")}
    engine, files = (
        SpiffEngine(FEEL, live_size=0),
        Files(process=process, diagrams={"x.bpmn": brought.content}, variables=frozenset(answers)),
    )
    advance = engine.advance(files, None, Start(variables=dict(answers), now=NOW))
    count: dict[str, int] = {}
    waiting = list(advance.opened)
    while waiting:
        task = waiting.pop(0)
        count[task.node_key] = count.get(task.node_key, 0) + 1
        command = CompleteTask(task_key=task.task_key, variables={}, now=NOW)
        advance = engine.advance(files, advance.state, command)
        waiting += advance.opened
    if not advance.ended:
        raise EngineError("nothing is waited for, nothing ends")
    yield from ((task, times) for task, times in sorted(count.items()) if task in drawn)

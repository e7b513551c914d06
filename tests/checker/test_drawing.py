"""The check while somebody draws finds what the full check finds, whatever it remembers."""

import json
import random
from pathlib import Path

import pytest

from server.adapters.calendars import keys_in
from server.adapters.packs import PackFiles, read_folder
from server.checker import check, drawing
from server.checker.drawing import Drawing
from server.config import SHIPPED
from server.domain.expressions import Json
from server.engine.feel import Feel
from tests.factories import mutants

PROCESSES = SHIPPED / "processes"
CALENDARS = keys_in(PROCESSES / "_calendars")
KEYS = sorted(path.parent.name for path in PROCESSES.glob("*/pack.yaml"))


@pytest.mark.parametrize("key", KEYS)
def test_a_shipped_pack_has_the_same_findings_cold_and_warm(key: str) -> None:
    files = read_folder(PROCESSES / key)
    cold = drawn(files, "{}")
    warm = drawn(files, cold["memory"])
    assert warm["problems"] == cold["problems"] == full(files)
    assert json.loads(warm["memory"]) == json.loads(cold["memory"])


@pytest.mark.parametrize("key", ["chuzhou", "clarification"])
def test_a_slip_is_found_with_the_memory_of_the_pack_as_it_was(key: str) -> None:
    files = read_folder(PROCESSES / key)
    memory = drawn(files, "{}")["memory"]
    for spoilt in slips(files, 4):
        assert drawn(spoilt, memory)["problems"] == full(spoilt)


def test_every_kind_of_file_is_looked_at_when_it_changed() -> None:
    files = read_folder(PROCESSES / "clarification")
    memory = drawn(files, "{}")["memory"]
    for suffix in (".bpmn", ".dmn", ".form.json", "pack.yaml", ".docx"):
        path = next(path for path in sorted(files.files) if path.endswith(suffix))
        broken = with_file(files, path, b"\0 nonsense")
        found = drawn(broken, memory)["problems"]
        assert found == full(broken), path
        assert found, path


def test_a_child_answers_and_what_it_remembers_is_used_the_next_time() -> None:
    one = Drawing()
    files = read_folder(PROCESSES / "disclosure")
    broken = with_file(files, "processes/disclosure/pack.yaml", b"key: disclosure\n")
    found = one.check(broken, CALENDARS)
    assert found
    assert one.check(broken, CALENDARS) == found == check.check(broken, CALENDARS)
    assert one.check(files, CALENDARS) == check.check(files, CALENDARS)


def drawn(files: PackFiles, memory: str) -> Json:
    """What the child would answer."""
    return drawing.answer({**check.question(files, CALENDARS), "memory": memory})


def full(files: PackFiles) -> Json:
    return [each.as_problem() for each in check.check_here(files, CALENDARS, Feel())]


def slips(files: PackFiles, count: int) -> list[PackFiles]:
    """The pack with one thing gone from one of its diagrams, some of all there are."""
    path = next(path for path in sorted(files.files) if path.endswith(".bpmn"))
    found = list(mutants.of_diagram(files.files[path]))
    chosen = random.Random(7).sample(found, count)
    return [with_file(files, path, one.data) for one in chosen]


def with_file(files: PackFiles, path: str, content: bytes) -> PackFiles:
    return PackFiles(key=files.key, files={**files.files, path: content})


def test_the_sample_that_warms_a_child_up_may_run(tmp_path: Path) -> None:
    del tmp_path
    drawing.warm()

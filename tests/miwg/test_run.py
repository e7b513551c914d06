"""The runner tells the three results apart."""

from pathlib import Path

import pytest

from tests.factories.bpmn import Process, document, message, shapes
from tests.miwg import run


def test_a_model_that_ends_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    process = (
        Process().start(inner=message("m")).user("a", "b").end().path("start", "a", "b", "end")
    )
    drawing = shapes({"start": 0, "a": 0, "b": 0, "end": 0})
    write(tmp_path, "good", document(process, messages=["m"], drawing=drawing))
    assert run.main([str(tmp_path)]) == 0
    assert "good.bpmn: runs" in capsys.readouterr().out


def test_a_refused_model_names_its_elements(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    process = Process().start().add("scriptTask", "code").end().path("start", "code", "end")
    drawing = shapes({"start": 0, "code": 0, "end": 0})
    write(tmp_path / "Reference", "bad", document(process, drawing=drawing))
    assert run.main([str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "bad.bpmn: refused" in out
    assert "code: SCRIPT_TASK" in out


def test_a_model_the_engine_cannot_play_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_play", lambda *_given: ["a: it never ended"])
    process = Process().start().user("a").end().path("start", "a", "end")
    write(tmp_path, "odd", document(process, drawing=shapes({"start": 0, "a": 0, "end": 0})))
    assert run.main([str(tmp_path)]) == 1
    assert "odd.bpmn: wrong" in capsys.readouterr().out


def test_a_condition_that_reads_what_nobody_fills_in_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    process = Process().start().user("a").xor("x").user("b").end().path("start", "a", "x")
    process.flow("x", "b", "ghost = 1")
    process.path("b", "end")
    drawing = shapes(dict.fromkeys(("start", "a", "x", "b", "end"), 0))
    write(tmp_path, "odd", document(process, drawing=drawing))
    assert run.main([str(tmp_path)]) == 0
    assert "NAME_UNKNOWN" in capsys.readouterr().out


def test_a_folder_without_models_is_wrong_usage(tmp_path: Path) -> None:
    assert run.main([str(tmp_path)]) == 2


def write(folder: Path, name: str, data: bytes) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.bpmn").write_bytes(data)

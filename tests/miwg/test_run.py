"""The runner tells the three results apart."""

from pathlib import Path

import pytest

from tests.factories.bpmn import Process, document, message
from tests.miwg import run


def test_a_model_that_ends_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    process = (
        Process().start(inner=message("m")).user("a", "b").end().path("start", "a", "b", "end")
    )
    write(tmp_path, "good", document(process, messages=["m"]))
    assert run.main([str(tmp_path)]) == 0
    assert "good.bpmn: runs" in capsys.readouterr().out


def test_a_refused_model_names_its_elements(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    process = Process().start().add("scriptTask", "code").end().path("start", "code", "end")
    write(tmp_path / "Reference", "bad", document(process))
    assert run.main([str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "bad.bpmn: refused" in out
    assert "code: SCRIPT_TASK" in out


def test_a_model_the_engine_cannot_play_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    process = Process().start().user("a").xor("x").user("b").end().path("start", "a", "x")
    process.flow("x", "b", "ghost = 1")
    process.path("b", "end")
    write(tmp_path, "odd", document(process))
    assert run.main([str(tmp_path)]) == 1
    assert "odd.bpmn: wrong" in capsys.readouterr().out


def test_a_folder_without_models_is_wrong_usage(tmp_path: Path) -> None:
    assert run.main([str(tmp_path)]) == 2


def write(folder: Path, name: str, data: bytes) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.bpmn").write_bytes(data)

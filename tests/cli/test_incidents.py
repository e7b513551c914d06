import json
from datetime import datetime
from pathlib import Path

import pytest

from server.__main__ import wiring
from server.app import build
from server.cli import run
from server.config import Config
from server.domain.calendar import CHINA_TIME
from server.domain.errors import EngineError
from server.services.case import incidents
from tests.factories import tiny as factory
from tests.factories.tiny import Tiny
from tests.factories.tools import opened


def test_the_operator_sees_what_stands_still_and_lets_it_go_on(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(f"sqlite:///{data}/rongcuo.sqlite3") as tools:
        tiny = Tiny(tools)
        case_id = tiny.open()
        fault = EngineError("流程在该环节无法继续", element="verify")
        incidents.suspend(tools, datetime(2026, 2, 12, 9, 30, tzinfo=CHINA_TIME), case_id, fault)
    assert command(data, "incident", "list", "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["case_id"], found["status"], found["element"], found["error"]) == (
        case_id,
        "suspended",
        "verify",
        "EngineError",
    )
    assert command(data, "incident", "list") == 0
    assert "流程在该环节无法继续" in capsys.readouterr().out
    assert command(data, "incident", "resolve", case_id) == 0
    assert command(data, "incident", "resolve", case_id) == 1
    capsys.readouterr()
    assert command(data, "incident", "list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


def command(data: Path, *arguments: str) -> int:
    return run(arguments, {"RONGCUO_DATA": str(data), "RONGCUO_SQLITE_SYNC": "OFF"}, build, wiring)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    config = Config.read({"RONGCUO_DATA": str(folder)})
    assert config.database_url.endswith("rongcuo.sqlite3")
    factory.fill(config.database_url)
    return folder

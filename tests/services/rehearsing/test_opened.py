"""A rehearsal begins the cases that messages begin, also those of a pack beside the one played."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.adapters import packs
from server.adapters.packs import PackFiles
from server.app import build
from server.config import IN_MEMORY, Config
from server.services.context import Tools
from server.services.packs import definitions
from server.services.packs.definitions import Checked
from server.services.rehearsing.rehearsal import rehearse
from server.services.rehearsing.stage import Result
from tests.factories import family

DESK = "case_supervision_office"
START = {"managed_by": "county", "about": "county1.housing_works.1"}


def test_a_scenario_sees_which_cases_its_messages_began(memory: Tools, tmp_path: Path) -> None:
    items = [{"text": "甲"}, {"text": "乙"}]
    start = {**START, "kind": "many", "items": items}
    played = play(memory, tmp_path, start, {"opened": ["answering", "answering"]})
    assert played.troubles == ()


def test_what_a_start_form_does_not_take_fails_the_scenario(memory: Tools, tmp_path: Path) -> None:
    [trouble] = play(memory, tmp_path, {**START, "kind": "one", "what": ""}, {}).troubles
    assert "one：what" in trouble.message


def test_a_procedure_of_no_pack_leaves_the_message_recorded(memory: Tools, tmp_path: Path) -> None:
    start = {**START, "kind": "elsewhere", "what": "一事"}
    played = play(memory, tmp_path, start, {"messages": ["elsewhere"], "opened": []})
    assert played.troubles == ()


def test_a_procedure_of_a_pack_beside_is_begun(memory: Tools, tmp_path: Path) -> None:
    beside = {
        path.replace("/kin/", "/beside/"): data for path, data in family.files().files.items()
    }
    entry, diagram = "processes/beside/pack.yaml", "processes/beside/answering.bpmn"
    written = yaml.safe_load(beside[entry])
    written["key"] = "beside"
    written["procedures"] = {"nowhere": written["procedures"]["answering"]}
    beside[entry] = yaml.safe_dump(written, allow_unicode=True).encode()
    beside[diagram] = beside[diagram].replace(b'process id="answering"', b'process id="nowhere"')
    store(tmp_path, beside)
    start = {**START, "kind": "elsewhere", "what": "一事"}
    played = play(memory, tmp_path, start, {"opened": ["nowhere"]})
    assert played.troubles == ()


def play(tools: Tools, folder: Path, start: dict[str, Any], expect: dict[str, Any]) -> Result:
    store(folder, family.files().files)
    scenario = {
        "title": "启动",
        "procedure": "asking",
        "now": "2026-02-12T09:00+08:00",
        "start": {"as": DESK, "with": start, "expect": expect},
    }
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump(scenario, allow_unicode=True), encoding="utf-8")
    [result] = rehearse(tools, folder / "processes" / "kin", path).results
    return result


def store(folder: Path, files: Any) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tools]:
    """Tools in memory, to which every pack is good: these are too small to pass the checks."""

    def passed(_tools: Tools, files: PackFiles) -> Checked:
        return packs.parse(files)[0], ()

    monkeypatch.setattr(definitions, "check", passed)
    tools = build(Config(data=Path("unused"), database_url=IN_MEMORY, sqlite_sync="OFF"))
    try:
        yield tools
    finally:
        tools.database.dispose()

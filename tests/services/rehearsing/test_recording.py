"""What was played as a file: it reads as it was, a lawyer can read it, and it passes."""

from pathlib import Path

import pytest

from server.adapters import yaml_files
from server.domain.expressions import Json
from server.services.rehearsing import recording, scenario, scene, values
from server.services.rehearsing.session import Session
from tests.factories.rehearsed import document, small

PROCESSES = Path(__file__).parents[3] / "processes"


def test_what_is_seen_is_written_beside_each_step_and_the_file_passes() -> None:
    stage = small()
    said = document("01_through")
    start, *steps = (
        {key: it for key, it in step.items() if key != "expect"}
        for step in (said["start"], *said["steps"])
    )
    bare = {**said, "title": "照录", "start": start, "steps": steps}
    del bare["expect"]
    written = recording.text(scene.recorded(Session(stage=stage), bare))
    assert written.decode() == RECORDED
    result = stage.perform("recorded.yaml", written)
    assert result.troubles == ()


def test_what_the_player_expects_himself_is_left_as_he_wrote_it() -> None:
    said = document("02_supplement")
    found = scene.recorded(Session(stage=small()), said)
    assert found["expect"] == said["expect"]
    assert found["steps"][0]["expect"] == said["steps"][0]["expect"]


def test_every_scenario_there_is_reads_the_same_once_it_is_written_anew() -> None:
    files = sorted(PROCESSES.glob("*/scenarios/0*.yaml"))
    assert len(files) > 40
    for file in files:
        said = values.plain(yaml_files.load(file.name, file.read_bytes())[0])
        written = recording.text(said)
        assert not written.startswith(b"{"), file
        assert scenario.read("x", written) == scenario.read("x", file.read_bytes()), file


@pytest.mark.parametrize(
    "value",
    ["yes", "no", "1", "1.5", "null", "~", "", " a", "a: b", "a #b", "- a", "[a]", "@a", "“引文”",
     "2026-02-30", "2026-02-12T09:00", "12:30", "多行\n文字", "\u2028", "a,b", "{", "&a", "*a"],
)  # fmt: skip
def test_a_text_stays_a_text_whatever_it_looks_like(value: Json) -> None:
    said = {"title": value, "procedure": "p", "start": {"as": "a", "with": {"field": [value]}}}
    found, findings = yaml_files.load("x", recording.text(said))
    assert findings == []
    assert values.plain(found) == said


RECORDED = """\
title: 照录
procedure: tiny_matter
now: 2026-02-12T09:00+08:00
start:
  as: applicant
  with: {managed_by: county, facts: 抢修道路}
  expect: {open: [register], due_on: 2026-02-26}
steps:
  - do: register
    as: case_supervision_office
    with: {registered: refuse}
    refused: invalid
    problems: [reason]
  - do: register
    as: case_supervision_office
    with: {registered: accept, registered_on: 2026-02-12, organs: [audit_office, petition_bureau]}
    expect: {open: [consult, consult, verify]}
  - until: 2026-02-12T10:30+08:00
  - do: consult
    as: audit_office
    item: audit_office
    with: {opinion: 无异议}
    expect: {open: [consult, verify]}
  - do: consult
    as: petition_bureau
    item: petition_bureau
    with: {opinion: 无异议}
    expect: {open: [verify]}
  - do: verify
    as: case_supervision_office
    with: {checker: case_supervision_office, finding: 属实}
    expect: {open: []}
  - deliver: {message: evidence_received, from: 证据保管机关, with: {evidence_weight: 3}}
    expect: {open: [decide], due_on: 2026-03-12}
  - until: 2026-03-11T12:00+08:00
  - do: decide
    as: case_supervision_office.head
    with: {determination: tolerated, grounds: 抢险救灾}
    expect: {open: []}
expect: {status: closed, outcome: tolerated}
"""

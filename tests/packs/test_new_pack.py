"""A locality that is not in the repository is added by files alone: no line of Python knows it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.adapters.packs import PackFiles, read_folder
from server.app import build
from server.config import IN_MEMORY, SHIPPED, Config
from server.domain.access import SYSTEM
from server.domain.findings import Severity
from server.services import installation
from server.services.context import Tools, transaction
from server.services.packs import definitions
from server.services.rehearsing.rehearsal import rehearse
from server.services.rehearsing.stage import SET_UP

#: what the designer of the new locality changes in the copied text files, in this order
RENAMED = {
    "_template": "linhai",
    "template_procedure": "linhai_six_days",
    "template_assessment": "linhai_assessment",
    "urn:rongcuo:template": "urn:rongcuo:linhai",
    "容错纠错示例": "临海县容错纠错",
    "样容": "临容",
    "第十条, quote: 五个工作日内": "第八条, quote: 六个工作日内",
    "五个工作日内审查": "六个工作日内审查",
    "interval: {n: 5, unit: working}\n    ladder: [{at: -1": (
        "interval: {n: 6, unit: working}\n    ladder: [{at: -1"
    ),
    "[T01]": "[L02]",
    "{code: T01, text: 因缺乏经验、先行先试出现失误的}": "{code: L01, text: 招商中手续不完善的}",
    "{code: T02, text: 因不可抗力造成损失的}": "{code: L02, text: 抢险救灾中果断处置的}",
    "{code: T03, text_missing: true}": "{code: L03, text_missing: true}",
    # the sixth working day after 12 February 2026, over the Spring Festival
    "due_on: 2026-02-26": "due_on: 2026-02-27",
    "until: 2026-02-27T00:00": "until: 2026-02-28T00:00",
    "until: 2026-02-26T23:59": "until: 2026-02-27T23:59",
    "_on: 2026-02-27, ": "_on: 2026-02-28, ",
    "due_on: 2026-03-05": "due_on: 2026-03-06",
}


def test_the_new_pack_is_clean(linhai: Path, tools: Tools) -> None:
    pack, findings = definitions.check(tools, read_folder(linhai))

    assert [one for one in findings if one.severity is not Severity.INFO] == []
    assert pack is not None
    assert pack.title == "临海县容错纠错"
    assert pack.deadlines["review"].n == 6
    assert [item.code for item in pack.lists["situations"].items] == ["L01", "L02", "L03"]


def test_it_is_published_once_and_the_same_content_changes_nothing(
    linhai: Path, tools: Tools
) -> None:
    files = read_folder(linhai)
    installation.prepare(tools, SET_UP)

    with transaction(tools, SYSTEM, SET_UP) as ctx:
        first = definitions.publish(ctx, files)
    with transaction(tools, SYSTEM, SET_UP) as ctx:
        again = definitions.publish(ctx, files)

    assert (first.key, first.version, first.is_new) == ("linhai", 1, True)
    assert (again.id, again.is_new) == (first.id, False)


def test_it_rehearses_with_its_own_days_and_every_flow(linhai: Path, tools: Tools) -> None:
    report = rehearse(tools, linhai)

    assert {one.file: one.troubles for one in report.results if not one.passed} == {}
    assert len(report.results) == 2
    assert [one.label for one in report.not_taken] == []


def test_a_rehearsal_with_another_number_of_days_fails(linhai: Path, tools: Tools) -> None:
    path = linhai / "pack.yaml"
    path.write_text(path.read_text("utf-8").replace("{n: 6,", "{n: 7,"), "utf-8")

    report = rehearse(tools, linhai)

    failed = {one.file: one.troubles for one in report.results if not one.passed}
    assert list(failed) == ["01_granted.yaml"]
    assert "2026-02-28" in failed["01_granted.yaml"][0].message


def test_a_situation_whose_text_is_missing_cannot_be_chosen(linhai: Path, tools: Tools) -> None:
    path = linhai / "scenarios" / "02_refused.yaml"
    path.write_text(path.read_text("utf-8").replace("[L02]", "[L03]"), "utf-8")

    report = rehearse(tools, linhai)

    assert [one.file for one in report.results if not one.passed] == ["02_refused.yaml"]


def test_a_forgotten_form_is_found_by_the_check(linhai: Path, tools: Tools) -> None:
    files = read_folder(linhai)
    without = {path: data for path, data in files.files.items() if "feedback.form" not in path}

    _pack, findings = definitions.check(tools, PackFiles(key=files.key, files=without))

    missing = [one for one in findings if one.element == "give_feedback"]
    assert [one.severity for one in missing] == [Severity.ERROR]
    assert missing[0].fix


@pytest.fixture
def linhai(tmp_path: Path) -> Path:
    """The template copied and reworked as the how-to says, in a folder outside the repository."""
    for part in ("processes", "forms"):
        shutil.copytree(SHIPPED / part / "_template", tmp_path / part / "linhai")
    shutil.copytree(SHIPPED / "processes" / "_national", tmp_path / "processes" / "_national")
    folder = tmp_path / "processes" / "linhai"
    for path in sorted(folder.rglob("*.*")):
        text = path.read_text("utf-8")
        for old, new in RENAMED.items():
            text = text.replace(old, new)
        path.write_text(text, "utf-8")
    (folder / "template_procedure.bpmn").rename(folder / "linhai_six_days.bpmn")
    form = tmp_path / "forms" / "linhai" / "review.form.json"
    schema = json.loads(form.read_text("utf-8"))
    schema["components"][0]["text"] = "# 六日内审查申请"
    form.write_text(json.dumps(schema, ensure_ascii=False), "utf-8")
    return folder


@pytest.fixture
def tools() -> Iterator[Tools]:
    """Tools over an empty database in memory."""
    config = Config(data=Path("unused"), database_url=IN_MEMORY, sqlite_sync="OFF")
    made = build(config)
    try:
        yield made
    finally:
        made.database.dispose()

"""``rongcuo takeover``: a template is filled in, checked, opened, and opened again for nothing."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from server.config import Config
from server.services.takeover import columns as headings
from server.services.takeover.cells import SHEET
from tests.cli.test_cli import Cli
from tests.factories import shipped as factory


def test_from_the_template_to_the_opened_matter(demo: Cli, tmp_path: Path) -> None:
    blank, filled = tmp_path / "blank.xlsx", tmp_path / "filled.xlsx"
    assert demo("takeover", "template", "nanyang_five_step", str(blank)).status == 0
    fill(blank, filled, {})
    checked = demo("takeover", "check", str(filled), "--json")
    (row,) = checked.document["rows"]
    assert (checked.status, row["state"], row["problems"]) == (0, "ready", [])
    assert row["offices"] == [{"step": "draft_proposal", "office": "案件监督管理室"}]
    assert row["deadlines"][0]["key"] == "proposal"
    opening = ("takeover", "open", str(filled), "--by", "county1.case_supervision.head", "--json")
    done = demo(*opening)
    assert [each["former"] for each in done.document["opened"]] == ["旧1号"]
    again = demo(*opening)
    assert (again.document["opened"], again.document["known"]) == ([], 1)
    assert demo("audit", "verify").status == 0


def test_what_is_wrong_is_told_by_row_and_column(demo: Cli, tmp_path: Path) -> None:
    blank, filled = tmp_path / "blank.xlsx", tmp_path / "filled.xlsx"
    demo("takeover", "template", "nanyang_five_step", str(blank))
    fill(blank, filled, {headings.STEP: "nowhere"})
    checked = demo("takeover", "check", str(filled))
    assert checked.status == 1
    assert any(headings.STEP in line for line in checked.errors)
    opening = demo("takeover", "open", str(filled), "--by", "county1.case_supervision.head")
    assert opening.status == 1
    assert any("什么也没有改变" in line for line in opening.errors)
    kept = demo(
        "takeover",
        *("open", str(filled), "--by", "county1.case_supervision.head", "--valid-rows", "--json"),
    )
    assert kept.document["opened"] == []


def test_a_template_cannot_be_written_nowhere(demo: Cli, tmp_path: Path) -> None:
    done = demo("takeover", "template", "nanyang_five_step", str(tmp_path / "no" / "where.xlsx"))
    assert done.status == 1
    assert any("无法写入" in line for line in done.errors)


def fill(blank: Path, filled: Path, change: dict[str, str]) -> None:
    """One matter at the proposal, as an official would type it into the template."""
    book = load_workbook(blank)
    page = book[SHEET]
    at = {cell.value: cell.column for cell in page[1]}
    values: dict[str, str | date] = {
        headings.PROCEDURE: "nanyang_five_step",
        headings.STEP: "draft_proposal",
        headings.OLD: "旧1号",
        headings.TITLE: "抢修道路",
        headings.NAME: "赵某",
        headings.UNIT: "county1.housing",
        headings.LEVEL: "县",
        "可能涉及的处理【sanction_type】": "党纪政务处分",
        "予以受理【accepted】": "是",
        "到达有权机关日期【at_desk】": date(2026, 2, 9),
        "受理机关登记处理日期【desk_acted】": date(2026, 2, 9),
        "受理日期【accepted】": date(2026, 2, 9),
        **change,
    }
    for name, value in values.items():
        page.cell(row=2, column=at[name] or 1, value=value)
    book.save(filled)


@pytest.fixture
def demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """The command line over a database with the region and the shipped packs."""

    def read() -> tuple[str, str]:
        captured = capsys.readouterr()
        return captured.out, captured.err

    folder = tmp_path / "data"
    folder.mkdir()
    factory.fill(Config.read({"RONGCUO_DATA": str(folder)}).database_url)
    return Cli(folder, read)

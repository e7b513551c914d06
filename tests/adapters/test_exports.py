from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from server.adapters.exports import Cell, Column, Report, write

ODD = ("=1+1", "+1", "-1", "@cmd", "\tx", '=HYPERLINK("http://a")', "http://a.b", "007", "{=1}")


def test_what_anybody_typed_stays_a_text(tmp_path: Path) -> None:
    page = sheet(report([(text, None) for text in ODD]), tmp_path)
    cells = [page.cell(row=row, column=1) for row in range(5, 5 + len(ODD))]
    assert [cell.value for cell in cells] == list(ODD)
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)


def test_a_report_begins_with_its_title_and_keeps_its_headings_in_sight(tmp_path: Path) -> None:
    page = sheet(report([("甲", date(2026, 3, 2))]), tmp_path)
    assert page["A1"].value == "台账"
    assert page["A2"].value == "张某于2026-03-17导出"
    assert [cell.value for cell in page[4]] == ["编号", "日期"]
    assert page.freeze_panes == "B5"
    assert page.print_title_rows == "$4:$4"
    assert page["B5"].value.date() == date(2026, 3, 2)
    footer = page.oddFooter
    assert footer is not None
    assert footer.left.text == "甲&&乙"
    assert page.column_dimensions["A"].width > 20


def test_rows_are_taken_one_after_the_other_and_nothing_stays_on_disk(tmp_path: Path) -> None:
    taken: list[int] = []

    def rows() -> Iterator[tuple[Cell, ...]]:
        for number in range(2000):
            taken.append(number)
            yield (f"第{number}件", number)

    page = sheet(report(rows()), tmp_path)
    assert len(taken) == 2000
    assert page.max_row == 2004
    assert list(tmp_path.iterdir()) == []


def test_a_text_longer_than_a_cell_is_cut(tmp_path: Path) -> None:
    page = sheet(report([("长" * 40_000, None)]), tmp_path)
    assert len(page["A5"].value) == 32_767


def report(rows: object) -> Report:
    return Report(
        name="台账",
        title="台账",
        subtitle="张某于2026-03-17导出",
        foot="甲&乙",
        columns=(Column(heading="编号", width=24), Column(heading="日期")),
        rows=rows,  # type: ignore[arg-type]  # any rows of this test
    )


def sheet(made: Report, folder: Path) -> Worksheet:
    return load_workbook(BytesIO(write(made, folder)))["台账"]

"""Workbooks are read within limits and written without formulas."""

import zipfile
from collections.abc import Sequence
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from server.adapters import spreadsheets
from server.adapters.spreadsheets import Cell, Sheet, read_book, write_book

WANTED = {"单": ("甲", "乙")}


def test_rows_come_by_column_name_with_their_number_and_empty_ones_are_left_out() -> None:
    content = written(
        [["乙", "甲", "丙"], [" 二 ", 1.0, "x"], [None, None, "x"], [True, date(2026, 3, 2)]]
    )
    found, findings = read_book(content, WANTED)

    assert findings == []
    assert [(row.number, dict(row.cells)) for row in found["单"]] == [
        (2, {"甲": "1", "乙": "二"}),
        (4, {"甲": date(2026, 3, 2), "乙": "是"}),
    ]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["甲"]], "BOOK_COLUMN"),
        ([], "BOOK_COLUMN"),
        ([["甲", "乙"], ["x" * 501, "y"]], "BOOK_CELL"),
        ([["甲", "乙"], ["a\nb", "y"]], "BOOK_CELL"),
    ],
)
def test_what_is_wrong_is_told_with_sheet_row_and_column(rows: list[list[str]], code: str) -> None:
    found, findings = read_book(written(rows), WANTED)

    assert found == {}
    assert findings[0].code == code
    assert findings[0].file == "单"
    assert findings[0].field in ("甲", "乙")


def test_a_missing_sheet_and_too_many_rows_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_book(written([["甲", "乙"]]), {"双": ("甲",)})[1][0].code == "BOOK_SHEET"
    monkeypatch.setattr(spreadsheets, "MAX_ROWS", 2)
    many = written([["甲", "乙"], *[["x", "y"]] * 3])
    assert [each.code for each in read_book(many, WANTED)[1]] == ["BOOK_ROWS"]


@pytest.mark.parametrize(
    "content", [b"", b"no zip", b"PK\x03\x04broken", b"x" * (2 * 1024 * 1024 + 1)]
)
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    assert read_book(content, WANTED)[1][0].code == "BOOK_UNREADABLE"


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("xl/vbaProject.bin", b"macro"),
        ("xl/sharedStrings.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        ("xl/workbook.xml", b"<not closed"),
    ],
)
def test_macros_entities_and_broken_parts_are_refused(name: str, part: bytes) -> None:
    assert read_book(replaced(name, part), WANTED)[1][0].code == "BOOK_UNREADABLE"


def test_a_bomb_and_too_many_parts_are_refused_unread() -> None:
    bomb = replaced("xl/media/a.bin", b"\0" * (spreadsheets.MAX_UNPACKED + 1))
    assert len(bomb) < spreadsheets.MAX_FILE
    assert read_book(bomb, WANTED)[1][0].code == "BOOK_UNREADABLE"
    many = BytesIO()
    with zipfile.ZipFile(many, "w") as parts:
        for number in range(spreadsheets.MAX_PARTS + 1):
            parts.writestr(f"{number}.txt", "")
    assert read_book(many.getvalue(), WANTED)[1][0].code == "BOOK_UNREADABLE"


def test_a_text_never_becomes_a_formula_or_a_link() -> None:
    rows: list[tuple[Cell, ...]] = [
        ("=1+1", "https://example.org"),
        ("@x", date(2026, 3, 2)),
    ]
    content = write_book([Sheet(name="单", columns=("甲", "乙"), rows=rows, widths=(10,))])
    sheet = load_workbook(BytesIO(content))["单"]

    assert [cell.data_type for cell in sheet[2]] == ["s", "s"]
    assert sheet["B2"].hyperlink is None
    assert read_book(content, WANTED)[0]["单"][1].cells["乙"] == date(2026, 3, 2)


def written(rows: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    book.worksheets[0].title = "单"
    for row in rows:
        book.worksheets[0].append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def replaced(name: str, part: bytes) -> bytes:
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(written([["甲", "乙"]]))) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for each in before.namelist():
            if each != name:
                after.writestr(each, before.read(each))
        after.writestr(name, part)
    return out.getvalue()

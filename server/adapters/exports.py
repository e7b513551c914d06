"""Reports as spreadsheets: written row by row, so that a long one costs no more memory.

Texts stay texts: nothing anybody typed becomes a formula or a link (AT-6). A report begins with
its title, its period and who made it when, and repeats its headings on every printed page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

#: what a cell of a report holds
Cell = str | int | float | date | None

#: row of the headings: title, subtitle and an empty row stand above
_HEADINGS: Final = 3
#: longest text a cell can hold
_LONGEST: Final = 32_767
_A4: Final = 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a report."""

    heading: str
    #: in characters
    width: int = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A report to be written; its rows are taken one after the other."""

    #: name of the sheet, at most 31 characters
    name: str
    title: str
    #: what it covers, who made it and when, its serial
    subtitle: str
    #: stands at the foot of each printed page
    foot: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]


def write(report: Report, folder: Path | None = None) -> bytes:
    """The report as the bytes of an .xlsx file.

    Whatever is needed on disk meanwhile lies below ``folder`` and is gone afterwards.
    """
    with TemporaryDirectory(dir=folder) as scratch:
        path = Path(scratch) / "report.xlsx"
        options = {
            "constant_memory": True,
            "tmpdir": scratch,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with Workbook(str(path), options) as book:
            book.set_properties({"title": report.title, "author": "", "comments": report.subtitle})
            _write(book, book.add_worksheet(report.name), report)
        return path.read_bytes()


def _write(book: Workbook, page: Worksheet, report: Report) -> None:
    _set_up(page, report)
    page.write_string(0, 0, report.title, book.add_format({"bold": True, "font_size": 16}))
    page.write_string(1, 0, report.subtitle, book.add_format({"font_color": "#465260"}))
    heading = book.add_format({"bold": True, "border": 1, "bg_color": "#e9ecef", "text_wrap": True})
    for at, column in enumerate(report.columns):
        page.write_string(_HEADINGS, at, column.heading, heading)
    plain = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    dated = book.add_format(
        {"border": 1, "num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}
    )
    for line, row in enumerate(report.rows, _HEADINGS + 1):
        for at, cell in enumerate(row):
            _cell(page, line, at, cell, dated if isinstance(cell, date) else plain)


def _set_up(page: Worksheet, report: Report) -> None:
    for at, column in enumerate(report.columns):
        page.set_column(at, at, column.width)
    page.freeze_panes(_HEADINGS + 1, 1)
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(_HEADINGS)
    # & begins a code of the footer and is written twice to be itself
    page.set_footer(f"&L{report.foot.replace('&', '&&')}&R&P / &N")


def _cell(page: Worksheet, line: int, at: int, cell: Cell, look: Format) -> None:
    if isinstance(cell, date):
        page.write_datetime(line, at, cell, look)
    elif isinstance(cell, int | float):
        page.write_number(line, at, cell, look)
    elif cell:
        page.write_string(line, at, cell[:_LONGEST], look)
    else:
        page.write_blank(line, at, None, look)

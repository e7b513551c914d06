"""Spreadsheets (.xlsx) in and out: cells as plain text and dates, within limits, nothing run.

Reading refuses what is no plain workbook (macros, document types, too much when unpacked) before
anything is parsed, and reports every problem with sheet, row and column. Writing never makes a
formula or a link of a text.
"""

import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from server.domain.findings import Finding
from server.domain.texts import _

#: largest file, largest when unpacked, in bytes; most parts; most rows of a sheet; longest text
MAX_FILE: Final = 2 * 1024 * 1024
MAX_UNPACKED: Final = 40 * 1024 * 1024
MAX_PARTS: Final = 200
MAX_ROWS: Final = 5000
MAX_TEXT: Final = 500

_MOST_COLUMNS: Final = 200
_LOOK: Final = 4096
#: longest list to choose from that a workbook takes, and longest note
_LIST: Final = 255
_NOTE: Final = 1000

#: what openpyxl raises over parts that are missing or no XML (a SyntaxError of either parser)
_BROKEN: Final = (
    InvalidFileException,
    zipfile.BadZipFile,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
)

#: what a cell holds here
Cell = str | date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of a sheet with the number people see beside it."""

    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What may be chosen in a column, and what is said beside its heading."""

    #: offered in a list; empty: anything
    options: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A sheet to be written."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = ()
    #: of columns where there is something to choose or to say
    choices: Mapping[str, Choice] = field(default_factory=dict)


def read_book(
    content: bytes,
    wanted: Mapping[str, Sequence[str]],
    optional: Collection[str] = frozenset(),
) -> tuple[dict[str, list[Row]], list[Finding]]:
    """The rows of the wanted sheets by column name; nothing as soon as there is one problem.

    A sheet begins with a row of column names; empty rows are left out. ``wanted`` gives the
    columns each sheet must have, but for those that are optional.
    """
    problem = _unfit(content)
    if problem:
        return {}, [at_cell("", 0, "", "BOOK_UNREADABLE", problem)]
    found: dict[str, list[Row]] = {}
    findings: list[Finding] = []
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        with closing(book):
            for name, columns in wanted.items():
                if name not in book.sheetnames:
                    message = _("缺少工作表“{name}”").format(name=name)
                    findings.append(at_cell(name, 0, "", "BOOK_SHEET", message))
                    continue
                lines = book[name].iter_rows(values_only=True)
                rows, problems = _read_sheet(name, columns, lines, optional)
                found[name] = rows
                findings += problems
    except _BROKEN:
        return {}, [at_cell("", 0, "", "BOOK_UNREADABLE", _("不是可以读取的表格文件"))]
    return ({}, findings) if findings else (found, [])


def write_book(sheets: Iterable[Sheet]) -> bytes:
    """The workbook of these sheets, headings in bold and kept in sight."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        dated = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            for at, width in enumerate(sheet.widths):
                page.set_column(at, at, width)
            for at, title in enumerate(sheet.columns):
                page.write_string(0, at, title, bold)
                _explain(page, at, sheet.choices.get(title))
            for line, row in enumerate(sheet.rows, 1):
                for at, cell in enumerate(row):
                    if isinstance(cell, date):
                        page.write_datetime(line, at, cell, dated)
                    elif cell:
                        page.write_string(line, at, cell, plain)
    return out.getvalue()


def _explain(page: Worksheet, at: int, choice: Choice | None) -> None:
    if choice is None:
        return
    if choice.note:
        page.write_comment(0, at, choice.note[:_NOTE], {"author": "", "x_scale": 2, "y_scale": 2})
    # a list in a cell holds 255 signs: a longer one stands in the note alone
    if (
        choice.options
        and len(",".join(choice.options)) < _LIST
        and "," not in "".join(choice.options)
    ):
        given = {"validate": "list", "source": list(choice.options), "error_type": "warning"}
        page.data_validation(1, at, MAX_ROWS, at, given)


def _unfit(content: bytes) -> str:
    """Why this is not read, empty when it may be."""
    if len(content) > MAX_FILE:
        return _("文件超过{n}MB").format(n=MAX_FILE // 1024 // 1024)
    try:
        with zipfile.ZipFile(BytesIO(content)) as parts:
            entries = parts.infolist()
            if len(entries) > MAX_PARTS or sum(each.file_size for each in entries) > MAX_UNPACKED:
                return _("文件解开后过大")
            if any("vbaproject" in each.filename.lower() for each in entries):
                return _("文件含有宏，请另存为不含宏的xlsx")
            for each in entries:
                if each.filename.lower().endswith((".xml", ".rels")):
                    with parts.open(each) as part:
                        if b"<!" in part.read(_LOOK).replace(b"<!--", b""):
                            return _("不是可以读取的表格文件")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError):
        return _("不是可以读取的表格文件（应为xlsx）")
    return ""


def _read_sheet(
    name: str,
    columns: Sequence[str],
    lines: Iterator[tuple[Any, ...]],
    optional: Collection[str],
) -> tuple[list[Row], list[Finding]]:
    head = [str(title or "").strip() for title in next(lines, ())[:_MOST_COLUMNS]]
    findings = [
        at_cell(name, 1, title, "BOOK_COLUMN", _("缺少“{title}”一列").format(title=title))
        for title in columns
        if title not in head and title not in optional
    ]
    rows: list[Row] = []
    if findings:
        return rows, findings
    at = {title: head.index(title) for title in columns if title in head}
    for number, line in enumerate(lines, 2):
        if number > MAX_ROWS + 1:
            message = _("超过{n}行，请分几次导入").format(n=MAX_ROWS)
            return [], [*findings, at_cell(name, number, "", "BOOK_ROWS", message)]
        cells: dict[str, Cell] = {}
        for title, place in at.items():
            value, problem = _cell(line[place] if place < len(line) else None)
            cells[title] = value
            if problem:
                findings.append(at_cell(name, number, title, "BOOK_CELL", problem))
        if any(value is not None for value in cells.values()):
            rows.append(Row(number=number, cells=cells))
    return rows, findings


def _cell(value: Any) -> tuple[Cell, str]:
    """A cell as text or day, and what is wrong with it."""
    if isinstance(value, datetime):
        return value.date(), ""
    if isinstance(value, date) or value is None:
        return value, ""
    if isinstance(value, bool):
        return (_("是") if value else _("否")), ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    if len(text) > MAX_TEXT:
        return None, _("内容超过{n}个字").format(n=MAX_TEXT)
    if any(ord(sign) < 32 for sign in text):
        return None, _("含有换行或者看不见的字符")
    return text or None, ""


def at_cell(sheet: str, row: int, column: str, code: str, message: str, fix: str = "") -> Finding:
    """A problem at a cell: ``file`` is the sheet, ``element`` the row, ``field`` the column."""
    return Finding(
        code=code,
        file=sheet,
        element=str(row) if row else "",
        field=column,
        message=message,
        fix=fix or _("改正后重新上传整个文件"),
    )

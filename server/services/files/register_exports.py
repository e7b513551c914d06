"""A book as a spreadsheet: chosen when it is made, never stored."""

from typing import Final

from server.adapters.exports import Cell, Column, Report
from server.domain.case_words import level_word
from server.domain.registers import Phase
from server.domain.texts import _
from server.queries.registers import Asked
from server.services.context import Context
from server.services.files import register_books, stamped
from server.services.files.register_books import Line

PHASES: Final = {
    Phase.CURRENT: _("有效"),
    Phase.OVER: _("已期满或者已结束"),
    Phase.STRUCK: _("已划销"),
}

_COLUMNS: Final = (
    Column(heading=_("序号"), width=6),
    Column(heading=_("登记日期"), width=12),
    Column(heading=_("姓名或者名称"), width=16),
    Column(heading=_("单位"), width=24),
    Column(heading=_("管理权限"), width=10),
    Column(heading=_("办理层级"), width=10),
    Column(heading=_("事项编号"), width=20),
    Column(heading=_("截止日期"), width=12),
    Column(heading=_("期间（原文）"), width=14),
    Column(heading=_("状态"), width=14),
)


def workbook(ctx: Context, asked: Asked, serial: str) -> bytes:
    """The entries the actor may see at this moment, as an .xlsx file.

    Raises:
        NotFound: no office of his keeps this book.
        Invalid: there are more than one export may hold.
    """
    book, found = register_books.book(ctx, asked.register), list(register_books.lines(ctx, asked))
    by = stamped.stamp(ctx, serial)
    # headings differ where several packs write one book, and between their versions
    headings = list(dict.fromkeys(label for line in found for label, _text in line.entry.shown))
    report = Report(
        name=book.title[:31],
        title=book.title,
        subtitle=_("登记日期{first}至{last}。{by}").format(
            first=asked.from_on or _("最早"), last=asked.to_on or _("最近"), by=by
        ),
        foot=by,
        columns=(*_COLUMNS, *(Column(heading=heading, width=20) for heading in headings)),
        rows=(_cells(number, line, headings) for number, line in enumerate(found, 1)),
    )
    return stamped.written(ctx, report)


def _cells(number: int, line: Line, headings: list[str]) -> tuple[Cell, ...]:
    entry = line.entry
    shown = {pair[0]: pair[1] for pair in entry.shown}
    return (
        number,
        entry.entered_on,
        entry.name,
        entry.unit,
        level_word(entry.managed_by) if entry.managed_by else "",
        level_word(entry.level),
        entry.reference,
        entry.ended_on or entry.until,
        entry.period_text,
        PHASES[line.phase],
        *(shown.get(heading, "") for heading in headings),
    )

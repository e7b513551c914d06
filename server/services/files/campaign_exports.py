"""The numbers of a campaign as a spreadsheet: counted when it is made, never stored, no names."""

from collections.abc import Iterator
from typing import Final

from server.adapters.exports import Cell, Column, Report
from server.domain.case_words import level_word
from server.domain.texts import _
from server.services.context import Context
from server.services.files import campaign_lists, stamped
from server.services.files.campaign_figures import Figures, Line

_COLUMNS: Final = (
    Column(heading=_("机构或者层级"), width=30),
    Column(heading=_("层级"), width=10),
    Column(heading=_("对象"), width=8),
    Column(heading=_("已启动"), width=8),
    Column(heading=_("没有启动"), width=10),
    Column(heading=_("已办结"), width=8),
    Column(heading=_("办结率"), width=8),
)
OTHERS: Final = _("不归参加机构办理的")
UNKNOWN: Final = _("无法计算")


def workbook(ctx: Context, campaign_id: str, serial: str) -> bytes:
    """The numbers the actor is shown at this moment, as an .xlsx file. Raises NotFound."""
    row = campaign_lists.found(ctx, campaign_id)
    found, by = campaign_lists.numbers(ctx, row), stamped.stamp(ctx, serial)
    report = Report(
        name=_("专项活动数字"),
        title=row.title,
        subtitle=_("{unit}，{first}至{last}，本机构和所辖地区。{by}").format(
            unit=row.unit, first=row.from_on, last=row.to_on, by=by
        ),
        foot=by,
        columns=(*_COLUMNS, *(Column(heading=title, width=16) for title in found.headings)),
        rows=_rows(found),
    )
    return stamped.written(ctx, report)


def _rows(found: Figures) -> Iterator[tuple[Cell, ...]]:
    for line in found.shares.values():
        if not line.is_answered_for:
            continue
        yield _cells(line.unit, line)
    for line in found.levels:
        yield _cells(_("{level}合计").format(level=level_word(line.level)), line)
    if found.others:
        yield _cells(OTHERS, found.others)
    yield _cells(_("合计"), found.total)


def _cells(name: str, line: Line) -> tuple[Cell, ...]:
    told = line.progress
    return (
        name,
        level_word(line.level) if line.level else "",
        *(told.targets, told.opened, told.failed, told.done, told.rate),
        *(UNKNOWN if each is None else each for each in line.amounts),
    )

"""责任倒查清单 in words: which limit of the law ran over, by how much, with whom, and how it ended.

The list states facts; whether anybody answers for them is for the superior organ to look into.
"""

from dataclasses import dataclass
from typing import Final

from server.adapters.exports import Cell, Column, Report
from server.domain.errors import Invalid
from server.domain.findings import Finding
from server.domain.texts import _
from server.domain.urgency import days_left
from server.queries import board, overruns
from server.queries.overruns import Overrun
from server.services.clocks import deadline_rows
from server.services.context import Context
from server.services.files import stamped
from server.services.packs import definitions

#: clocks on one page, and in one spreadsheet
PAGE: Final = 50
MOST_ROWS: Final = 5000

_COLUMNS: Final = (
    Column(heading=_("序号"), width=6),
    Column(heading=_("编号"), width=22),
    Column(heading=_("程序"), width=20),
    Column(heading=_("期限"), width=20),
    Column(heading=_("承办机构"), width=28),
    Column(heading=_("到期日"), width=12),
    Column(heading=_("办结日"), width=12),
    Column(heading=_("逾期工作日"), width=12),
    Column(heading=_("状态"), width=12),
    Column(heading=_("停计、延长或者更正过"), width=12),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One clock of the list."""

    overrun: Overrun
    procedure: str
    rule: str
    #: working days past the due date, until it was met or until today
    over: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A page of the list."""

    lines: tuple[Line, ...]
    #: None beyond 10 000
    total: int | None
    page: int


def page(ctx: Context, number: int) -> Listed:
    """One page of the list of the actor, who brings today's posts."""
    session, actor = ctx.session, ctx.actor
    units = board.offices(session, actor)
    found = overruns.listed(session, actor, units, ctx.now, limit=PAGE, offset=(number - 1) * PAGE)
    return Listed(
        lines=tuple(_line(ctx, each) for each in found),
        total=overruns.total(session, actor, units, ctx.now),
        page=number,
    )


def workbook(ctx: Context, serial: str) -> bytes:
    """The whole list of the actor as an .xlsx file.

    Raises:
        Invalid: it is longer than one export may be.
    """
    units = board.offices(ctx.session, ctx.actor)
    found = overruns.listed(ctx.session, ctx.actor, units, ctx.now, limit=MOST_ROWS + 1)
    if len(found) > MOST_ROWS:
        message = _("清单超过{n}项，不能一次导出").format(n=MOST_ROWS)
        raise Invalid(message, [Finding(code="OVERRUNS_MANY", message=message)])
    by = stamped.stamp(ctx, serial)
    report = Report(
        name=_("责任倒查清单"),
        title=_("责任倒查清单：超过法定或者规定期限的事项"),
        subtitle=_("只列事实，是否倒查由上级机关研判。{by}").format(by=by),
        foot=by,
        columns=_COLUMNS,
        rows=(_cells(number, _line(ctx, each)) for number, each in enumerate(found, 1)),
    )
    return stamped.written(ctx, report)


def _line(ctx: Context, found: Overrun) -> Line:
    pack = definitions.release(ctx, found.pack_version_id).pack
    rule = pack.deadlines[found.rule_key]
    calendar = deadline_rows.calendar_of(ctx, rule.calendar)
    return Line(
        overrun=found,
        procedure=pack.procedures[found.procedure].title,
        rule=rule.title,
        over=-days_left(found.due_on, found.met_on or ctx.today, calendar).n,
    )


def _cells(number: int, line: Line) -> tuple[Cell, ...]:
    found = line.overrun
    return (
        number,
        found.reference,
        line.procedure,
        line.rule,
        "、".join(found.offices),
        found.due_on,
        found.met_on,
        line.over,
        _("逾期办结") if found.met_on else _("仍未办结"),
        _("是") if found.was_changed else "",
    )

"""The ledger as a spreadsheet for the weekly report: chosen when it is made, never stored."""

from datetime import date
from typing import Final

from server.adapters.exports import Cell, Column, Report
from server.domain.case_words import status_word
from server.domain.texts import _
from server.queries.ledger import Asked
from server.services.context import Context
from server.services.files import ledgers, outcome_choices, stamped
from server.services.files.ledgers import LedgerRow

_COLUMNS: Final = (
    Column(heading=_("序号"), width=6),
    Column(heading=_("编号"), width=20),
    Column(heading=_("程序"), width=18),
    Column(heading=_("申请人"), width=14),
    Column(heading=_("当事人"), width=14),
    Column(heading=_("单位"), width=24),
    Column(heading=_("办理层级"), width=10),
    Column(heading=_("管理权限"), width=10),
    Column(heading=_("容错情形"), width=36),
    Column(heading=_("提出日期"), width=12),
    Column(heading=_("受理日期"), width=12),
    Column(heading=_("审批日期"), width=12),
    Column(heading=_("调查开始"), width=12),
    Column(heading=_("调查结束"), width=12),
    Column(heading=_("决定日期"), width=12),
    Column(heading=_("结果"), width=16),
    Column(heading=_("反馈日期"), width=12),
    Column(heading=_("归档日期"), width=12),
    Column(heading=_("状态"), width=10),
    Column(heading=_("法定期限"), width=40),
    Column(heading=_("逾期的期限"), width=20),
    Column(heading=_("承办机构"), width=20),
    Column(heading=_("历时（工作日）"), width=10),
)


def workbook(ctx: Context, asked: Asked, serial: str) -> bytes:
    """The rows of the ledger that the actor may see at this moment, as an .xlsx file.

    Raises:
        Invalid: there are more than one export may hold.
    """
    found = ledgers.rows(ctx, asked)
    by = stamped.stamp(ctx, serial)
    report = Report(
        name=_("容错台账"),
        title=_("容错纠错事项台账"),
        subtitle=_("{covers}。{by}").format(covers=_covers(ctx, asked), by=by),
        foot=by,
        columns=_COLUMNS,
        rows=(_cells(number, row) for number, row in enumerate(found, 1)),
    )
    return stamped.written(ctx, report)


def _covers(ctx: Context, asked: Asked) -> str:
    """What the report covers, in words."""
    parts = [
        _("提出日期{first}至{last}").format(
            first=_bound(asked.from_on, _("最早")), last=_bound(asked.to_on, _("最近"))
        )
    ]
    if asked.status:
        parts.append(_("状态：{word}").format(word=status_word(asked.status)))
    if asked.outcome:
        known = outcome_choices.words(outcome_choices.packs(ctx), asked.procedure)
        word = known.get(asked.outcome, asked.outcome)
        parts.append(_("结果：{word}").format(word=word))
    if asked.procedure or asked.unit_id:
        parts.append(_("按所选的程序、单位"))
    return _("；").join(parts)


def _bound(day: date | None, otherwise: str) -> str:
    return day.isoformat() if day else otherwise


def _cells(number: int, row: LedgerRow) -> tuple[Cell, ...]:
    return (
        number,
        row.reference + (_("（接续）") if row.taken_over_on else ""),
        row.procedure,
        row.applicants,
        row.subjects,
        row.unit,
        row.level,
        row.managed_by,
        row.situations,
        row.opened_on,
        row.accepted_on,
        row.approved_on,
        row.investigated_from,
        row.investigated_to,
        row.decided_on,
        row.outcome,
        row.fed_back_on,
        row.filed_on,
        row.status,
        row.periods,
        row.overdue,
        row.office,
        row.age,
    )

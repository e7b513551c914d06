"""What a clock would say after a change: counted by the domain as the change itself would be."""

from datetime import date

from server.domain.deadline_changes import Change as Act
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.services.clocks import deadline_rows, deadline_sheets, deadlines
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.clocks.deadline_sheets import DeadlineSheet
from server.services.context import Context
from server.services.verbs.outlook import Change, Outlook


def of(ctx: Context, pack: PolicyPack, row: DeadlineRow, act: Act) -> Outlook:
    """The clock before and after the act, and its count as it would be; writes nothing."""
    now = deadline_rows.clock(ctx, pack, row)
    then, _end = deadlines.changed(ctx, pack, row, [*now.changes, act])
    before = deadline_sheets.sheet(ctx, pack, row)
    after = deadline_sheets.sheet(ctx, pack, then)
    return Outlook(
        changes=(
            Change(label=_("到期日"), before=_due(before), after=_due(after)),
            Change(label=_("剩余"), before=before.left, after=after.left),
        ),
        line=after.line,
        days=after.days,
    )


def _due(sheet: DeadlineSheet) -> str:
    if sheet.due_on is not None:
        return _day(sheet.due_on)
    if sheet.provisional_on is not None:
        return _("待定，暂计{day}").format(day=_day(sheet.provisional_on))
    return _("恢复后确定") if sheet.state == "stopped" else _("待定")


def _day(day: date) -> str:
    return f"{day.isoformat()}（{_('周')}{'一二三四五六日'[day.weekday()]}）"

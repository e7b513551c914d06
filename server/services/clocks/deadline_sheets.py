"""One clock of a case as officials check it: the day, what is left, the rule, the days counted."""

from dataclasses import dataclass
from datetime import date

from server.domain.day_strips import Day, strip
from server.domain.deadline_lines import units
from server.domain.deadline_rules import DeadlineRule, Unit
from server.domain.deadline_verbs import Clock
from server.domain.deadlines import origin_of
from server.domain.lifecycle import DeadlineState
from server.domain.packs import PolicyPack
from server.domain.sources import Basis
from server.domain.texts import _
from server.domain.urgency import days_left
from server.services.clocks import deadline_rows
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule with its source, as people cite it."""

    #: document, empty for a default of the product
    source: str
    article: str
    quote: str = ""
    #: the reason of a default of the product
    default: str = ""
    #: what the rule is about, where it needs saying
    about: str = ""

    @property
    def cited(self) -> str:
        """Document and article, or that it is a default of the system, in one line."""
        if self.default:
            return _("系统默认")
        return f"《{self.source}》{self.article}" if self.source else self.article


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineSheet:
    """One clock of one case."""

    id: str
    key: str
    title: str
    state: str
    #: the day it began, as far as is known now
    origin_on: date
    #: the day that was entered first, None where it was never corrected
    entered_on: date | None
    #: what happened on the day of the origin
    origin_title: str
    due_on: date | None
    provisional_on: date | None
    met_on: date | None
    #: ``5个工作日``
    interval: str
    #: ``还剩2个工作日``, ``今天到期``, ``已逾期3个工作日`` …
    left: str
    #: 个工作日 or 天, what ``left_count`` counts
    unit_word: str
    #: it expires before 24:00 of its last day
    expires_early: bool
    #: working days (or days) until the due date, negative when that many have passed since; of a
    #: clock that stands what it still has to run; None: neither
    left_count: int | None
    #: it is over, whether or not a working day has passed since
    is_past: bool
    #: statutory or soft
    force: str
    rule: Rule
    #: the count in one sentence
    line: str
    days: tuple[Day, ...]


def of_case(ctx: Context, pack: PolicyPack, case_id: str) -> tuple[DeadlineSheet, ...]:
    """Every clock of the case, the oldest occurrence of a rule first."""
    return tuple(sheet(ctx, pack, row) for row in deadline_rows.of_case(ctx, case_id))


def newest(ctx: Context, pack: PolicyPack, case_id: str, rule_key: str) -> DeadlineSheet | None:
    """The newest clock of a rule in the case, None when there never was one."""
    rows = [row for row in deadline_rows.of_case(ctx, case_id) if row.rule_key == rule_key]
    return sheet(ctx, pack, rows[-1]) if rows else None


def sheet(ctx: Context, pack: PolicyPack, row: DeadlineRow) -> DeadlineSheet:
    """The clock as it stands today."""
    clock = deadline_rows.clock(ctx, pack, row)
    rule = clock.rule
    count = _left(clock, row, ctx.today)
    begun_on = origin_of(row.origin_on, clock.changes)
    return DeadlineSheet(
        id=row.id,
        key=row.rule_key,
        title=rule.title,
        state=row.state,
        origin_on=begun_on,
        entered_on=row.origin_on if begun_on != row.origin_on else None,
        origin_title=clock.origin_title,
        due_on=row.due_on,
        provisional_on=row.provisional_on,
        met_on=row.met_on,
        interval=_("按确定的日期") if rule.until is not None else units(rule.n, rule.unit),
        left=_words(row, rule, count, ctx.today),
        left_count=count,
        is_past=_is_past(row, ctx.today),
        unit_word=_unit_word(rule),
        expires_early=rule.end_of_day is not None,
        force=rule.force,
        rule=rule_of(pack, rule.basis),
        line=row.line,
        days=strip(clock, row.met_on or ctx.today),
    )


def rule_of(pack: PolicyPack, basis: Basis, about: str = "") -> Rule:
    """The source of a rule of the pack, as people cite it."""
    source = pack.sources.get(basis.source)
    return Rule(
        source=source.title if source else "",
        article=basis.article,
        quote=basis.quote,
        default=basis.default,
        about=about,
    )


def _left(clock: Clock, row: DeadlineRow, today: date) -> int | None:
    """What is left in the unit of the rule: working days where the rule counts working days."""
    if row.state == DeadlineState.STOPPED:
        return clock.kept(today)
    if row.due_on is None or row.state not in (DeadlineState.RUNNING, DeadlineState.OVERDUE):
        return None
    if clock.rule.unit is Unit.WORKING:
        return days_left(row.due_on, today, clock.calendar).n
    return (row.due_on - today).days


def _words(row: DeadlineRow, rule: DeadlineRule, count: int | None, today: date) -> str:
    texts = {
        DeadlineState.STOPPED: _("期限中止，恢复后继续计算"),
        DeadlineState.UNDETERMINED: _("期限待定"),
        DeadlineState.MET: _("已按期办结"),
        DeadlineState.MET_LATE: _("已办结，超过期限"),
        DeadlineState.CANCELLED: _("期限已不适用"),
    }
    if count is None:
        return texts.get(DeadlineState(row.state), "")
    unit = _unit_word(rule)
    if row.state == DeadlineState.STOPPED:
        return _("期限中止，余{n}{unit}").format(n=count, unit=unit)
    if count < 0:
        return _("已逾期{n}{unit}").format(n=-count, unit=unit)
    if _is_past(row, today):
        return _("已逾期")
    if count == 0:
        return _("今天到期")
    return _("还剩{n}{unit}").format(n=count, unit=unit)


def _unit_word(rule: DeadlineRule) -> str:
    return _("个工作日") if rule.unit is Unit.WORKING else _("天")


def _is_past(row: DeadlineRow, today: date) -> bool:
    """Its last moment has passed, also where no tick has said so yet."""
    is_before = row.due_on is not None and row.due_on < today
    return row.state == DeadlineState.OVERDUE or (row.state == DeadlineState.RUNNING and is_before)

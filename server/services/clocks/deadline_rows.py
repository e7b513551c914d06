"""Rows of ``deadline`` as values, and the clock that the domain computes with.

Nothing here decides: what a clock says is ``domain/deadlines``, what may be done to it is
``domain/deadline_verbs``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select

from server.domain import deadline_changes
from server.domain.calendar import WorkingCalendar
from server.domain.deadline_verbs import Clock
from server.domain.expressions import Json
from server.domain.lifecycle import OPEN_DEADLINES
from server.domain.packs import PolicyPack
from server.models.time import deadline
from server.services.buffers import Shelf
from server.services.calendar import calendars
from server.services.context import Context

#: every clock of a case
_CLOCKS: Final = Shelf(deadline)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineRow:
    """One period of one case as stored."""

    id: str
    version: int
    case_id: str
    rule_key: str
    subject: str
    occurrence: int
    origin_event: str
    origin_on: date
    until_on: date | None
    due_on: date | None
    provisional_on: date | None
    expires_at: datetime | None
    calendar_version: str
    #: statutory or soft
    force: str
    state: str
    met_on: date | None
    #: the moment of the act that met it, None where its day was entered
    met_at: datetime | None
    line: str
    changes: Sequence[Json]
    #: version of the state whose step began it, None where that was not kept
    started_version: int | None
    #: event that met it or cancelled it, and the version of its step
    ended_by: str | None
    ended_version: int | None

    @property
    def is_open(self) -> bool:
        """Does it still need watching."""
        return self.state in OPEN_DEADLINES


def of_case(ctx: Context, case_id: str) -> list[DeadlineRow]:
    """Every clock of the case, the oldest occurrence of a rule first."""
    rows = [
        DeadlineRow(**{name: row[name] for name in DeadlineRow.__slots__})
        for row in ctx.rows(_CLOCKS, case_id)
    ]
    return sorted(rows, key=lambda row: (row.rule_key, row.subject, row.occurrence))


def open_clocks(ctx: Context, case_id: str, rule_key: str = "") -> list[DeadlineRow]:
    """The clocks of the case that still run, stand or are overdue; of one rule when named."""
    return [row for row in of_case(ctx, case_id) if row.is_open and rule_key in ("", row.rule_key)]


def open_of_cases(ctx: Context, case_ids: Collection[str]) -> list[DeadlineRow]:
    """The same of several cases, for reading only; one statement."""
    columns = [deadline.c[name] for name in DeadlineRow.__slots__]
    wanted = select(*columns).where(
        deadline.c.case_id.in_(case_ids), deadline.c.state.in_(OPEN_DEADLINES)
    )
    order = wanted.order_by(deadline.c.rule_key, deadline.c.subject, deadline.c.occurrence)
    return [DeadlineRow(**row._mapping) for row in ctx.session.execute(order)]


def add(ctx: Context, row: DeadlineRow, *, calendar: str) -> None:
    """Keep a new clock, counted with this calendar."""
    values = {name: getattr(row, name) for name in DeadlineRow.__slots__}
    ctx.rows(_CLOCKS, row.case_id).add(**values, calendar=calendar, started_at=ctx.now)


def write(ctx: Context, row: DeadlineRow, **values: Json) -> None:
    """Change columns of a clock of a case that is locked."""
    kept = ctx.rows(_CLOCKS, row.case_id)
    stored = next(each for each in kept if each["id"] == row.id)
    kept.change(stored, version=row.version + 1, **values)


def clock(ctx: Context, pack: PolicyPack, row: DeadlineRow) -> Clock:
    """Everything the end of this period depends on, and what its worked line says of it."""
    rule = pack.deadlines[row.rule_key]
    return Clock(
        rule=rule,
        origin_on=row.origin_on,
        changes=tuple(map(deadline_changes.from_json, row.changes)),
        calendar=calendar_of(ctx, rule.calendar),
        until=row.until_on,
        origin_title=pack.events[row.origin_event].title,
    )


def calendar_of(ctx: Context, key: str) -> WorkingCalendar:
    """The calendar, read once per use case."""
    known = ctx.memo.get(("calendar", key))
    if not isinstance(known, WorkingCalendar):
        known = ctx.memo["calendar", key] = calendars.current(ctx, key)
    return known


def forget_calendars(ctx: Context) -> None:
    """Read them anew after an import in the same use case."""
    for key in [key for key in ctx.memo if key[0] == "calendar"]:
        del ctx.memo[key]

"""What importing a notice would change, before it is confirmed: periods by number, never by case.

Whoever imports a calendar administers the system and sees no case (SY-3): he is told of each rule
how many of its open periods would move from which day to which.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import or_, select

from server.adapters.calendars import read_years
from server.domain.calendar import CalendarYear, WorkingCalendar
from server.domain.errors import Invalid
from server.domain.lifecycle import OPEN_DEADLINES
from server.domain.texts import _
from server.models.case import case
from server.models.time import deadline
from server.services.calendar import calendars
from server.services.clocks import deadline_rows
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context
from server.services.packs import definitions


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """Open periods of one rule that would end on another day."""

    procedure: str
    rule: str
    #: None: undetermined
    before: date | None
    after: date | None
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What a notice says, and what its import would change."""

    #: years that are new or read differently
    years: tuple[CalendarYear, ...]
    #: those that are there already, under another version
    known: tuple[int, ...]
    moves: tuple[Move, ...]

    @property
    def moved(self) -> int:
        """Open periods that would move."""
        return sum(move.count for move in self.moves)

    @property
    def by_procedure(self) -> Mapping[str, int]:
        """How many of each procedure."""
        found: Counter[str] = Counter()
        for move in self.moves:
            found[move.procedure] += move.count
        return dict(found)


def preview(ctx: Context, file: str, content: bytes, calendar: str = calendars.CN) -> Preview:
    """What importing this notice would change; writes nothing.

    Raises Invalid with every problem of the file.
    """
    years, findings = read_years(file, content)
    if findings:
        raise Invalid(_("放假安排有{n}处问题").format(n=len(findings)), findings)
    current = calendars.current(ctx, calendar)
    changed = tuple(each for each in years if _differs(current, each))
    after = WorkingCalendar(
        key=calendar, years={**current.years, **{each.year: each for each in changed}}
    )
    moves = _moves(ctx, after, changed) if changed else ()
    known = tuple(each.year for each in changed if current.covers(each.year))
    return Preview(years=changed, known=known, moves=moves)


def _differs(current: WorkingCalendar, year: CalendarYear) -> bool:
    known = current.years.get(year.year)
    return known is None or known != replace(year, version=known.version)


def _moves(
    ctx: Context, after: WorkingCalendar, changed: tuple[CalendarYear, ...]
) -> tuple[Move, ...]:
    first = date(min(each.year for each in changed), 1, 1)
    columns = [deadline.c[name] for name in DeadlineRow.__slots__]
    rows = ctx.session.execute(
        select(*columns, case.c.procedure, case.c.pack_version_id)
        .join(case, case.c.id == deadline.c.case_id)
        .where(
            deadline.c.calendar == after.key,
            deadline.c.state.in_(OPEN_DEADLINES),
            or_(deadline.c.due_on.is_(None), deadline.c.due_on >= first),
        )
    ).all()
    found: Counter[tuple[str, str, date | None, date | None]] = Counter()
    for row in rows:
        pack = definitions.release(ctx, row.pack_version_id).pack
        stored = DeadlineRow(**{name: getattr(row, name) for name in DeadlineRow.__slots__})
        clock = deadline_rows.clock(ctx, pack, stored)
        due_on = replace(clock, calendar=after).due().on
        if due_on != row.due_on:
            title = pack.procedures[row.procedure].title
            found[(title, pack.deadlines[row.rule_key].title, row.due_on, due_on)] += 1
    moves = [
        Move(procedure=title, rule=rule, before=before, after=later, count=count)
        for (title, rule, before, later), count in found.items()
    ]
    moves.sort(key=lambda move: (move.procedure, move.rule, move.after or date.max))
    return tuple(moves)

"""Rows of ``deadline`` as values, and the clock that the domain computes with.

Nothing here decides: what a clock says is ``domain/deadlines``, what may be done to it is
``domain/deadline_verbs``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update

from server.domain import deadline_changes
from server.domain.calendar import WorkingCalendar
from server.domain.deadline_verbs import Clock
from server.domain.errors import Conflict
from server.domain.expressions import Json
from server.domain.lifecycle import OPEN_DEADLINES
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.models.time import deadline
from server.services import calendars
from server.services.context import Context


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
    line: str
    changes: Sequence[Json]

    @property
    def is_open(self) -> bool:
        """Does it still need watching."""
        return self.state in OPEN_DEADLINES


def of_case(ctx: Context, case_id: str) -> list[DeadlineRow]:
    """Every clock of the case, the oldest occurrence of a rule first."""
    columns = [deadline.c[name] for name in DeadlineRow.__slots__]
    rows = ctx.session.execute(
        select(*columns)
        .where(deadline.c.case_id == case_id)
        .order_by(deadline.c.rule_key, deadline.c.subject, deadline.c.occurrence)
    )
    return [DeadlineRow(**row._mapping) for row in rows]


def open_clocks(ctx: Context, case_id: str, rule_key: str = "") -> list[DeadlineRow]:
    """The clocks of the case that still run, stand or are overdue; of one rule when named."""
    return [row for row in of_case(ctx, case_id) if row.is_open and rule_key in ("", row.rule_key)]


def write(ctx: Context, row: DeadlineRow, **values: Json) -> None:
    """Change columns of a clock under the version it was loaded with.

    Raises:
        Conflict: someone else changed it since.
    """
    done = ctx.session.execute(
        update(deadline)
        .where(deadline.c.id == row.id, deadline.c.version == row.version)
        .values(version=row.version + 1, **values)
        .returning(deadline.c.id)
    )
    if done.one_or_none() is None:
        raise Conflict(_("该期限已被他人更改，请刷新后重试"))


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
    kept: dict[str, WorkingCalendar] = ctx.session.info.setdefault("calendars", {})
    if key not in kept:
        kept[key] = calendars.current(ctx, key)
    return kept[key]


def forget_calendars(ctx: Context) -> None:
    """Read them anew after an import in the same use case."""
    ctx.session.info.pop("calendars", None)

"""The cases of a drill: scenarios played through the verbs of every day, on days before its clock.

Each case is a scenario file (docs/reference/scenarios.md) whose days are counted back from the
drill's clock: ``{D-8 09:30}`` is half past nine on the eighth working day before, ``{D-8}`` that
day, ``{Y}`` the clock's year. In a year without a published arrangement Monday to Friday counts.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME, WorkingCalendar
from server.domain.errors import Invalid
from server.domain.texts import _
from server.models.audit import AuditEvent
from server.services.calendar import calendars
from server.services.context import Tools, reading, transaction
from server.services.packs import definitions
from server.services.rehearsing.play import Play
from server.services.rehearsing.scenario import read
from server.services.verbs import ticks

#: the cases that are shipped, played in the order of their names
SHIPPED_CASES = Path(__file__).resolve().parents[2] / "demo" / "cases"

#: verb of the record that a case was played
_PLAYED = "demo.case"

_COUNTED = re.compile(r"\{(?:D-(?P<days>\d+)(?: (?P<time>\d\d:\d\d))?|Y)\}")
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoCase:
    """A case that was played."""

    key: str
    title: str
    case_id: str


def play(tools: Tools, clock: datetime, folder: Path = SHIPPED_CASES) -> tuple[DemoCase, ...]:
    """Play the cases this database does not have, then let happen what is due at ``clock``.

    A case is there as a whole or not at all, whatever interrupts the play.

    Raises Invalid when a file is no scenario or goes otherwise than it says.
    """
    with reading(tools, SYSTEM, clock) as ctx:
        calendar = calendars.current(ctx)
        known = set(
            ctx.session.scalars(select(AuditEvent.target).where(AuditEvent.verb == _PLAYED))
        )
    files = [file for file in sorted(folder.glob("*.yaml")) if f"demo:{file.stem}" not in known]
    played = tuple(_play(tools, file, calendar, clock) for file in files)
    ticks.run_due(tools, clock)
    return played


def counted(text: str, calendar: WorkingCalendar, clock: datetime) -> str:
    """The text with its days counted back from the day of the clock."""
    today = clock.astimezone(CHINA_TIME).date()

    def written(found: re.Match[str]) -> str:
        if found["days"] is None:
            return str(today.year)
        day = _back(calendar, today, int(found["days"])).isoformat()
        return f"{day}T{found['time']}+08:00" if found["time"] else day

    return _COUNTED.sub(written, text)


def _back(calendar: WorkingCalendar, day: date, count: int) -> date:
    while count:
        day -= _DAY
        count -= calendar.guess(day)
    return day


def _play(tools: Tools, file: Path, calendar: WorkingCalendar, clock: datetime) -> DemoCase:
    text = counted(file.read_text(encoding="utf-8"), calendar, clock)
    scenario, findings = read(file.name, text.encode())
    if scenario is None:
        raise Invalid(_("演练事项“{file}”有问题").format(file=file.name), findings)
    with reading(tools, SYSTEM, scenario.now) as ctx:
        release = definitions.in_force(ctx, scenario.procedure, ctx.today)
    with _at_once(tools) as together:
        playing = Play(tools=together, release=release, scenario=scenario, now=scenario.now)
        playing.run()
        if playing.troubles:
            why = "；".join(f"{trouble.step}：{trouble.message}" for trouble in playing.troubles)
            text = _("演练事项“{file}”没有按预期进行：{why}")
            raise Invalid(text.format(file=file.name, why=why))
        with transaction(together, SYSTEM, playing.now) as ctx:
            ctx.record(_PLAYED, f"demo:{file.stem}", playing.case_id)
    return DemoCase(key=file.stem, title=scenario.title, case_id=playing.case_id)


@contextmanager
def _at_once(tools: Tools) -> Iterator[Tools]:
    """Tools whose use cases stay once the block is left; an interruption undoes all of them."""
    with tools.database.begin() as connection:
        sessions = sessionmaker(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        yield replace(tools, writers=sessions, readers=sessions)

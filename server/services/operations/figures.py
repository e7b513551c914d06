"""What the database knows of how the installation stands, for figures and for its page.

Read when it is asked for and kept for some seconds, so that asking often costs no more.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from server.domain.access import SYSTEM
from server.domain.chores import BACKUP, VERIFY
from server.queries import operations as queries
from server.queries.operations import Beat, Due, Incident, Waiting
from server.services.calendar import calendars
from server.services.context import Tools, reading

#: seconds for which a snapshot is given again
KEPT: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """The figures of one moment."""

    due: Due
    #: how long the timer that waits longest has waited, in seconds
    lag: float
    waiting: tuple[Waiting, ...]
    #: what is not over, oldest first
    open_incidents: tuple[Incident, ...]
    #: cases that are not over, by status
    cases: Mapping[str, int]
    beats: Mapping[str, Beat]
    #: published years of the working calendar
    years: tuple[int, ...]
    #: what the installation's clock showed
    now: datetime
    real_now: datetime

    @property
    def incidents(self) -> Mapping[str, int]:
        """How many are open, by kind."""
        return Counter(each.kind for each in self.open_incidents)

    def age(self, name: str) -> float | None:
        """Seconds since this was last done; None when it never was."""
        beat = self.beats.get(name)
        return None if beat is None else (self.real_now - beat.at).total_seconds()

    @property
    def backup_age(self) -> float | None:
        """Seconds since the last backup."""
        return self.age(BACKUP)

    @property
    def verification_age(self) -> float | None:
        """Seconds since both chains were walked."""
        return self.age(VERIFY.name)


@dataclass(kw_only=True, slots=True)
class Figures:
    """The snapshots of one process."""

    tools: Tools
    clock: Callable[[], datetime]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _read_at: float = 0.0
    _kept: Snapshot | None = None

    def snapshot(self) -> Snapshot | None:
        """The newest one, at most some seconds old; None while the database is gone."""
        with self._lock:
            if self._kept is None or time.monotonic() - self._read_at > KEPT:
                try:
                    self._kept = taken(self.tools, self.clock(), datetime.now(UTC))
                except SQLAlchemyError:
                    self._kept = None
                self._read_at = time.monotonic()
            return self._kept


def taken(tools: Tools, now: datetime, real_now: datetime) -> Snapshot:
    """A snapshot of this moment; ``now`` is what the installation's clock shows."""
    with reading(tools, SYSTEM, now) as ctx:
        due = queries.due(ctx.session, now)
        return Snapshot(
            due=due,
            lag=(now - due.oldest).total_seconds() if due.oldest else 0.0,
            waiting=queries.waiting(ctx.session),
            open_incidents=queries.open_incidents(ctx.session),
            cases=queries.cases(ctx.session),
            beats=queries.beats(ctx.session),
            years=tuple(sorted(calendars.current(ctx).years)),
            now=now,
            real_now=real_now,
        )

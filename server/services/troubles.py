"""Trouble that cannot be written down while it lasts: kept in memory until it can."""

import threading
from dataclasses import dataclass
from datetime import datetime

from server.domain.incidents import IncidentKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Met:
    """Trouble of one kind that a process met since it was last written down."""

    kind: IncidentKind
    #: the first and the last time
    since: datetime
    last: datetime
    count: int


class Troubles:
    """What one process met; its threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._met: dict[IncidentKind, Met] = {}

    @property
    def is_pending(self) -> bool:
        """Is there anything to write down; costs nothing where there is not."""
        return bool(self._met)

    def note(self, kind: IncidentKind, real_now: datetime) -> bool:
        """Remember it; True when it is the first of its kind since the last time."""
        return self._add(Met(kind=kind, since=real_now, last=real_now, count=1))

    def take(self) -> tuple[Met, ...]:
        """Everything that waits, for whoever writes it down now."""
        with self._lock:
            taken = tuple(self._met.values())
            self._met.clear()
        return taken

    def give_back(self, met: Met) -> None:
        """It could not be written down yet."""
        self._add(met)

    def _add(self, met: Met) -> bool:
        with self._lock:
            known = self._met.get(met.kind)
            if known is not None:
                met = Met(
                    kind=met.kind,
                    since=min(known.since, met.since),
                    last=max(known.last, met.last),
                    count=known.count + met.count,
                )
            self._met[met.kind] = met
        return known is None

"""The figures of the database as Prometheus reads them; names are in docs/reference/metrics.md."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from server.domain.chores import BACKUP
from server.domain.incidents import IncidentKind
from server.domain.lifecycle import CaseStatus
from server.services.operations.figures import Snapshot

#: ways out whose names are the program's: not settled yet, and mail
_NAMED: Final = ("", "mail")
_OTHERS: Final = "webhook"


def rendered(snapshot: Snapshot | None, free_bytes: int) -> bytes:
    """The lines of one scrape; without a snapshot those that need no database."""
    registry = CollectorRegistry()
    registry.register(_Shown(snapshot, free_bytes))
    return generate_latest(registry)


class _Shown(Collector):
    def __init__(self, snapshot: Snapshot | None, free_bytes: int) -> None:
        self._snapshot = snapshot
        self._free_bytes = free_bytes

    def collect(self) -> Iterable[Metric]:
        """Every figure there is now."""
        is_up = float(self._snapshot is not None)
        yield _gauge("rongcuo_database_up", "The database answers", is_up)
        free = float(self._free_bytes)
        yield _gauge("rongcuo_disk_free_bytes", "Room left where the data lies", free)
        if self._snapshot is not None:
            yield from _timers(self._snapshot)
            yield from _outbox(self._snapshot)
            yield from _states(self._snapshot)
            yield from _ages(self._snapshot)


def _timers(found: Snapshot) -> Iterator[Metric]:
    text = "How long the timer that is due longest has waited"
    yield _gauge("rongcuo_timer_lag_seconds", text, found.lag)
    yield _gauge("rongcuo_timers_due", "Timers whose moment has come", found.due.count)


def _outbox(found: Snapshot) -> Iterator[Metric]:
    labels = ("kind", "channel")
    pending = GaugeMetricFamily("rongcuo_outbox_pending", "What has not gone out", labels=labels)
    oldest = GaugeMetricFamily(
        "rongcuo_outbox_oldest_seconds", "Age of the oldest that has not gone out", labels=labels
    )
    counts = Counter[tuple[str, str]]()
    ages: dict[tuple[str, str], float] = {}
    for each in found.waiting:
        # the name of a way is the operator's: all but mail are addresses of groups
        named = (each.kind, each.channel if each.channel in _NAMED else _OTHERS)
        counts[named] += each.count
        ages[named] = max((found.now - each.oldest).total_seconds(), ages.get(named, 0.0))
    for named, count in counts.items():
        pending.add_metric(named, count)
        oldest.add_metric(named, ages[named])
    yield pending
    yield oldest


def _states(found: Snapshot) -> Iterator[Metric]:
    incidents = GaugeMetricFamily("rongcuo_incidents_open", "Open incidents", labels=("kind",))
    for kind in IncidentKind:
        incidents.add_metric((kind.value,), found.incidents.get(kind, 0))
    yield incidents
    cases = GaugeMetricFamily("rongcuo_cases", "Cases that are not over", labels=("status",))
    for status in (CaseStatus.OPEN, CaseStatus.SUSPENDED):
        cases.add_metric((status.value,), found.cases.get(status, 0))
    yield cases


def _ages(found: Snapshot) -> Iterator[Metric]:
    text = "Last year whose holidays are known"
    yield _gauge("rongcuo_calendar_last_year", text, float(max(found.years, default=0)))
    if found.backup_age is not None:
        yield _gauge("rongcuo_backup_age_seconds", "Since the last backup", found.backup_age)
        is_good = float(found.beats[BACKUP].detail.get("ok") is not False)
        yield _gauge("rongcuo_backup_ok", "The last backup went well", is_good)
    if found.verification_age is not None:
        text = "Since the record was last verified"
        yield _gauge("rongcuo_verification_age_seconds", text, found.verification_age)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)

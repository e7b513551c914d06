"""The scheduler: a round every few seconds that lets happen what is due; lines, never logic.

Its times are only ticks: what is due stands in the tables, so a round that is missed or interrupted
costs nothing but time. Any number of processes may run rounds beside one database.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from server.domain.access import SYSTEM
from server.services import heartbeats, limits
from server.services.case import idempotency
from server.services.context import Tools, transaction
from server.services.files import attachments
from server.services.identity import session_rows, sign_in_attempts
from server.services.notices import delivery
from server.services.verbs import ticks
from server.telemetry import Meters

#: seconds between two rounds, and between two clean-ups
ROUND = 5
TIDY = 3600

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Worker:
    """The background work of one process."""

    tools: Tools
    #: what the installation's clock shows; in a drill not the real time
    clock: Callable[[], datetime]
    meters: Meters
    scheduler: BackgroundScheduler

    def start(self) -> None:
        """Begin, with a first round at once."""
        at_once = datetime.now(UTC)
        options = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        self.scheduler.add_job(
            self.round, "interval", seconds=ROUND, next_run_time=at_once, **options
        )
        self.scheduler.add_job(
            self.tidy,
            "interval",
            seconds=TIDY,
            next_run_time=at_once + timedelta(minutes=1),
            **options,
        )
        self._every(ROUND, self.post, at_once)
        self.scheduler.start()

    def stop(self) -> None:
        """End after the round under way."""
        self.scheduler.shutdown(wait=True)

    def round(self) -> None:
        """Let happen what is due; a failure is logged and the next round tries again."""
        self._guarded(self._round)

    def post(self) -> None:
        """Send notices out; a receiver that is slow keeps no round waiting."""
        self._guarded(lambda: delivery.deliver(self.tools, self.clock, lambda: datetime.now(UTC)))

    def tidy(self) -> None:
        """Forget what was kept for a time that is over."""
        self._guarded(self._tidy)

    def _every(self, seconds: int, work: Callable[[], None], first: datetime) -> None:
        self.scheduler.add_job(
            work,
            "interval",
            seconds=seconds,
            next_run_time=first,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

    def _round(self) -> None:
        ticked = ticks.run_due(self.tools, self.clock())
        for done in ticked.timers:
            self.meters.timers.labels(done.state).inc()
        heartbeats.beat(self.tools, "round", datetime.now(UTC))
        self.meters.last_round.set_to_current_time()
        if ticked.timers or ticked.messages:
            failed = sum(done.state == "failed" for done in ticked.timers)
            told = {"timers": len(ticked.timers), "failed": failed, "messages": ticked.messages}
            _log.info("round", extra=told)

    def _tidy(self) -> None:
        with transaction(self.tools, SYSTEM, self.clock()) as ctx:
            idempotency.forget_old(ctx)
            limits.forget_old(ctx)
            session_rows.forget_old(ctx)
            sign_in_attempts.forget_old(ctx)
            attachments.forget_drafts(ctx)
        attachments.drop_orphans(self.tools, datetime.now(UTC))

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:  # noqa: BLE001  # the scheduler goes on whatever a round meets
            self.meters.rounds.labels("failed").inc()
            _log.error("round failed", exc_info=True)
        else:
            self.meters.rounds.labels("done").inc()


def worker(tools: Tools, clock: Callable[[], datetime], meters: Meters) -> Worker:
    """The background work over these tools; nothing runs before ``start``."""
    return Worker(
        tools=tools, clock=clock, meters=meters, scheduler=BackgroundScheduler(timezone=UTC)
    )

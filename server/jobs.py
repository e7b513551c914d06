"""The background work of a process: a table of chores, each guarded on its own.

Their times are only ticks: what is due stands in the tables, so a chore that is missed or
interrupted costs nothing but time. Any number of processes may do them beside one database.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Final
from uuid import uuid4

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from server.domain import chores
from server.domain.chores import Chore
from server.domain.expressions import Json
from server.domain.incidents import IncidentKind
from server.services import heartbeats, tidying
from server.services.context import Ending, Tools
from server.services.desk import follow_ups
from server.services.migrating import rounds
from server.services.notices import delivery
from server.services.operations import incidents, outages, settling, upkeep, verification, workers
from server.services.operations.clock_watch import ClockWatch
from server.services.papers import printing
from server.services.replaying import runs as replays
from server.services.verbs import (
    agendas,
    campaign_cases,
    left_behind,
    messages,
    noted_recusals,
    reporter_bars,
    ticks,
)
from server.services.verbs.ticks import Ticked
from server.telemetry import Meters

#: how long a process waits before the chores that are done seldom
_SETTLED: Final = timedelta(minutes=1)

_log = logging.getLogger(__name__)


@dataclass(kw_only=True, slots=True)
class _Known:
    """What a process knows of its own background work."""

    #: names this process among the others
    name: str = field(default_factory=lambda: uuid4().hex[:12])
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    #: chores that have not been done yet, or not since they failed
    doubtful: set[str] = field(default_factory=lambda: {chore.name for chore in chores.CHORES})
    is_catching_up: bool = False
    has_looked_back: bool = False
    #: papers this process cannot print
    unprintable: set[str] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True, slots=True)
class Worker:
    """The background work of one process."""

    tools: Tools
    #: what the installation's clock shows; in a drill not the real time
    clock: Callable[[], datetime]
    meters: Meters
    scheduler: BackgroundScheduler
    #: the process was told to end
    ending: Event
    #: the clock of the machine, and whether it can be believed
    watch: ClockWatch = field(default_factory=ClockWatch)
    _known: _Known = field(default_factory=_Known)

    def start(self) -> None:
        """Begin, with a first round at once."""
        _log.info("background work begins")
        at_once = datetime.now(UTC)
        for chore in chores.CHORES:
            self.scheduler.add_job(
                self.look_for,
                "interval",
                args=(chore,),
                seconds=chore.looked_at.total_seconds(),
                next_run_time=at_once + (_SETTLED if chore.is_seldom else timedelta(0)),
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        self.scheduler.start()

    def stop(self) -> None:
        """End as soon as each chore under way has done what it is at: a case, a letter, a piece.

        However much is due, that is a short time: the rest is due when somebody comes back.
        """
        self.ending.set()
        self.scheduler.shutdown(wait=True)
        _log.info("background work ends")

    def round(self) -> None:
        """Let happen what is due; see :meth:`do`."""
        self.do(chores.ROUND)

    def tidy(self) -> None:
        """Forget what was kept for a time that is over; see :meth:`do`."""
        self.do(chores.TIDY)

    def do(self, chore: Chore) -> None:
        """Do this now; a failure is logged and counted and becomes an incident, nothing more."""
        began = self.watch.steady()
        try:
            told = _WORK[chore.name](self)
            self._done(chore, told)
        except Ending:
            _log.info("chore interrupted", extra={"chore": chore.name})
        except Exception as error:  # noqa: BLE001  # no chore stops another, whatever it meets
            self._failed(chore, error)
        else:
            self.meters.chores.labels(chore.name, "done").inc()
        self.meters.chore_seconds.labels(chore.name).observe(self.watch.steady() - began)

    def look_for(self, chore: Chore) -> None:
        """Do this if it is owed."""
        if not chore.is_seldom or self._is_owed(chore):
            self.do(chore)

    def _is_owed(self, chore: Chore) -> bool:
        try:
            last = heartbeats.latest(self.tools, chore.name)
        except SQLAlchemyError as error:
            self._failed(chore, error)
            return False
        return chore.is_owed(last, self.watch.wall())

    def _done(self, chore: Chore, told: dict[str, Json]) -> None:
        real_now = self.watch.wall()
        if chore.is_seldom:
            heartbeats.note(self.tools, chore.name, real_now, told)
        else:
            heartbeats.beat(self.tools, chore.name, real_now)
        for met in settling.settle(self.tools, real_now):
            _log.warning("trouble passed", extra={"incident": met.kind, "times": met.count})
        if chore.name in self._known.doubtful:
            incidents.over(self.tools, _FAILED, real_now, subject=chore.name)
            self._known.doubtful.discard(chore.name)

    def _failed(self, chore: Chore, error: Exception) -> None:
        self.meters.chores.labels(chore.name, "failed").inc()
        real_now = self.watch.wall()
        kind = settling.note(self.tools, error, real_now)
        told = {"chore": chore.name, "incident": kind or _FAILED}
        _log.error("chore failed", exc_info=error, extra=told)
        if kind is not None:
            return  # every chore meets it: it is told once, when it can be written
        self._known.doubtful.add(chore.name)
        try:
            detail: dict[str, Json] = {"error": type(error).__name__}
            incidents.met(self.tools, _FAILED, real_now, subject=chore.name, detail=detail)
        except Exception as worse:  # noqa: BLE001  # it is told in the log already
            settling.note(self.tools, worse, real_now)

    def _round(self) -> dict[str, Json]:
        now = self.clock()
        if self.watch.is_held(self.tools):
            self._count(Ticked(timers=(), messages=messages.hand_over(self.tools, now)))
            return {}
        self._look_back(now)
        follow_ups.remind(self.tools, now)
        for portion in ticks.run_portions(self.tools, now):
            self._count(portion)
            self._catch_up(now, len(portion.timers))
            # a long round is no silence
            heartbeats.beat(self.tools, chores.ROUND.name, self.watch.wall())
        return {}

    def _count(self, ticked: Ticked) -> None:
        for done in ticked.timers:
            self.meters.timers.labels(done.state).inc()
        self.meters.last_round.set_to_current_time()
        if ticked.timers or ticked.messages:
            failed = sum(done.state == "failed" for done in ticked.timers)
            told = {"timers": len(ticked.timers), "failed": failed, "messages": ticked.messages}
            _log.info("round", extra=told)

    def _look_back(self, now: datetime) -> None:
        """Was nothing done for a while; what an earlier process was making up for goes on."""
        known = self._known
        found = outages.noticed(self.tools, self.watch.wall(), now)
        if found is None and not known.has_looked_back:
            found = outages.under_way(self.tools)
        known.has_looked_back = True
        if found is not None and not known.is_catching_up:
            known.is_catching_up = True
            _log.warning("catching up", extra={"incident": IncidentKind.OUTAGE})

    def _catch_up(self, now: datetime, count: int) -> None:
        if not self._known.is_catching_up:
            return
        found = outages.made_up(self.tools, self.watch.wall(), now, count)
        if found is not None:
            self._known.is_catching_up = False
            _log.info("caught up", extra={"incident": IncidentKind.OUTAGE, "timers": found.made_up})

    def _deliver(self) -> dict[str, Json]:
        done = delivery.deliver(self.tools, self.clock, self.watch.wall)
        if done.sent or done.failed:
            _log.info("delivered", extra={"letters": done.sent, "failed": done.failed})
        return {}

    def _print(self) -> dict[str, Json]:
        done = printing.print_waiting(self.tools, self.clock, self._known.unprintable)
        if done:
            _log.info("papers printed", extra={"papers": done})
        return {}

    def _look_after(self) -> dict[str, Json]:
        real_now = self.watch.wall()
        workers.beat(self.tools, self._known.name, self._known.began_at, real_now)
        upkeep.look(self.tools, real_now)
        return {}

    def _give_back(self) -> dict[str, Json]:
        now = self.clock()
        found = left_behind.give_back(self.tools, now) + reporter_bars.settle(self.tools, now)
        found += noted_recusals.settle(self.tools, now)
        if found:
            _log.info("left behind", extra={"cases": found})
        return {}

    def _convene(self) -> dict[str, Json]:
        found = agendas.come_round(self.tools, self.clock())
        if found:
            _log.info("agendas", extra={"matters": found})
        return {}

    def _hold_campaigns(self) -> dict[str, Json]:
        opened = campaign_cases.sweep(self.tools, self.clock())
        if opened:
            _log.info("campaigns", extra={"cases": opened})
        return {}

    def _replay(self) -> dict[str, Json]:
        found = replays.work(self.tools, self.clock)
        if found:
            _log.info("played on a draft", extra={"cases": found})
        return {}

    def _tidy(self) -> dict[str, Json]:
        tidying.tidy(self.tools, self.clock(), self.watch.wall())
        return {}

    def _verify(self) -> dict[str, Json]:
        found = verification.verify(self.tools, self.watch.wall())
        told = found.told()
        level = logging.INFO if found.is_whole else logging.ERROR
        _log.log(level, "record verified", extra={"records": told["count"]})
        return told


_FAILED: Final = IncidentKind.CHORE_FAILED

#: what each chore does; gives what is noted down of it
_WORK: Final[Mapping[str, Callable[[Worker], dict[str, Json]]]] = {
    chores.ROUND.name: Worker._round,
    chores.DELIVER.name: Worker._deliver,
    chores.PRINT.name: Worker._print,
    chores.WATCH.name: Worker._look_after,
    chores.LEFT.name: Worker._give_back,
    chores.AGENDAS.name: Worker._convene,
    chores.CAMPAIGNS.name: Worker._hold_campaigns,
    chores.REPLAY.name: Worker._replay,
    chores.MIGRATE.name: lambda it: {"cases": rounds.work(it.tools, it.clock)},
    chores.TIDY.name: Worker._tidy,
    chores.VERIFY.name: Worker._verify,
}


def worker(tools: Tools, clock: Callable[[], datetime], meters: Meters) -> Worker:
    """The background work over these tools; nothing runs before ``start``."""
    ending = Event()
    return Worker(
        tools=replace(tools, is_ending=ending.is_set),
        clock=clock,
        meters=meters,
        scheduler=BackgroundScheduler(timezone=UTC),
        ending=ending,
    )

"""What befalls people and offices while a case is worked on, the rounds of the program, and how
everything becomes again what it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import delete, select, update

from server import jobs
from server.domain.absences import Absence
from server.domain.access import SYSTEM, Actor
from server.domain.chores import LEFT, ROUND
from server.models.identity import Person, Post, Unit
from server.models.work import absence
from server.services.context import reading
from server.services.identity import people, staffing
from server.services.operations.clock_watch import ClockWatch
from server.services.verbs import absences
from server.telemetry import Meters
from tests.factories.crowd import PEOPLE, STAFF
from tests.factories.site import Clock
from tests.factories.tiny import NOW, Tiny

#: what the machine's own clock shows, all the time
_REAL: Final = datetime(2026, 2, 12, 1, 0, tzinfo=UTC)
_GONE: Final = "_gone"
_COUNTED: Final = "rongcuo_chores_total"


@dataclass(kw_only=True)
class Mishaps:
    """The people of one installation, and its background work."""

    tiny: Tiny
    clock: Clock = field(default_factory=lambda: Clock(NOW))
    meters: Meters = field(default_factory=Meters)
    #: who is away -> who stands in for him, and the arrangement
    away: dict[str, tuple[str, str]] = field(default_factory=dict)
    #: whose post or account has ended
    out: set[str] = field(default_factory=set)
    _actors: dict[str, Actor] = field(default_factory=dict)
    _worker: list[jobs.Worker] = field(default_factory=list)

    def actor(self, login: str) -> Actor:
        """The person with this login, without his posts."""
        if login not in self._actors:
            with reading(self.tiny.tools, SYSTEM, NOW) as ctx:
                self._actors[login] = people.actor(ctx, login)
        return self._actors[login]

    def go_away(self, login: str, substitute: str, now: datetime, days: int) -> None:
        """He arranges who stands in for him, from today on."""
        two = (self.tiny.person(login), self.tiny.person(substitute))
        today = now.date()
        wanted = Absence(
            person_id=two[0],
            substitute_id=two[1],
            from_on=today,
            to_on=today + timedelta(days=days),
        )
        made = self.tiny.act(login, lambda ctx: absences.arrange(ctx, wanted), now)
        self.away[login] = (substitute, made)

    def come_back(self, login: str, now: datetime) -> None:
        """He ends the arrangement."""
        _stands_in, arranged = self.away.pop(login)
        self.tiny.act(login, lambda ctx: absences.end(ctx, arranged), now)

    def holds(self, arranged: str, now: datetime) -> bool:
        """Is it about this day."""
        wanted = select(absence.c.id).where(absence.c.id == arranged, absences.holds(now.date()))
        with self.tiny.tools.readers() as session:
            return session.scalar(wanted) is not None

    def lose_post(self, login: str, now: datetime) -> None:
        """Yesterday was the last day of his posts."""
        last = now.date() - timedelta(days=1)
        wanted = select(Post.id).where(
            Post.person_id == self.tiny.person(login), Post.to_on.is_(None)
        )
        with self.tiny.tools.readers() as session:
            held = sorted(session.scalars(wanted))
        for post_id in held:
            self.tiny.program(partial(staffing.end_post, post_id=post_id, to_on=last), now)
        self.out.add(login)

    def lose_account(self, login: str, now: datetime) -> None:
        """His account is closed."""
        person = self.tiny.person(login)
        self.tiny.program(lambda ctx: staffing.disable(ctx, person), now)
        self.out.add(login)

    def round(self, now: datetime) -> None:
        """The program does what it does by itself; nothing of it may fail."""
        if not self._worker:
            made = jobs.worker(self.tiny.tools, self.clock, self.meters)
            watch = ClockWatch(wall=lambda: _REAL, steady=lambda: 0.0)
            self._worker.append(replace(made, watch=watch))
        self.clock.moment = now
        for chore in (ROUND, LEFT):
            self._worker[0].do(chore)
            asked = {"chore": chore.name, "result": "failed"}
            assert not self.meters.registry.get_sample_value(_COUNTED, asked), chore.name

    @contextmanager
    def without_offices(self) -> Iterator[None]:
        """Nobody is competent for anything: whatever is opened meanwhile is a fault."""
        keys = tuple(STAFF)
        lost = update(Unit).where(Unit.key.in_(keys)).values(kind=Unit.kind + _GONE)
        self._execute(lost)
        try:
            yield
        finally:
            with self.tiny.tools.readers() as session:
                kinds = session.execute(select(Unit.key, Unit.kind).where(Unit.key.in_(keys))).all()
            for key, kind in kinds:
                back = kind.removesuffix(_GONE)
                self._execute(update(Unit).where(Unit.key == key).values(kind=back))

    def undo(self) -> None:
        """Everybody is there again, in his post."""
        if self.away:
            self._execute(delete(absence))
        if self.out:
            ids = select(Person.id).where(Person.login.in_(PEOPLE))
            self._execute(update(Post).where(Post.person_id.in_(ids)).values(to_on=None))
            self._execute(update(Person).where(Person.id.in_(ids)).values(state="active"))
        self.away.clear()
        self.out.clear()

    def _execute(self, statement: object) -> None:
        with self.tiny.tools.database.begin() as connection:
            connection.execute(statement)  # type: ignore[call-overload]

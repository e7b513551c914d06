"""One use case, one transaction: the only commit in the code.

Every verb of ``services`` takes a :class:`Context` first. Leaving :func:`transaction` appends the
collected audit events under the lock of the chain's head, commits, and only then runs what was
asked for after the commit. Any exception undoes the whole use case, its audit events included,
and throws away what the engine holds in memory of the cases it touched.
"""

import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeVar, cast

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from server.adapters.ring import Ring
from server.adapters.storage import Storage
from server.checker.drawing import Drawing
from server.config import Config
from server.domain.access import Actor
from server.domain.calendar import CHINA_TIME, WorkingCalendar
from server.domain.channels import Ways
from server.domain.errors import Conflict
from server.domain.expressions import Evaluate, Json
from server.domain.texts import _
from server.engine.port import WorkflowEngine
from server.engine.standing_child import Rooms
from server.services import audit, buffers
from server.services.buffers import Buffer, Buffers, Shelf, Together
from server.services.law.releases import Release
from server.services.troubles import Troubles

T = TypeVar("T")


class Ending(Exception):
    """The process was told to end while much was to be done: what is done stays, the rest waits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """Everything a use case works with, built once in ``app.build``."""

    config: Config
    database: Engine
    #: sessions that write
    writers: sessionmaker[Session]
    #: sessions the database itself keeps from writing
    readers: sessionmaker[Session]
    #: bytes of attachments
    storage: Storage
    #: opens who reported
    ring: Ring
    engine: WorkflowEngine
    evaluate: Evaluate
    #: loaded pack versions by id; a release never changes, so it is never outdated
    releases: MutableMapping[str, Release]
    #: working calendars by key, each with the number of days it was built from
    calendars: MutableMapping[str, tuple[int, WorkingCalendar]] = field(default_factory=dict)
    #: how notices leave the house; only who does background work knows
    ways: Ways = field(default_factory=Ways)
    #: trouble with database and disk that could not be written down yet
    troubles: Troubles = field(default_factory=Troubles)
    #: checks of what designers draw; only a server keeps children waiting for them
    drawing: Drawing = field(default_factory=Drawing)
    #: processes that rehearse, None where nothing is rehearsed
    rooms: Rooms | None = None
    #: waits that many seconds before an answer is given to somebody who guesses
    pause: Callable[[float], None] = time.sleep
    #: was the process told to end; only background work asks
    is_ending: Callable[[], bool] = lambda: False

    def go_on(self) -> None:
        """Return when there is time for more; said between one short transaction and the next.

        Raises:
            Ending: the process was told to end.
        """
        if self.is_ending():
            raise Ending


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """One use case under way: its session, who acts, and when."""

    session: Session
    actor: Actor
    #: the one moment of this use case; nothing asks the wall clock
    now: datetime
    tools: Tools
    events: list[audit.Happened] = field(default_factory=list)
    #: cases the engine was asked about
    stepped: set[str] = field(default_factory=set)
    hooks: list[Callable[[], None]] = field(default_factory=list)
    #: rows of cases this use case has in memory
    buffers: Buffers = field(default_factory=dict)
    #: what does not change while this use case lasts, or only by whoever keeps it here
    memo: dict[tuple[str, ...], object] = field(default_factory=dict)
    #: nothing is written in it: what was asked once is not asked again
    only_reads: bool = False

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("naive datetime")

    @property
    def today(self) -> date:
        """The day of this use case, in the time of the country."""
        return self.now.astimezone(CHINA_TIME).date()

    def record(
        self,
        verb: str,
        target: str,
        case_id: str | None = None,
        detail: dict[str, Json] | None = None,
        chain: str = audit.ACT,
    ) -> None:
        """Note an act for an audit chain; it is appended in the same commit or not at all.

        ``detail`` holds ids, hashes and dates, never content of a case.
        """
        told = dict(detail or {})
        if self.actor.on_behalf_of:
            told["on_behalf_of"] = self.actor.on_behalf_of
        self.events.append(
            audit.Happened(verb=verb, target=target, case_id=case_id, detail=told, chain=chain)
        )

    def speaking_for(self, person_id: str) -> "Context":
        """The same use case; what is done in it from here on is done in this person's name."""
        return replace(self, actor=replace(self.actor, on_behalf_of=person_id))

    def once(self, key: tuple[str, ...], ask: Callable[[], T]) -> T:
        """The answer to a question; a use case that only reads asks it once, others each time."""
        if not self.only_reads:
            return ask()
        if key not in self.memo:
            self.memo[key] = ask()
        return cast("T", self.memo[key])

    def afterwards(self) -> "Context":
        """The same use case once all is done and written: from here on it only reads."""
        self.settle()
        return replace(self, only_reads=True, memo=dict(self.memo))

    def engine_used(self, case_id: str) -> None:
        """Say that the engine holds a live object of this case; a rollback will drop it."""
        self.stepped.add(case_id)

    def rows(self, shelf: Shelf, case_id: str) -> Buffer:
        """The rows of a case on this shelf, read when they are first asked for."""
        key = (shelf.table.name, case_id)
        if key not in self.buffers:
            self.buffers[key] = Buffer(self.session, shelf, case_id)
        return self.buffers[key]

    def foresee(self, together: Together, case_id: str) -> None:
        """Read these shelves of a case at once, unless one of them is in memory already."""
        kept = [self.rows(shelf, case_id) for shelf in together.shelves]
        if not any(buffer.is_read for buffer in kept):
            together.take(self.session, case_id, kept)

    def settle(self) -> None:
        """Write what is in memory, and read it anew when it is asked for again."""
        buffers.write(self.buffers)
        self.buffers.clear()

    def after_commit(self, hook: Callable[[], None]) -> None:
        """Run this once the commit is done, and not if it fails; it may be lost in a crash."""
        self.hooks.append(hook)


@contextmanager
def transaction(tools: Tools, actor: Actor, now: datetime) -> Iterator[Context]:
    """One use case that writes: all of it is committed on leaving, or nothing.

    Raises:
        Conflict: a row was changed by someone else since it was loaded.
    """
    with tools.writers() as session:
        ctx = Context(session=session, actor=actor, now=now, tools=tools)
        try:
            yield ctx
            ctx.settle()
            session.flush()
            audit.append(session, ctx.events, actor=actor, now=now, config=tools.config)
            session.commit()
        except BaseException as error:
            session.rollback()
            for case_id in ctx.stepped:
                tools.engine.forget(case_id)
            if isinstance(error, StaleDataError):
                raise Conflict(_("该内容已被他人更改，请刷新后重试")) from error
            raise
    for hook in ctx.hooks:
        hook()


@contextmanager
def reading(tools: Tools, actor: Actor, now: datetime) -> Iterator[Context]:
    """One use case that only reads; a write inside it is refused by the database."""
    with tools.readers() as session:
        yield Context(session=session, actor=actor, now=now, tools=tools, only_reads=True)

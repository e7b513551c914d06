"""How the installation stands, for whoever runs it: what needs him, and every part of it.

No content of a case and nobody's name but those of administrators: which case, where in its
procedure, what kind of fault.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Final

from server.domain.channels import FAULT_WORDS
from server.domain.chores import BACKUP, CHORES, ROUND, VERIFY, Chore
from server.domain.incidents import ADVICE, TITLES, IncidentKind
from server.domain.texts import _
from server.queries import incidents as case_incidents
from server.queries import operations as queries
from server.queries.operations import Beat, Incident, Message
from server.services import schema
from server.services.calendar import calendar_gaps
from server.services.calendar.calendar_gaps import Gap
from server.services.context import Context
from server.services.operations import figures, upkeep, workers
from server.services.operations.figures import Snapshot
from server.services.operations.workers import Process

#: how long incidents that are over are shown
REMEMBERED: Final = timedelta(days=30)
#: a message between cases that waits longer is shown
LONG: Final = timedelta(days=1)
#: background work that was done no longer ago goes on
ALIVE: Final = timedelta(minutes=2)
#: the last backup and the last verification should not be older
BACKUP_DUE: Final = timedelta(days=2)
VERIFY_DUE: Final = timedelta(days=2)

#: what comes first of what is wrong
_RANK: Final = {
    kind: rank
    for rank, kind in enumerate(
        (
            IncidentKind.AUDIT_BROKEN,
            IncidentKind.DATABASE_GONE,
            IncidentKind.DISK_FULL,
            IncidentKind.CLOCK_JUMPED,
            IncidentKind.OUTAGE,
            IncidentKind.CHORE_FAILED,
            IncidentKind.CHANNEL_DOWN,
        )
    )
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """An incident with its words."""

    incident: Incident
    title: str
    #: what it is about, in words: a chore, a channel, a machine, a chain
    subject: str
    advice: str
    #: two moments it tells of: from and to, or before and after
    first: datetime | None
    second: datetime | None
    #: what kind of fault, in words where there are any
    error: str

    @property
    def is_clock(self) -> bool:
        """May somebody say that it is over: the clock is right as it is."""
        return self.incident.kind == IncidentKind.CLOCK_JUMPED


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """A chore, when it was done last, and since when it has failed."""

    chore: Chore
    at: datetime | None
    failing_since: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """A way out for notices."""

    name: str
    waiting: int
    oldest: datetime | None
    given_up: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """What runs here."""

    version: str
    python: str
    #: SQLite or PostgreSQL
    database: str
    revision: str
    processes: tuple[Process, ...]
    free_bytes: int

    @property
    def is_low(self) -> bool:
        """Is room running out where the data lies."""
        return self.free_bytes < upkeep.LOW


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """Everything on the page."""

    snapshot: Snapshot
    #: what needs somebody: in words, and the part of the page it stands in
    needs: tuple[tuple[str, str], ...]
    troubles: tuple[Trouble, ...]
    passed: tuple[Trouble, ...]
    chores: tuple[Done, ...]
    stopped: tuple[case_incidents.Incident, ...]
    messages: tuple[Message, ...]
    channels: tuple[Channel, ...]
    backup: Beat | None
    verification: Beat | None
    gap: Gap | None
    program: Program


def overview(ctx: Context, real_now: datetime, *, is_drill: bool) -> Overview:
    """How everything stands at this moment; a drill needs no backups."""
    session = ctx.session
    snapshot = figures.taken(ctx.tools, ctx.now, real_now)
    open_ = sorted(snapshot.open_incidents, key=lambda each: _RANK[IncidentKind(each.kind)])
    found = Overview(
        snapshot=snapshot,
        needs=(),
        troubles=tuple(_trouble(each) for each in open_),
        passed=tuple(
            _trouble(each) for each in queries.closed_incidents(session, real_now - REMEMBERED)
        ),
        chores=tuple(_done(chore, snapshot, open_) for chore in CHORES),
        stopped=case_incidents.standing(session),
        messages=queries.messages(session, ctx.now - LONG),
        channels=_channels(ctx, snapshot),
        backup=snapshot.beats.get(BACKUP),
        verification=snapshot.beats.get(VERIFY.name),
        gap=calendar_gaps.missing_year(ctx),
        program=_program(ctx, snapshot),
    )
    return _with_needs(found, is_drill=is_drill)


def _with_needs(found: Overview, *, is_drill: bool) -> Overview:
    needs = [*_of_incidents(found), *_of_work(found), *_of_care(found, is_drill=is_drill)]
    return replace(found, needs=tuple(needs))


def _of_incidents(found: Overview) -> list[tuple[str, str]]:
    return [
        (f"{each.title}{_('（{what}）').format(what=each.subject) if each.subject else ''}", "open")
        for each in found.troubles
    ]


def _of_work(found: Overview) -> list[tuple[str, str]]:
    """Cases, messages and notices that do not go on by themselves."""
    given_up = sum(channel.given_up for channel in found.channels)
    round_age = found.snapshot.age(ROUND.name)
    wanted = (
        (
            round_age is None or round_age > ALIVE.total_seconds(),
            _("后台任务没有运行：期限、提醒和上报都停着"),
            "chores",
        ),
        (bool(found.stopped), _("停住的事项{n}件").format(n=len(found.stopped)), "stopped"),
        (
            bool(found.messages),
            _("送不到的函件{n}件").format(n=len(found.messages)),
            "messages",
        ),
        (bool(given_up), _("发不出去的通知{n}条").format(n=given_up), "channels"),
    )
    return [(text, place) for is_so, text, place in wanted if is_so]


def _of_care(found: Overview, *, is_drill: bool) -> list[tuple[str, str]]:
    """What nobody misses until it is missing."""
    wanted = (
        (found.program.is_low, _("磁盘空间快用完了"), "program"),
        (not is_drill and is_backup_due(found), _("该备份了"), "copies"),
        (is_verification_due(found), _("审计记录链两天没有核对过"), "copies"),
        (
            found.gap is not None,
            _("{year}年放假安排尚未导入").format(year=found.gap.year if found.gap else ""),
            "calendar",
        ),
    )
    return [(text, place) for is_so, text, place in wanted if is_so]


def is_backup_due(found: Overview) -> bool:
    """Was there none for too long, or did the last one go wrong."""
    age = found.snapshot.backup_age
    is_bad = found.backup is not None and found.backup.detail.get("ok") is False
    return age is None or age > BACKUP_DUE.total_seconds() or is_bad


def is_verification_due(found: Overview) -> bool:
    """Was the record not walked for too long; one that is new has not been yet."""
    age = found.snapshot.verification_age
    return age is not None and age > VERIFY_DUE.total_seconds()


def _trouble(found: Incident) -> Trouble:
    kind, detail = IncidentKind(found.kind), found.detail
    first, second = detail.get("from", detail.get("before")), detail.get("to", detail.get("after"))
    return Trouble(
        incident=found,
        title=TITLES[kind],
        subject=_subject(kind, found.subject),
        advice=ADVICE[kind],
        first=datetime.fromisoformat(first) if isinstance(first, str) else None,
        second=datetime.fromisoformat(second) if isinstance(second, str) else None,
        error=FAULT_WORDS.get(str(detail.get("error", "")), str(detail.get("error", ""))),
    )


def _subject(kind: IncidentKind, subject: str) -> str:
    """A chore and a chain have words; a channel and a machine are called what they are called."""
    words = {
        IncidentKind.CHORE_FAILED: {chore.name: chore.title for chore in CHORES},
        IncidentKind.AUDIT_BROKEN: {"act": _("操作链"), "access": _("访问链")},
    }
    return words.get(kind, {}).get(subject, subject)


def _done(chore: Chore, snapshot: Snapshot, open_: Sequence[Incident]) -> Done:
    beat = snapshot.beats.get(chore.name)
    failing = (
        each.opened_at
        for each in open_
        if each.kind == IncidentKind.CHORE_FAILED and each.subject == chore.name
    )
    return Done(chore=chore, at=beat.at if beat else None, failing_since=next(failing, None))


def _channels(ctx: Context, snapshot: Snapshot) -> tuple[Channel, ...]:
    given_up = queries.given_up(ctx.session)
    waiting = {each.channel: each for each in snapshot.waiting if each.kind == "notice"}
    return tuple(
        Channel(
            name=name,
            waiting=waiting[name].count if name in waiting else 0,
            oldest=waiting[name].oldest if name in waiting else None,
            given_up=given_up.get(name, 0),
        )
        for name in sorted({*waiting, *given_up})
    )


def _program(ctx: Context, snapshot: Snapshot) -> Program:
    database = ctx.tools.database
    return Program(
        version=version("rongcuo"),
        python=sys.version.split()[0],
        database={"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database.dialect.name],
        revision=schema.revision(database) or "",
        processes=workers.present(snapshot.beats, snapshot.real_now),
        free_bytes=upkeep.free_bytes(ctx.tools),
    )

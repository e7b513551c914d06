"""The notices of somebody with what he may still know of their cases, and where they lead.

A notice stays his when his post has ended; its text and its way into the case do not: then the
reference alone is left (DOMAIN section 7, no. 25).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

from server.domain.access import Permission, permits
from server.domain.calendar import CHINA_TIME
from server.domain.errors import NotFound
from server.domain.perspectives import Sight
from server.domain.rung_texts import OF_PEOPLE, RungKind, item_of, of_stored
from server.queries import notices, perspectives
from server.queries.notices import Notice
from server.services.context import Context
from server.services.identity import posts

#: notices on one page
PAGE: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One notice as its reader may know it."""

    id: str
    at: datetime
    read_at: datetime | None
    kind: RungKind
    reference: str
    #: empty: he may not know it any more
    text: str
    #: where he goes from here: a task he may act on, else the case, else nowhere
    task_id: str | None
    case_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """The notices of one day that are read, or that are not."""

    on: date
    is_read: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One page of notices."""

    lines: tuple[Line, ...]
    total: int | None
    number: int

    @property
    def days(self) -> tuple[Day, ...]:
        """The same by day, as they come: unread days first."""
        return tuple(
            Day(on=on, is_read=is_read, lines=tuple(lines))
            for (is_read, on), lines in groupby(self.lines, key=_day)
        )


def listed(ctx: Context, number: int = 1, *, size: int = PAGE, only_unread: bool = False) -> Listed:
    """One page of the actor's notices, the unread ones first, then the newest."""
    actor = posts.with_posts(ctx)
    if not permits(actor, Permission.CASE_READ):
        return Listed(lines=(), total=0, number=1)
    found = notices.page(ctx.session, actor, number=number, size=size, only_unread=only_unread)
    return Listed(lines=tuple(_lines(ctx, found.items)), total=found.total, number=number)


def line(ctx: Context, notice_id: str) -> Line:
    """One notice of the actor.

    Raises:
        NotFound: it is none of his.
    """
    found = None if "\x00" in notice_id else notices.one(ctx.session, ctx.actor, notice_id)
    if found is None:
        raise NotFound
    return next(_lines(ctx, (found,)))


def _lines(ctx: Context, found: tuple[Notice, ...]) -> Iterator[Line]:
    """Five statements more, however many notices there are."""
    actor = posts.with_posts(ctx)
    sights = perspectives.of_each(ctx.session, actor, sorted({each.case_id for each in found}))
    clocks = sorted({each.deadline_id for each in found if each.deadline_id})
    tasks = notices.tasks(ctx.session, actor, clocks, on=ctx.today, now=ctx.now)
    for each in found:
        sight = sights.get(each.case_id)
        yield Line(
            id=each.id,
            at=each.at,
            read_at=each.read_at,
            kind=of_stored(each.kind, each.dedupe_key, each.label, each.force),
            reference=each.reference,
            text=each.text if sight is not None and _may_read(sight, each) else "",
            task_id=_task(each, tasks, sight) if sight is not None else None,
            case_id=each.case_id if sight is not None else None,
        )


def _task(notice: Notice, tasks: Mapping[str, str], sight: Sight) -> str | None:
    """The task it leads to: one under its clock, or for who handles the case what it is about."""
    if notice.kind in OF_PEOPLE and sight.is_office:
        return item_of(notice.dedupe_key)
    return tasks.get(notice.deadline_id or "")


def _may_read(sight: Sight, notice: Notice) -> bool:
    """Whoever is party to the case reads nothing that was meant for an office."""
    return notice.unit_id is None or not sight.is_party


def _day(each: Line) -> tuple[bool, date]:
    return each.read_at is not None, each.at.astimezone(CHINA_TIME).date()

"""Runs of closed cases on drafts: what came of them in numbers, and case by case for a head.

Counts name no case and are told in steps (``domain/replays``); everything that names one is
filtered for the head who asks: cases he may know of, of packs in which his office is a desk.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.calendar import CHINA_TIME, ONE_DAY
from server.domain.lifecycle import CaseStatus
from server.domain.replays import Clock, Difference, Result, RunState, clock_of, difference_of
from server.models.case import case
from server.models.definition import PackVersion
from server.models.identity import Person
from server.models.replay import replay_case, replay_run
from server.queries.visibility import visible

#: everything of a run but its files, which are large
_HEAD: Final = tuple(column for column in replay_run.c if column.name != "files")


def closed(
    session: Session, procedures: Collection[str], pack: str, from_on: date, to_on: date
) -> list[str]:
    """Cases of these procedures, or of this pack, closed from one day through the other.

    Those closed last come first; cancelled ones never came to an end.
    """
    begin = datetime.combine(from_on, time.min, CHINA_TIME)
    end = datetime.combine(to_on + ONE_DAY, time.min, CHINA_TIME)
    own = select(PackVersion.id).where(PackVersion.key == pack)
    wanted = (
        select(case.c.id)
        .where(
            or_(case.c.procedure.in_(procedures), case.c.pack_version_id.in_(own)),
            case.c.status == CaseStatus.CLOSED,
            case.c.closed_at >= begin,
            case.c.closed_at < end,
        )
        .order_by(case.c.closed_at.desc(), case.c.id)
    )
    return list(session.scalars(wanted))


def run(session: Session, run_id: str, *, lock: bool = False) -> Row[Any] | None:
    """A run without its files, None where there is none."""
    wanted = select(*_HEAD).where(replay_run.c.id == run_id)
    return session.execute(wanted.with_for_update() if lock else wanted).one_or_none()


def files(session: Session, run_id: str) -> bytes:
    """The draft a run plays, packed."""
    found: bytes = session.scalars(
        select(replay_run.c.files).where(replay_run.c.id == run_id)
    ).one()
    return found


def next_running(session: Session) -> Row[Any] | None:
    """The run that was begun first of those that are not over."""
    wanted = select(replay_run).where(replay_run.c.state == RunState.RUNNING)
    ordered = wanted.order_by(replay_run.c.started_at, replay_run.c.id)
    return session.execute(ordered.limit(1)).one_or_none()


def waiting(session: Session, run_id: str, most: int) -> list[str]:
    """Cases of a run that have not been played."""
    wanted = select(replay_case.c.case_id).where(
        replay_case.c.run_id == run_id, replay_case.c.result.is_(None)
    )
    return list(session.scalars(wanted.order_by(replay_case.c.place).limit(most)))


def of_pack(session: Session, pack: str) -> Sequence[Row[Any]]:
    """The runs of a pack with who began them, the newest first."""
    return session.execute(_runs().where(replay_run.c.pack == pack)).all()


def of_packs(session: Session, packs: Collection[str]) -> Sequence[Row[Any]]:
    """The same of several packs."""
    return session.execute(_runs().where(replay_run.c.pack.in_(packs))).all()


def _runs() -> Select[Any]:
    return (
        select(*_HEAD, Person.name.label("by"))
        .join(Person, Person.id == replay_run.c.started_by)
        .order_by(replay_run.c.started_at.desc(), replay_run.c.id)
    )


def progress(session: Session, run_id: str) -> tuple[int, int]:
    """How many cases were played, and how many there are."""
    done, total = session.execute(
        select(func.count(replay_case.c.result), func.count()).where(replay_case.c.run_id == run_id)
    ).one()
    return done, total


def verdicts(
    session: Session, run_id: str
) -> Iterator[tuple[Result, list[Difference], list[Clock]]]:
    """What came of each case that was played, without the case."""
    rows = session.execute(
        select(replay_case.c.result, replay_case.c.differences, replay_case.c.clocks).where(
            replay_case.c.run_id == run_id, replay_case.c.result.is_not(None)
        )
    )
    for row in rows:
        yield (
            Result(row.result),
            [difference_of(each) for each in row.differences],
            [clock_of(each) for each in row.clocks],
        )


def cases(session: Session, actor: Actor, run_id: str, result: str = "") -> Sequence[Row[Any]]:
    """The cases of a run that this head may know of, those that differ first."""
    order = {Result.OTHER: 0, Result.UNTOLD: 1, Result.SAME: 2}
    wanted = (
        select(
            case.c.id,
            case.c.reference,
            case.c.closed_at,
            replay_case.c.result,
            replay_case.c.differences,
            replay_case.c.clocks,
        )
        .join(case, case.c.id == replay_case.c.case_id)
        .where(
            replay_case.c.run_id == run_id,
            replay_case.c.result.is_not(None),
            visible(actor),
        )
        .order_by(replay_case.c.place)
    )
    if result:
        wanted = wanted.where(and_(replay_case.c.result == result))
    return sorted(session.execute(wanted), key=lambda row: order[Result(row.result)])

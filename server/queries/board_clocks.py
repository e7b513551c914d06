"""The clocks on the board of a head: the notices they gave, their stops and extensions."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from orjson import loads
from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.channels import cause_of, fault_words
from server.domain.expressions import Json
from server.domain.rung_texts import at_of
from server.models.case import case
from server.models.identity import Person
from server.models.outbox import notification, outbox
from server.models.time import deadline, timer
from server.models.work import work_item
from server.queries.board import Narrowed, Office, work_of

#: longest list of clocks that were stopped or extended
MOST_CHANGED = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """A notice that was given about a clock, or will be."""

    deadline_id: str
    #: whose notice it was, e.g. ``case_supervision_office.head``; its position for one to come
    label: str
    position: int | None
    #: units after the due date, negative before it; None for one to come
    offset: int | None
    name: str
    #: the office it went to, None for somebody the case itself names
    unit_id: str | None
    at: datetime
    read_at: datetime | None
    is_sent: bool
    #: nobody held the post
    is_lost: bool
    #: why it did not get there by a way out of the house, empty when it did or went by none
    fault: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """A clock of open work that stands or was extended."""

    id: str
    reference: str
    case_id: str
    title: str
    rule_key: str
    pack_version_id: str
    state: str
    due_on: date | None
    changes: Sequence[Json]


def rungs(session: Session, deadline_ids: Sequence[str]) -> Mapping[str, tuple[Rung, ...]]:
    """The notices given about these clocks and those still to come, by clock; three statements."""
    grouped: dict[str, list[Rung]] = {}
    for rung in (*_given(session, deadline_ids), *_coming(session, deadline_ids)):
        grouped.setdefault(rung.deadline_id, []).append(rung)
    return {key: tuple(sorted(each, key=_place)) for key, each in grouped.items()}


def _given(session: Session, deadline_ids: Sequence[str]) -> Iterator[Rung]:
    faults = _faults(session, deadline_ids)
    rows = session.execute(
        select(
            notification.c.id,
            notification.c.deadline_id,
            notification.c.label,
            notification.c.recipient_id,
            notification.c.unit_id,
            notification.c.created_at,
            notification.c.read_at,
            notification.c.dedupe_key,
            Person.name,
        )
        .outerjoin(Person, Person.id == notification.c.recipient_id)
        .where(notification.c.deadline_id.in_(deadline_ids), notification.c.kind == "deadline")
        .order_by(notification.c.created_at, notification.c.id)
    )
    for row in rows:
        yield Rung(
            deadline_id=row.deadline_id,
            label=row.label,
            position=None,
            offset=at_of(row.dedupe_key),
            name=row.name or "",
            unit_id=row.unit_id,
            at=row.created_at,
            read_at=row.read_at,
            is_sent=True,
            is_lost=row.recipient_id is None,
            fault=fault_words(
                [*faults[row.id], *faults[cause_of(row.dedupe_key, row.recipient_id)]]
            ),
        )


def _faults(session: Session, deadline_ids: Sequence[str]) -> Mapping[str, list[str]]:
    """What was given up on ways out of the house: notice or cause -> why; one statement.

    A letter to a person is owed per notice, one to a group per cause.
    """
    rows = session.execute(
        select(outbox.c.channel, outbox.c.dedupe_key, outbox.c.error).where(
            outbox.c.kind == "notice",
            outbox.c.state == "failed",
            outbox.c.case_id.in_(select(deadline.c.case_id).where(deadline.c.id.in_(deadline_ids))),
        )
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row.dedupe_key.removeprefix(f"{row.channel}:")].append(row.error)
    return found


def _coming(session: Session, deadline_ids: Sequence[str]) -> Iterator[Rung]:
    rows = session.execute(
        select(timer.c.deadline_id, timer.c.rung, timer.c.due_at)
        .where(
            timer.c.deadline_id.in_(deadline_ids),
            timer.c.kind == "rung",
            timer.c.state == "armed",
        )
        .order_by(timer.c.due_at)
    )
    for row in rows:
        yield Rung(
            deadline_id=row.deadline_id,
            label="",
            position=row.rung,
            offset=None,
            name="",
            unit_id=None,
            at=row.due_at,
            read_at=None,
            is_sent=False,
            is_lost=False,
        )


def _place(rung: Rung) -> tuple[bool, int, datetime, str]:
    return not rung.is_sent, rung.offset or 0, rung.at, rung.name


def changed(
    session: Session, actor: Actor, units: Sequence[Office], narrowed: Narrowed
) -> tuple[Changed, ...]:
    """Clocks of the open work of these offices that stand or were changed; one statement."""
    rows = session.execute(
        select(
            case.c.reference,
            case.c.id.label("case_id"),
            func.max(work_item.c.title).label("title"),
            deadline.c.id,
            deadline.c.rule_key,
            case.c.pack_version_id,
            deadline.c.state,
            deadline.c.due_on,
            cast(deadline.c.changes, String).label("changes"),
        )
        .join(case, case.c.id == work_item.c.case_id)
        .join(deadline, deadline.c.id == work_item.c.deadline_id)
        .where(*work_of(actor, units, narrowed), cast(deadline.c.changes, String) != "[]")
        .group_by(
            case.c.reference,
            case.c.id,
            deadline.c.id,
            deadline.c.rule_key,
            case.c.pack_version_id,
            deadline.c.state,
            deadline.c.due_on,
            cast(deadline.c.changes, String),
        )
        .order_by(case.c.reference)
        .limit(MOST_CHANGED)
    )
    return tuple(_changed(row) for row in rows)


def _changed(row: Any) -> Changed:
    return Changed(**{**row._mapping, "changes": loads(row.changes)})

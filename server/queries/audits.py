"""The audit chains as their administrator reads them: who did what when, never content."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from server.domain.expressions import Json
from server.models.audit import AuditEvent
from server.models.identity import Person
from server.queries import totals


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the list is narrowed to; what is empty narrows nothing."""

    #: act or access
    chain: str = ""
    verb: str = ""
    actor_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One record."""

    chain: str
    seq: int
    at: datetime
    actor_id: str
    #: empty for the program itself
    actor_name: str
    verb: str
    target: str
    case_id: str | None
    #: ids, hashes and dates
    detail: Mapping[str, Json]
    hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of records."""

    items: tuple[Entry, ...]
    #: exact up to 10 000, None beyond
    total: int | None


def page(session: Session, wanted: Wanted, *, page: int, page_size: int) -> Page:
    """One page of the records, the latest first; of equal moments acts before accesses."""
    conditions = _conditions(wanted)
    rows = session.execute(
        select(AuditEvent, Person.name)
        .outerjoin(Person, Person.id == AuditEvent.actor_id)
        .where(*conditions)
        .order_by(AuditEvent.at.desc(), AuditEvent.chain, AuditEvent.seq.desc())
        .limit(page_size)
        .offset((page - 1) * page_size)
    )
    items = tuple(_entry(event, name) for event, name in rows)
    return Page(items=items, total=totals.total(session, select(AuditEvent.seq).where(*conditions)))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    named = {
        AuditEvent.chain: wanted.chain,
        AuditEvent.verb: wanted.verb,
        AuditEvent.actor_id: wanted.actor_id,
    }
    found = [column == value for column, value in named.items() if value]
    if wanted.since:
        found.append(AuditEvent.at >= wanted.since)
    if wanted.until:
        found.append(AuditEvent.at < wanted.until)
    return found


def _entry(event: AuditEvent, name: str | None) -> Entry:
    columns = ("chain", "seq", "at", "actor_id", "verb", "target", "case_id", "hash")
    return Entry(
        **{column: getattr(event, column) for column in columns},
        actor_name=name or "",
        detail=json.loads(event.text),
    )

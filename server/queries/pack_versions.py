"""The published versions of the packs: law, no case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from server.domain import version_spans
from server.domain.expressions import Json
from server.models.case import case
from server.models.definition import PackVersion
from server.models.identity import Person

#: columns that are told as they are
_SAME = (
    *("id", "key", "version", "title", "label", "valid_from", "procedures", "files"),
    *("legal_basis", "content_hash", "published_at", "reason", "basis"),
    *("retired_on", "retired_at", "retired_reason"),
)

#: of so few cases nobody who designs procedures is told how many there are (SY-5)
FEW: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One published version."""

    id: str
    key: str
    version: int
    #: what the pack calls itself and this version
    title: str
    label: str
    valid_from: date
    procedures: Sequence[str]
    #: path inside the pack -> hash of its content
    files: Mapping[str, str]
    legal_basis: Sequence[Json]
    content_hash: str
    #: why warnings of the check were accepted, empty when there were none
    accepted: str
    proposed_by: str
    published_by: str
    published_at: datetime | None
    #: why it is there, and what asks for it; empty for what came with the program
    reason: str
    basis: str
    #: from this day on no case may be opened under it
    retired_on: date | None
    retired_at: datetime | None
    retired_reason: str
    retired_by: str


def published(session: Session, key: str = "") -> tuple[Version, ...]:
    """Every published version, by pack, the newest first; or those of one pack."""
    proposer, publisher, ender = aliased(Person), aliased(Person), aliased(Person)
    wanted = (
        select(PackVersion, proposer.name, publisher.name, ender.name)
        .outerjoin(proposer, proposer.id == PackVersion.proposed_by)
        .outerjoin(publisher, publisher.id == PackVersion.published_by)
        .outerjoin(ender, ender.id == PackVersion.retired_by)
        .where(PackVersion.state == "published")
        .order_by(PackVersion.key, PackVersion.version.desc())
    )
    rows = session.execute(wanted.where(PackVersion.key == key) if key else wanted)
    return tuple(
        Version(
            **{name: getattr(row, name) for name in _SAME},
            accepted=row.accepted or "",
            proposed_by=proposed_by or "",
            published_by=published_by or "",
            retired_by=retired_by or "",
        )
        for row, proposed_by, published_by, retired_by in rows
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A version that waits for a second person; it has no number yet."""

    key: str
    title: str
    label: str
    proposed_by: str
    proposed_at: datetime | None


def waiting(session: Session, key: str = "") -> tuple[Waiting, ...]:
    """What waits, of every pack or of one."""
    wanted = (
        select(PackVersion, Person.name)
        .outerjoin(Person, Person.id == PackVersion.proposed_by)
        .where(PackVersion.state == "proposed")
        .order_by(PackVersion.key)
    )
    rows = session.execute(wanted.where(PackVersion.key == key) if key else wanted)
    return tuple(
        Waiting(
            key=row.key,
            title=row.title,
            label=row.label,
            proposed_by=name or "",
            proposed_at=row.proposed_at,
        )
        for row, name in rows
    )


def standing(versions: Sequence[Version], on: date) -> Mapping[int, str]:
    """Number of each version of one pack -> how it stands on the day.

    ``retired``, ``coming``, ``in_force`` or ``superseded``; the one that holds is the one
    valid since the latest day, and of these the newest.
    """
    valid = [each for each in versions if each.valid_from <= on]
    holds = max(valid, key=lambda each: (each.valid_from, each.version), default=None)
    found = {}
    for each in versions:
        if each.retired_on is not None and each.retired_on <= on:
            found[each.version] = "retired"
        elif each.valid_from > on:
            found[each.version] = "coming"
        else:
            found[each.version] = "in_force" if each is holds else "superseded"
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Ahead:
    """What published versions do to one that is to be in force from a day."""

    since: date
    #: what is published and not yet in force, the earliest first
    coming: Sequence[Version]
    #: takes over from it later, None: nothing does
    overtaking: Version | None
    #: was to be in force from the same day, and never is
    displaced: Sequence[Version]

    @property
    def last(self) -> date | None:
        """Its last day, None: it is not overtaken."""
        return self.overtaking.valid_from - timedelta(days=1) if self.overtaking else None


def ahead(session: Session, key: str, since: date, today: date) -> Ahead:
    """What the published versions of this pack do to one newly published for this day."""
    found = published(session, key)
    return Ahead(
        since=since,
        coming=sorted(
            (each for each in found if each.valid_from > today), key=lambda each: each.valid_from
        ),
        overtaking=version_spans.overtaking(found, since),
        displaced=version_spans.displaced(found, since, today),
    )


def running(session: Session, key: str) -> Mapping[int, int | None]:
    """Version -> how many cases run on it; None for a few, of whom nobody is told more."""
    rows = session.execute(
        select(PackVersion.version, func.count())
        .join(case, case.c.pack_version_id == PackVersion.id)
        .where(PackVersion.key == key, case.c.status.in_(("open", "suspended")))
        .group_by(PackVersion.version)
    )
    return {version: n if n >= FEW else None for version, n in rows}

"""The published versions of the packs: law, no case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from server.domain.expressions import Json
from server.models.definition import PackVersion
from server.models.identity import Person

#: columns that are told as they are
_SAME = (
    *("id", "key", "version", "title", "label", "valid_from", "procedures", "files"),
    *("legal_basis", "content_hash", "published_at"),
)


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


def published(session: Session) -> tuple[Version, ...]:
    """Every published version, by pack, the newest first."""
    proposer, publisher = aliased(Person), aliased(Person)
    rows = session.execute(
        select(PackVersion, proposer.name, publisher.name)
        .outerjoin(proposer, proposer.id == PackVersion.proposed_by)
        .outerjoin(publisher, publisher.id == PackVersion.published_by)
        .where(PackVersion.state == "published")
        .order_by(PackVersion.key, PackVersion.version.desc())
    )
    return tuple(
        Version(
            **{name: getattr(row, name) for name in _SAME},
            accepted=row.accepted or "",
            proposed_by=proposed_by or "",
            published_by=published_by or "",
        )
        for row, proposed_by, published_by in rows
    )

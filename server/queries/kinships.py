"""Recorded ties, and what waits to be confirmed of them; whoever asks must keep such records."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from server.domain.expressions import Json
from server.domain.kinships import KinChange
from server.models.access import Proposal
from server.models.identity import Person
from server.models.recusal import kinship


@dataclass(frozen=True, kw_only=True, slots=True)
class Tie:
    """Somebody and his relative, as recorded under the one of them."""

    id: str
    person_id: str
    relative_id: str
    relative: str
    relation: str
    noted_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A tie that somebody wants recorded or ended."""

    id: str
    kind: KinChange
    person_id: str
    person: str
    payload: Mapping[str, Json]
    reason: str
    proposed_by: str
    proposer: str
    proposed_at: datetime

    @property
    def pair(self) -> frozenset[str]:
        """The two it is about."""
        return frozenset((self.person_id, str(self.payload["relative"])))


def of_person(session: Session, person_id: str) -> tuple[Tie, ...]:
    """The ties of somebody, those that stand first."""
    rows = session.execute(
        select(
            *(kinship.c[name] for name in Tie.__slots__ if name in kinship.c),
            Person.name.label("relative"),
        )
        .join(Person, Person.id == kinship.c.relative_id)
        .where(kinship.c.person_id == person_id)
        .order_by(kinship.c.ended_at.is_not(None), kinship.c.noted_at.desc(), kinship.c.id)
    )
    return tuple(Tie(**row._mapping) for row in rows)


def waiting(session: Session, only: Collection[str] = ()) -> tuple[Change, ...]:
    """The changes that wait for the second person, the oldest first; ``only``: with these ids."""
    proposer = aliased(Person)
    wanted = (
        select(
            Proposal.id,
            Proposal.kind,
            Proposal.person_id,
            Person.name.label("person"),
            Proposal.payload,
            Proposal.reason,
            Proposal.proposed_by,
            proposer.name.label("proposer"),
            Proposal.proposed_at,
        )
        .join(Person, Person.id == Proposal.person_id)
        .join(proposer, proposer.id == Proposal.proposed_by)
        .where(Proposal.kind.in_(list(KinChange)), Proposal.state == "proposed")
        .order_by(Proposal.proposed_at, Proposal.id)
    )
    if only:
        wanted = wanted.where(Proposal.id.in_(only))
    return tuple(_change(row._mapping) for row in session.execute(wanted))


def _change(values: Mapping[Any, Any]) -> Change:
    return Change(**{**values, "kind": KinChange(values["kind"])})

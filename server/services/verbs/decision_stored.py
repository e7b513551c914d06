"""A collective decision and its meeting as they are stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from server.domain.votes import Ballot
from server.models.decision import decision, meeting, vote
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionRow:
    """One decision as stored."""

    id: str
    version: int
    case_id: str
    meeting_id: str | None
    agenda_no: int
    body_unit_id: str | None
    question: str
    motion: str
    rule: Mapping[str, Any]
    chair_id: str | None
    is_secret: bool
    round: int
    resolution: str | None
    decided_on: date | None
    minutes: str
    answers: Mapping[str, Any] | None
    state: str
    convened_by: str | None
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingRow:
    """The meeting it is on the agenda of."""

    id: str
    body_unit_id: str
    title: str
    held_on: date
    starts_at: datetime | None
    place: str
    chair_id: str | None
    secretary_id: str | None
    attendants: Sequence[str]
    state: str


def row_of(ctx: Context, decision_id: str) -> DecisionRow | None:
    """The row of this decision, None while nobody has convened it."""
    columns = [decision.c[name] for name in DecisionRow.__slots__]
    found = ctx.session.execute(select(*columns).where(decision.c.id == decision_id)).one_or_none()
    return DecisionRow(**found._mapping) if found else None


def meeting_of(ctx: Context, meeting_id: str | None) -> MeetingRow | None:
    """The meeting with this id."""
    columns = [meeting.c[name] for name in MeetingRow.__slots__]
    found = ctx.session.execute(select(*columns).where(meeting.c.id == meeting_id)).one_or_none()
    return MeetingRow(**found._mapping) if found else None


def ballots_of(ctx: Context, decision_id: str, round_: int) -> tuple[Ballot, ...]:
    """The ballots of one round."""
    found = ctx.session.execute(
        select(vote.c.choice, vote.c.weight, vote.c.person_id).where(
            vote.c.decision_id == decision_id, vote.c.round == round_
        )
    )
    return tuple(
        Ballot(choice=one.choice, weight=one.weight, person_id=one.person_id) for one in found
    )

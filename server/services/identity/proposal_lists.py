"""Proposals as pages show them: what waits, what was decided, what the reader may do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import aliased

from server.domain.access import Permission, permits
from server.domain.errors import NotFound
from server.domain.expressions import Json
from server.domain.proposals import ProposalKind
from server.models.access import Proposal
from server.models.identity import Person, Unit
from server.services.context import Context
from server.services.identity import posts, seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A proposal as its readers see it."""

    id: str
    kind: ProposalKind
    #: whom it is about; None for somebody who has no account yet (then see ``payload``)
    person_id: str | None
    person_name: str
    person_login: str
    unit_name: str
    payload: Mapping[str, Json]
    reason: str
    #: None: the person himself asked, and nobody has taken it up
    proposed_by: str | None
    proposed_at: datetime
    #: proposed, approved, refused, withdrawn
    state: str
    decided_by: str | None
    decided_at: datetime | None
    answer: str
    may_take_up: bool
    may_approve: bool
    may_refuse: bool
    may_withdraw: bool


def waiting(ctx: Context) -> tuple[Listed, ...]:
    """What waits and the actor may see: for a security administrator all, the oldest first."""
    return _listed(ctx, _query().where(Proposal.state == "proposed").order_by(*_OLDEST))


def resets(ctx: Context) -> int:
    """How many resets of passwords wait for the actor, of the oldest that wait in all.

    One statement where none wait: the list of work of every head asks it.
    """
    query = _query().where(
        Proposal.state == "proposed",
        Proposal.kind == ProposalKind.RESET_SECRET,
        Proposal.proposed_by.is_not(None),
    )
    return sum(
        listed.may_approve for listed in _listed(ctx, query.order_by(*_OLDEST).limit(_LOOKED_AT))
    )


def decided(ctx: Context, limit: int = 50) -> tuple[Listed, ...]:
    """What was decided or withdrawn, the newest first, for security administrators."""
    query = _query().where(Proposal.state != "proposed").order_by(Proposal.proposed_at.desc())
    return _listed(ctx, query.limit(limit))


def one(ctx: Context, proposal_id: str) -> Listed:
    """One proposal. Raises NotFound, also for one the actor may not see."""
    found = _listed(ctx, _query().where(Proposal.id == proposal_id))
    if not found:
        raise NotFound
    return found[0]


#: so many waiting resets are looked at for one person
_LOOKED_AT = 20
_OLDEST = (Proposal.proposed_at, Proposal.id)
_about, _proposer, _decider = (aliased(Person) for _role in range(3))


def _query() -> Select[Any]:
    return (
        select(
            Proposal,
            _about.name.label("person_name"),
            _about.login.label("person_login"),
            Unit.name.label("unit_name"),
            _proposer.name.label("proposer"),
            _decider.name.label("decider"),
        )
        .outerjoin(_about, _about.id == Proposal.person_id)
        .outerjoin(Unit, Unit.id == Proposal.unit_id)
        .outerjoin(_proposer, _proposer.id == Proposal.proposed_by)
        .outerjoin(_decider, _decider.id == Proposal.decided_by)
        .where(Proposal.kind.in_(list(ProposalKind)))
    )


def _listed(ctx: Context, query: Select[Any]) -> tuple[Listed, ...]:
    is_admin = permits(posts.with_posts(ctx), Permission.SECURITY_ADMINISTER)
    rows: Sequence[Row[Any]] = ctx.session.execute(query).all()
    found = (_entry(ctx, row, is_admin=is_admin) for row in rows)
    return tuple(entry for entry in found if is_admin or entry.may_approve)


def _entry(ctx: Context, row: Row[Any], *, is_admin: bool) -> Listed:
    proposal: Proposal = row.Proposal
    me = ctx.actor.person_id
    is_open = proposal.state == "proposed"
    is_mine = me in (proposal.proposed_by, proposal.person_id)
    is_asked = proposal.proposed_by is None
    may_handle = is_open and is_admin and not is_mine
    may_approve = is_open and not is_asked and seconds.may_decide(ctx, proposal)
    return Listed(
        id=proposal.id,
        kind=ProposalKind(proposal.kind),
        person_id=proposal.person_id,
        person_name=row.person_name or str(proposal.payload.get("name", "")),
        person_login=row.person_login or str(proposal.payload.get("login", "")),
        unit_name=row.unit_name or "",
        payload=proposal.payload,
        reason=proposal.reason,
        proposed_by=row.proposer,
        proposed_at=proposal.proposed_at,
        state=proposal.state,
        decided_by=row.decider,
        decided_at=proposal.decided_at,
        answer=proposal.answer,
        may_take_up=may_handle and is_asked,
        may_approve=may_approve,
        may_refuse=may_approve or (may_handle and is_asked),
        may_withdraw=is_open and proposal.proposed_by == me,
    )

"""The receipt of a matter: its number, when it was filed, where it went, which clocks run.

It holds what everybody who knows of the case may know: reference, state, offices and clocks.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from server.domain.errors import NotFound
from server.domain.lifecycle import OPEN_DEADLINES
from server.models.case import case as case_table
from server.models.case import case_state
from server.models.identity import Person, Unit
from server.models.time import deadline
from server.models.work import OPEN_STATES, work_item
from server.queries.visibility import visible
from server.services.case import case_rows, facts
from server.services.context import Context
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.starts import guides
from server.services.starts.guides import ClockTold


@dataclass(frozen=True, kw_only=True, slots=True)
class Handling:
    """Where the matter is: an office, or a party of the case."""

    task: str
    office: str
    organ: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What somebody keeps who has filed a matter."""

    case_id: str
    reference: str
    procedure: str
    #: the locality's measures and their version
    law: str
    law_version: str
    filed_at: datetime
    filed_by: str
    #: the office in whose role it was filed, empty for an applicant
    filed_for: str
    level: str
    handling: tuple[Handling, ...]
    clocks: tuple[ClockTold, ...]


def receipt(ctx: Context, case_id: str) -> Receipt:
    """The receipt of a case as it stands today.

    Raises:
        NotFound: there is no such case, or it does not exist for the actor.
    """
    case_rows.refuse_odd(case_id)
    actor = posts.with_posts(ctx)
    row = ctx.session.execute(
        select(case_table, case_state.c.variables, Person.name, Unit.name.label("office"))
        .join(case_state, case_state.c.case_id == case_table.c.id)
        .outerjoin(Person, Person.id == case_table.c.opened_by)
        .outerjoin(Unit, Unit.id == case_table.c.opened_for)
        .where(
            case_table.c.id == case_id,
            visible(actor),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    release = definitions.release(ctx, row.pack_version_id)
    known = facts.collect(release, row.procedure, row.variables, {}, ctx.now)
    nodes, handling = _handling(ctx, release, case_id)
    clocks = _clocks(ctx, release, case_id)
    if not any(clock.is_statutory for clock in clocks):
        clocks += guides.next_legal(ctx, release.pack, nodes, known)
    return Receipt(
        case_id=row.id,
        reference=row.reference,
        procedure=release.pack.procedures[row.procedure].title,
        law=release.pack.title,
        law_version=release.pack.version,
        filed_at=row.opened_at,
        filed_by=row.name or "",
        filed_for=row.office or "",
        level=row.level,
        handling=handling,
        clocks=tuple(clocks),
    )


def _handling(
    ctx: Context, release: Release, case_id: str
) -> tuple[frozenset[str], tuple[Handling, ...]]:
    organ = Unit.__table__.alias("organ")
    rows = ctx.session.execute(
        select(
            work_item.c.node_key,
            work_item.c.title,
            work_item.c.lane,
            Unit.name.label("office"),
            organ.c.name.label("organ"),
        )
        .outerjoin(Unit, Unit.id == work_item.c.candidate_unit)
        .outerjoin(organ, organ.c.id == Unit.parent_id)
        .where(work_item.c.case_id == case_id, work_item.c.state.in_(OPEN_STATES))
        .order_by(work_item.c.opened_at, work_item.c.node_key)
    ).all()
    lanes = release.pack.lanes
    found = tuple(
        Handling(
            task=row.title,
            office=row.office or (lanes[row.lane].title if row.lane in lanes else ""),
            organ=row.organ or "",
        )
        for row in rows
    )
    return frozenset(row.node_key for row in rows), tuple(dict.fromkeys(found))


def _clocks(ctx: Context, release: Release, case_id: str) -> list[ClockTold]:
    rows = ctx.session.execute(
        select(deadline).where(
            deadline.c.case_id == case_id,
            deadline.c.state.in_(OPEN_DEADLINES),
        )
    )
    found = []
    for row in rows:
        rule = release.pack.deadlines[row.rule_key]
        found.append(
            ClockTold(
                key=rule.key,
                title=rule.title,
                due_on=row.due_on,
                provisional_on=row.provisional_on,
                line=row.line,
                basis=guides.basis_text(release.pack, rule.basis),
                is_statutory=rule.force == "statutory",
                is_late=row.state == "overdue",
            )
        )
    found.sort(key=lambda clock: (not clock.is_statutory, clock.due_on or date.max, clock.key))
    return found

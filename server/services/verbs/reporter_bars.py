"""Whom a report keeps away from a case: the official who reported, and his near relatives.

Known by marks; nobody is told why, and no record of an act says it. What such a person has in the
case already goes back a little later, by the program, as when somebody leaves his post: the act of
recording and the loss of the work are not one.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select, update

from server.adapters.ring import Marked
from server.domain.access import SYSTEM
from server.domain.roles import PARTIES
from server.models.base import new_id
from server.models.recusal import kinship
from server.models.reporter import reporter_bar
from server.models.work import OPEN_STATES, participant, work_item
from server.services.case import case_rows
from server.services.context import Context, Tools, reading, transaction
from server.services.verbs import parties, recusal_effects

#: cases of one round
_BATCH: Final = 100


def keep_out(ctx: Context, reporter_id: str, case_id: str, person_id: str) -> None:
    """Keep him and his near relatives away from the case; not whom the case itself is about."""
    kin = select(kinship.c.relative_id).where(
        kinship.c.person_id == person_id, kinship.c.ended_at.is_(None)
    )
    for each in {person_id, *ctx.session.scalars(kin)} - concerned(ctx, case_id):
        _bar(ctx, reporter_id, case_id, each)
    parties.forget_bars(ctx, case_id)


def kin_noted(ctx: Context, person_id: str, relative_id: str) -> None:
    """Two were recorded as near relatives: what one of them reported keeps the other away, too."""
    marks = ctx.tools.ring.marks(person_id)
    if not marks:
        return
    found = ctx.session.execute(
        select(reporter_bar.c.reporter_id, reporter_bar.c.case_id)
        .distinct()
        .where(reporter_bar.c.mark.in_(marks))
    ).all()
    for row in found:
        if relative_id not in concerned(ctx, row.case_id):
            _bar(ctx, row.reporter_id, row.case_id, relative_id)
            parties.forget_bars(ctx, row.case_id)


def settle(tools: Tools, now: datetime) -> int:
    """Take from whom a report keeps out what he has in the case; in how many cases."""
    with reading(tools, SYSTEM, now) as ctx:
        waiting = select(reporter_bar.c.case_id).where(reporter_bar.c.settled_at.is_(None))
        found = list(ctx.session.scalars(waiting.distinct().limit(_BATCH)))
    for case_id in found:
        tools.go_on()
        with transaction(tools, SYSTEM, now) as ctx:
            _settle(ctx, case_id)
    return len(found)


def _settle(ctx: Context, case_id: str) -> None:
    case = case_rows.try_lock(ctx, case_id)
    if case is None:
        return
    rows = ctx.session.execute(
        select(reporter_bar.c.id, reporter_bar.c.mark).where(
            reporter_bar.c.case_id == case_id, reporter_bar.c.settled_at.is_(None)
        )
    ).all()
    out = Marked(frozenset(row.mark for row in rows), ctx.tools.ring)
    for person_id in sorted(one for one in _has_part(ctx, case_id) if one in out):
        recusal_effects.end_part(ctx, case, person_id, new_id())
    ctx.session.execute(
        update(reporter_bar)
        .where(reporter_bar.c.id.in_([row.id for row in rows]))
        .values(settled_at=ctx.now)
    )


def concerned(ctx: Context, case_id: str) -> frozenset[str]:
    """Whose matter it is, also in a case that is only being opened."""
    concerned = parties.of_case(ctx, case_id)
    return concerned.subjects | concerned.applicants


def _has_part(ctx: Context, case_id: str) -> Collection[str]:
    """Everybody who has work in the case, or a part in handling it."""
    work = select(work_item.c.assignee_id, work_item.c.owner_id).where(
        work_item.c.case_id == case_id, work_item.c.state.in_(OPEN_STATES)
    )
    parts = select(participant.c.person_id).where(
        participant.c.case_id == case_id,
        participant.c.to_at.is_(None),
        participant.c.role_key.not_in(sorted(PARTIES)),
    )
    found = {each for row in ctx.session.execute(work) for each in row}
    return {one for one in (*found, *ctx.session.scalars(parts)) if one}


def _bar(ctx: Context, reporter_id: str, case_id: str, person_id: str) -> None:
    ring = ctx.tools.ring
    known = select(reporter_bar.c.id).where(
        reporter_bar.c.reporter_id == reporter_id,
        reporter_bar.c.case_id == case_id,
        reporter_bar.c.mark.in_(ring.marks(person_id)),
    )
    if ctx.session.scalar(known.limit(1)) is not None:
        return
    bar_id = new_id()
    ctx.session.execute(
        insert(reporter_bar).values(
            id=bar_id,
            reporter_id=reporter_id,
            case_id=case_id,
            mark=ring.mark(person_id),
            key_id=ring.ids[0],
            person=ring.seal(person_id, "reporter_bar", bar_id, "person"),
        )
    )

"""代理: who stands in for whom and for which days, arranged by oneself or by the office's head.

What it gives is read anew for every act (``identity/posts``): it begins and ends with its days, and
nothing has to be given back.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, insert, or_, select, update

from server.domain import absences as rules
from server.domain.absences import PERSONAL, Absence, Seat
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.findings import Finding
from server.domain.texts import _
from server.models.base import new_id
from server.models.identity import Person
from server.models.work import absence
from server.services.context import Context
from server.services.identity import posts, seats

#: longest reason
LONGEST = 200


def arrange(ctx: Context, wanted: Absence, *, reason: str = "") -> str:
    """Let somebody stand in for a person as wanted; the id of the arrangement.

    A head arranges it for his own people, and for the posts of his offices alone.

    Raises:
        Forbidden: it is neither about the actor himself nor about somebody of his office.
        Invalid: the days, the posts or the substitute do not fit.
        Conflict: it overlaps another one, or would make a chain.
    """
    two = (wanted.person_id, wanted.substitute_id)
    ctx.session.execute(select(Person.id).where(Person.id.in_(two)).with_for_update())
    held = seats.of(ctx, two)
    absent, filling = (held.get(each, []) for each in two)
    new = replace(wanted, unit_ids=_scope(ctx, wanted, absent))
    rules.refuse(new, _known(ctx, two), ctx.today)
    if not rules.passed_on(new, absent, filling):
        message = _("代理人须在同一机关任职，且不能是管理员")
        raise Invalid(message, [Finding(code="ABSENCE", field="substitute_id", message=message)])
    row = {
        "id": new_id(),
        "version": 1,
        "person_id": new.person_id,
        "substitute_id": new.substitute_id,
        "unit_ids": None if new.unit_ids is None else sorted(new.unit_ids),
        "from_on": new.from_on,
        "to_on": new.to_on,
        "reason": reason.strip()[:LONGEST],
        "made_by": ctx.actor.person_id,
        "made_at": ctx.now,
    }
    ctx.session.execute(insert(absence), row)
    told = {name: row[name] for name in ("id", "substitute_id", "unit_ids")}
    days = {"from_on": new.from_on.isoformat(), "to_on": new.to_on.isoformat()}
    ctx.record("absence.arrange", f"person:{new.person_id}", detail={**told, **days})
    return str(row["id"])


def end(ctx: Context, absence_id: str) -> None:
    """End an arrangement now, before its last day: by either of the two, or the office's head.

    Raises:
        NotFound: there is none, or it is none of the actor's.
        Conflict: it is over already.
    """
    if "\x00" in absence_id:
        raise NotFound
    row = ctx.session.execute(
        select(absence).where(absence.c.id == absence_id).with_for_update()
    ).one_or_none()
    if row is None or not _may_end(ctx, row):
        raise NotFound
    if row.ended_at is not None or row.to_on < ctx.today:
        raise Conflict(_("该代理已经结束"))
    ctx.session.execute(
        update(absence)
        .where(absence.c.id == absence_id)
        .values(version=row.version + 1, ended_at=ctx.now, ended_by=ctx.actor.person_id)
    )
    ctx.record("absence.end", f"person:{row.person_id}", detail={"id": absence_id})


def covered_by(ctx: Context, people_ids: Iterable[str]) -> Mapping[str, frozenset[tuple[str, str]]]:
    """Of these people, those who are away today -> who stands in and for which unit's posts."""
    wanted = sorted(set(people_ids))
    if not wanted:
        return {}
    rows = ctx.session.execute(
        select(absence).where(absence.c.person_id.in_(wanted), holds(ctx.today))
    ).all()
    held = seats.of(ctx, {each for row in rows for each in (row.person_id, row.substitute_id)})
    found: dict[str, frozenset[tuple[str, str]]] = {}
    for row in rows:
        filled = rules.passed_on(
            _absence(row), held.get(row.person_id, ()), held.get(row.substitute_id, ())
        )
        named = frozenset((row.substitute_id, seat.unit_id) for seat in filled)
        found[row.person_id] = found.get(row.person_id, frozenset()) | named
    return found


def _scope(ctx: Context, wanted: Absence, held: Collection[Seat]) -> frozenset[str] | None:
    """The units it is to be about, None for all posts of whoever arranges it for himself."""
    allowed = {seat.unit_id for seat in held if seat.kind not in PERSONAL}
    asked = wanted.unit_ids
    if wanted.person_id != ctx.actor.person_id:
        allowed &= set(posts.with_posts(ctx).headed)
        if not allowed:
            raise Forbidden(_("只能为本人，或者为本机构的人员安排代理"))
        asked = asked or frozenset(allowed)
    if asked is not None and not (asked and asked <= allowed):
        message = _("只能选择本人任职、由您安排的机构")
        raise Invalid(message, [Finding(code="ABSENCE", field="unit_ids", message=message)])
    return asked


def _known(ctx: Context, people_ids: Collection[str]) -> list[Absence]:
    rows = ctx.session.execute(
        select(absence).where(
            lasts(ctx.today),
            or_(absence.c.person_id.in_(people_ids), absence.c.substitute_id.in_(people_ids)),
        )
    )
    return [_absence(row) for row in rows]


def _absence(row: Row[Any]) -> Absence:
    return Absence(
        person_id=row.person_id,
        substitute_id=row.substitute_id,
        from_on=row.from_on,
        to_on=row.to_on,
        unit_ids=None if row.unit_ids is None else frozenset(row.unit_ids),
        is_ended=row.ended_at is not None,
    )


def lasts(day: date) -> ColumnElement[bool]:
    """It is not over on this day."""
    return and_(absence.c.ended_at.is_(None), absence.c.to_on >= day)


def holds(day: date) -> ColumnElement[bool]:
    """The substitute stands in on this day."""
    return and_(lasts(day), absence.c.from_on <= day)


def _may_end(ctx: Context, row: Row[Any]) -> bool:
    if ctx.actor.person_id in (row.person_id, row.substitute_id):
        return True
    units = {seat.unit_id for seat in seats.of(ctx, (row.person_id,)).get(row.person_id, ())}
    return bool(units & set(posts.with_posts(ctx).headed))

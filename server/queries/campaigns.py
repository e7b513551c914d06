"""Campaigns as those see them who hold them or take part: lists, shares, targets, numbers.

Whoever takes part sees the numbers of every share; the names of targets are for the office whose
share they are.
"""

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, exists, func, or_, select
from sqlalchemy import case as when
from sqlalchemy.orm import Session, aliased

from server.domain.access import Actor
from server.domain.campaigns import TargetState
from server.domain.lifecycle import OVER
from server.models.case import case, subject
from server.models.identity import Unit
from server.models.recusal import kinship
from server.models.register import (
    campaign,
    campaign_part,
    campaign_scope,
    campaign_target,
    register_entry,
)
from server.queries.visibility import recused_from

_ABOVE: Final = aliased(Unit)
#: the case whose entry proposed a target
_SOURCE: Final = case.alias("source")
#: offices of one kind have one name: the organ tells them apart
_OFFICE: Final = (func.coalesce(_ABOVE.name, "") + Unit.name).label("unit")
_STATE: Final = campaign_target.c.state
#: what somebody has to do with comes first
_WAIT: Final = when(
    {
        TargetState.FAILED: 0,
        TargetState.PROPOSED: 1,
        TargetState.CHOSEN: 2,
        TargetState.OPENED: 3,
        TargetState.LEFT_OUT: 4,
    },
    value=_STATE,
)
_PROGRESS: Final = (
    func.count(when((_STATE != TargetState.LEFT_OUT, 1))).label("targets"),
    func.count(when((_STATE == TargetState.OPENED, 1))).label("opened"),
    func.count(when((case.c.status.in_(OVER), 1))).label("done"),
    func.count(when((_STATE == TargetState.FAILED, 1))).label("failed"),
)


def listed(session: Session, units: Collection[str], besides: Collection[str]) -> list[Row[Any]]:
    """The campaigns that these units hold or take part in, and these, the latest first."""
    wanted = _campaigns(units, besides).order_by(campaign.c.from_on.desc(), campaign.c.id)
    return list(session.execute(wanted.limit(200)).all())


def one(
    session: Session, campaign_id: str, units: Collection[str], besides: Collection[str] = ()
) -> Row[Any] | None:
    """One of them, None where there is none for these units."""
    wanted = _campaigns(units, besides).where(campaign.c.id == campaign_id)
    return session.execute(wanted).one_or_none()


def _campaigns(units: Collection[str], besides: Collection[str]) -> Select[Any]:
    part = select(campaign_part.c.campaign_id).where(campaign_part.c.unit_id.in_(units))
    mine = or_(campaign.c.unit_id.in_(units), campaign.c.id.in_(part), campaign.c.id.in_(besides))
    return (
        select(campaign, _OFFICE)
        .join(Unit, Unit.id == campaign.c.unit_id)
        .outerjoin(_ABOVE, _ABOVE.id == Unit.parent_id)
        .where(mine)
    )


def scopes(session: Session, campaign_id: str) -> list[Row[Any]]:
    """The versions of its scope, the first one first."""
    wanted = select(campaign_scope).where(campaign_scope.c.campaign_id == campaign_id)
    return list(session.execute(wanted.order_by(campaign_scope.c.number)).all())


def shares(session: Session, campaign_id: str) -> list[Row[Any]]:
    """Each share with its numbers: targets, cases opened, cases done."""
    return list(
        session.execute(
            select(campaign_part, _OFFICE, *_PROGRESS)
            .join(Unit, Unit.id == campaign_part.c.unit_id)
            .outerjoin(_ABOVE, _ABOVE.id == Unit.parent_id)
            .outerjoin(campaign_target, campaign_target.c.part_id == campaign_part.c.id)
            .outerjoin(case, case.c.id == campaign_target.c.case_id)
            .where(campaign_part.c.campaign_id == campaign_id)
            .group_by(*campaign_part.c, Unit.name, _ABOVE.name)
            .order_by(campaign_part.c.region)
        ).all()
    )


def unshared(session: Session, campaign_id: str) -> Row[Any]:
    """The same numbers of what belongs to no share."""
    return session.execute(
        select(*_PROGRESS)
        .select_from(campaign_target)
        .outerjoin(case, case.c.id == campaign_target.c.case_id)
        .where(campaign_target.c.campaign_id == campaign_id, campaign_target.c.part_id.is_(None))
    ).one()


def targets(session: Session, actor: Actor, parts: Collection[str], part: slice) -> list[Row[Any]]:
    """The targets in these shares, those that wait first; none the actor has to keep away from."""
    return list(
        session.execute(
            select(
                campaign_target,
                Unit.name.label("unit"),
                case.c.reference,
                _SOURCE.c.reference.label("source"),
            )
            .outerjoin(Unit, Unit.id == campaign_target.c.unit_id)
            .outerjoin(case, case.c.id == campaign_target.c.case_id)
            .outerjoin(register_entry, register_entry.c.id == campaign_target.c.entry_id)
            .outerjoin(_SOURCE, _SOURCE.c.id == register_entry.c.case_id)
            .where(campaign_target.c.part_id.in_(parts), _is_open_to(actor))
            .order_by(_WAIT, campaign_target.c.name, campaign_target.c.id)
            .offset(part.start)
            .limit(part.stop - part.start)
        ).all()
    )


def total(session: Session, actor: Actor, parts: Collection[str]) -> int:
    """How many of them there are."""
    wanted = select(func.count()).select_from(campaign_target)
    return (
        session.scalar(wanted.where(campaign_target.c.part_id.in_(parts), _is_open_to(actor))) or 0
    )


def candidates(session: Session, actor: Actor, campaign_id: str) -> list[Row[Any]]:
    """What a draw was made from, in no order: entry, reference, whether it was drawn.

    The reference is null where the actor has to keep away from the case.
    """
    own = select(subject.c.case_id).where(subject.c.person_id == actor.person_id)
    is_shut = or_(case.c.id.in_(own), case.c.id.in_(recused_from(actor)))
    wanted = (
        select(
            campaign_target.c.entry_id,
            when((is_shut, None), else_=case.c.reference).label("reference"),
            (_STATE != TargetState.LEFT_OUT).label("drawn"),
        )
        .join(register_entry, register_entry.c.id == campaign_target.c.entry_id)
        .join(case, case.c.id == register_entry.c.case_id)
        .where(campaign_target.c.campaign_id == campaign_id)
    )
    return list(session.execute(wanted).all())


def heads_a_share(actor: Actor, day: date) -> ColumnElement[bool]:
    """The condition that he is head of an office that takes part in a campaign under way."""
    return _headed(actor, day).exists()


def to_confirm(actor: Actor, day: date) -> Select[tuple[int]]:
    """How many shares of such offices have targets that wait to be confirmed."""
    waiting = exists().where(
        campaign_target.c.part_id == campaign_part.c.id,
        _STATE.in_((TargetState.PROPOSED, TargetState.FAILED)),
    )
    found = _headed(actor, day).where(campaign.c.selected_at.is_not(None), waiting)
    return select(func.count()).select_from(found.subquery())


def _headed(actor: Actor, day: date) -> Select[tuple[str]]:
    return (
        select(campaign_part.c.id)
        .join(campaign, campaign.c.id == campaign_part.c.campaign_id)
        .where(
            campaign_part.c.unit_id.in_(sorted(actor.headed)),
            campaign.c.state == "open",
            campaign.c.to_on >= day,
        )
    )


def _is_open_to(actor: Actor) -> ColumnElement[bool]:
    """Neither himself, nor a relative, nor a case that concerns him or that he keeps away from."""
    who = campaign_target.c.person_id
    abouts = (campaign_target.c.case_id, _drawn_from())
    kin = select(kinship.c.relative_id).where(
        kinship.c.person_id == actor.person_id, kinship.c.ended_at.is_(None)
    )
    own = select(subject.c.case_id).where(subject.c.person_id == actor.person_id)
    return and_(
        or_(who.is_(None), and_(who != actor.person_id, who.not_in(kin))),
        *(
            or_(about.is_(None), and_(about.not_in(own), about.not_in(recused_from(actor))))
            for about in abouts
        ),
    )


def _drawn_from() -> ScalarSelect[str]:
    """The case of an entry about a matter as such."""
    return (
        select(register_entry.c.case_id)
        .where(register_entry.c.id == campaign_target.c.entry_id, register_entry.c.kind == "case")
        .correlate(campaign_target)
        .scalar_subquery()
    )

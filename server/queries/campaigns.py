"""Campaigns as those see them who hold them or take part: lists, shares, targets, numbers.

Whoever takes part sees the numbers of every share; the names of targets are for the office whose
share they are.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy import case as when
from sqlalchemy.orm import Session

from server.domain.campaigns import TargetState
from server.domain.lifecycle import OVER
from server.models.case import case
from server.models.identity import Unit
from server.models.register import campaign, campaign_part, campaign_scope, campaign_target


def listed(session: Session, units: Collection[str]) -> list[Row[Any]]:
    """The campaigns that these units hold or take part in, the latest first."""
    part = select(campaign_part.c.campaign_id).where(campaign_part.c.unit_id.in_(units))
    return list(
        session.execute(
            select(campaign, Unit.name.label("unit"))
            .join(Unit, Unit.id == campaign.c.unit_id)
            .where(or_(campaign.c.unit_id.in_(units), campaign.c.id.in_(part)))
            .order_by(campaign.c.from_on.desc(), campaign.c.id)
            .limit(200)
        ).all()
    )


def one(session: Session, campaign_id: str, units: Collection[str]) -> Row[Any] | None:
    """One of them, None where there is none for these units."""
    return next((row for row in listed(session, units) if row.id == campaign_id), None)


def scopes(session: Session, campaign_id: str) -> list[Row[Any]]:
    """The versions of its scope, the first one first."""
    wanted = select(campaign_scope).where(campaign_scope.c.campaign_id == campaign_id)
    return list(session.execute(wanted.order_by(campaign_scope.c.number)).all())


def shares(session: Session, campaign_id: str) -> list[Row[Any]]:
    """Each share with its numbers: targets, cases opened, cases done."""
    state = campaign_target.c.state
    named = state.not_in((TargetState.LEFT_OUT,))
    return list(
        session.execute(
            select(
                campaign_part,
                Unit.name.label("unit"),
                func.count(when((named, 1))).label("targets"),
                func.count(when((state == TargetState.OPENED, 1))).label("opened"),
                func.count(when((case.c.status.in_(OVER), 1))).label("done"),
                func.count(when((state == TargetState.FAILED, 1))).label("failed"),
            )
            .join(Unit, Unit.id == campaign_part.c.unit_id)
            .outerjoin(campaign_target, campaign_target.c.part_id == campaign_part.c.id)
            .outerjoin(case, case.c.id == campaign_target.c.case_id)
            .where(campaign_part.c.campaign_id == campaign_id)
            .group_by(*campaign_part.c, Unit.name)
            .order_by(campaign_part.c.region)
        ).all()
    )


def targets(
    session: Session, campaign_id: str, units: Collection[str], part: slice
) -> list[Row[Any]]:
    """The targets in the shares of these units, those that wait first."""
    return list(
        session.execute(
            select(campaign_target, Unit.name.label("unit"), case.c.reference)
            .join(campaign_part, campaign_part.c.id == campaign_target.c.part_id)
            .outerjoin(Unit, Unit.id == campaign_target.c.unit_id)
            .outerjoin(case, case.c.id == campaign_target.c.case_id)
            .where(campaign_target.c.campaign_id == campaign_id, campaign_part.c.unit_id.in_(units))
            .order_by(campaign_target.c.state.desc(), campaign_target.c.name, campaign_target.c.id)
            .offset(part.start)
            .limit(part.stop - part.start)
        ).all()
    )

"""Offices a pack names and the made-up region lacks: created at every level, with people.

So that a pack with offices of its own can be rehearsed without touching the region's files.
"""

from datetime import date

from sqlalchemy import select

from server.domain.jurisdiction import Level
from server.domain.packs import PolicyPack
from server.domain.roles import OF_THE_UNIT
from server.domain.texts import _
from server.models.identity import Unit
from server.services.context import Context
from server.services.identity import people, staffing
from server.services.identity.staffing import NewPost, NewUnit
from server.services.verbs.advance_work import case_roles

_SINCE = date(2020, 1, 1)


def fill(ctx: Context, pack: PolicyPack) -> None:
    """Give every locality each office that lanes of the pack may name and it does not have."""
    places = ctx.session.execute(select(Unit.level, Unit.region).distinct()).all()
    for role in sorted(_offices(pack) - case_roles(pack) - OF_THE_UNIT):
        for level, region in sorted(tuple(place) for place in places):
            if level != Level.TOWNSHIP and not people.offices(
                ctx, role, level=level, region=region
            ):
                _create(ctx, pack, role, level, region)


def _offices(pack: PolicyPack) -> set[str]:
    """Roles that belong to an organ, and those that lanes, starters or ladders name."""
    named = {lane.office for lane in pack.lanes.values() if isinstance(lane.office, str)}
    for procedure in pack.procedures.values():
        named |= {starter.role for starter in procedure.starters}
    for rule in pack.deadlines.values():
        named |= {rung.to.removesuffix(".head") for rung in rule.ladder}
    return {key for key, role in pack.roles.items() if role.organ or key in named}


def _create(ctx: Context, pack: PolicyPack, role: str, level: str, region: str) -> None:
    title = pack.roles[role].title
    key = f"{region.replace('/', '-')}.{role}"
    unit_id = staffing.create_unit(
        ctx,
        NewUnit(key=key, name=f"{title}（{region}）", kind=role, level=level, region=region),
    )
    for name, is_head in (("head", True), ("1", False), ("2", False)):
        person_id = staffing.create_person(
            ctx, login=f"{key}.{name}", name=_("演练人员{name}").format(name=name)
        )
        post = NewPost(
            person_id=person_id, unit_id=unit_id, title=title, from_on=_SINCE, is_head=is_head
        )
        staffing.appoint(ctx, post)

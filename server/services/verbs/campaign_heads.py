"""Who confirms the targets of a share: the head of its office, unless he or a relative is one.

Then the next above does, who is neither: of a unit the office lies in, else of the same kind of
office at the next level (``correction_heads.upwards``). Where nobody is left, nobody confirms, and
the page says so. Only those whose confirming is at stake count: who was left out keeps nobody away.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select

from server.domain.campaigns import TargetState
from server.models.identity import Post
from server.models.recusal import kinship
from server.models.register import campaign, campaign_part, campaign_target
from server.queries import tenure
from server.services.context import Context
from server.services.identity import people, posts
from server.services.identity.people import Office
from server.services.verbs import correction_heads

#: whose confirming is still at stake
WAITING: Final = (TargetState.PROPOSED, TargetState.FAILED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirming:
    """The office whose head confirms a share, and who that is; no office: nobody can."""

    office: Office | None = None
    people: frozenset[str] = frozenset()
    #: its name with that of its organ
    office_name: str = ""
    #: is it another one than the office whose share it is
    is_above: bool = False


def confirming(ctx: Context, part: Row[Any]) -> Confirming:
    """Who confirms this share today."""
    own, *above = correction_heads.upwards(ctx, people.unit(ctx, part.unit_id))
    heads = _heads(ctx, own)
    able = heads - _concerned(ctx, part.id, heads)
    if able or not heads:
        return Confirming(office=own, people=frozenset(able))
    for office in above:
        heads = _heads(ctx, office)
        if able := heads - _concerned(ctx, part.id, heads):
            name = _name(ctx, office)
            return Confirming(
                office=office, people=frozenset(able), office_name=name, is_above=True
            )
    return Confirming(is_above=True)


def passed_on(
    ctx: Context, campaign_id: str, shares: Collection[Row[Any]]
) -> Mapping[str, Confirming]:
    """The shares that their own head must not confirm, with who does."""
    touched = set(
        ctx.session.scalars(_touched(ctx).where(campaign_part.c.campaign_id == campaign_id))
    )
    found = {share.id: confirming(ctx, share) for share in shares if share.id in touched}
    return {part_id: each for part_id, each in found.items() if each.is_above}


def come_up(ctx: Context) -> set[str]:
    """Ids of the campaigns a share of which the actor confirms for an office below."""
    if not posts.with_posts(ctx).headed:
        return set()
    wanted = select(campaign_part).where(campaign_part.c.id.in_(_touched(ctx)))
    return {
        part.campaign_id
        for part in ctx.session.execute(wanted).all()
        if ctx.actor.person_id in confirming(ctx, part).people
    }


def is_of_head(ctx: Context, target: Row[Any], unit_id: str) -> bool:
    """Is this target a head of the office, or a relative of one."""
    heads = _heads(ctx, people.unit(ctx, unit_id))
    return bool(_concerned(ctx, target.part_id, heads, target.id))


def is_of(ctx: Context, target: Row[Any], person_id: str) -> bool:
    """Is this target the person or a relative of his."""
    return bool(_concerned(ctx, target.part_id, {person_id}, target.id))


def _touched(ctx: Context) -> Select[tuple[str]]:
    """Ids of the shares of campaigns under way in which a head of the office is concerned."""
    return (
        select(campaign_part.c.id)
        .distinct()
        .join(campaign, campaign.c.id == campaign_part.c.campaign_id)
        .join(Post, Post.unit_id == campaign_part.c.unit_id)
        .join(campaign_target, campaign_target.c.part_id == campaign_part.c.id)
        .where(
            campaign.c.state == "open",
            campaign.c.to_on >= ctx.today,
            Post.is_head,
            tenure.held(ctx.today),
            _is_about(Post.person_id),
        )
    )


def _name(ctx: Context, office: Office) -> str:
    organ = people.unit(ctx, office.parent_id).name if office.parent_id else ""
    return f"{organ}{office.name}"


def _heads(ctx: Context, office: Office) -> set[str]:
    return {each.person_id for each in people.holders(ctx, office.id, ctx.today, head_only=True)}


def _concerned(
    ctx: Context, part_id: str, persons: Collection[str], target_id: str | None = None
) -> set[str]:
    """Those of these people that a target of the share is, or is a relative of."""
    if not persons:
        return set()
    wanted = (
        select(campaign_target.c.person_id, kinship.c.person_id.label("relative"))
        .outerjoin(
            kinship,
            and_(
                kinship.c.relative_id == campaign_target.c.person_id,
                kinship.c.ended_at.is_(None),
                kinship.c.person_id.in_(persons),
            ),
        )
        .where(
            campaign_target.c.part_id == part_id,
            campaign_target.c.kind == "person",
            or_(campaign_target.c.person_id.in_(persons), kinship.c.id.is_not(None)),
        )
    )
    if target_id is None:
        wanted = wanted.where(campaign_target.c.state.in_(WAITING))
    else:
        wanted = wanted.where(campaign_target.c.id == target_id)
    rows = ctx.session.execute(wanted).all()
    return {each for row in rows for each in row if each in persons}


def _is_about(person: Any) -> ColumnElement[bool]:
    own_kin = select(kinship.c.relative_id).where(
        kinship.c.person_id == person, kinship.c.ended_at.is_(None)
    )
    return and_(
        campaign_target.c.kind == "person",
        campaign_target.c.state.in_(WAITING),
        or_(campaign_target.c.person_id == person, campaign_target.c.person_id.in_(own_kin)),
    )

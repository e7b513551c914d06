"""Rows of campaigns as their verbs hold them: who may change one, its shares and its scope."""

from typing import Any

from sqlalchemy import Row, select, update

from server.domain.campaign_rules import CampaignRule
from server.domain.campaigns import Version, version_on
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.models.register import campaign, campaign_part, campaign_scope
from server.services.context import Context
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.packs import definitions


def rule_of(ctx: Context, row: Row[Any]) -> CampaignRule:
    """What its pack says of this campaign."""
    return definitions.release(ctx, row.pack_version_id).pack.campaigns[row.key]


def versions(ctx: Context, campaign_id: str) -> list[Version]:
    """The versions of its scope."""
    rows = ctx.session.execute(
        select(campaign_scope.c.number, campaign_scope.c.from_on)
        .where(campaign_scope.c.campaign_id == campaign_id)
        .order_by(campaign_scope.c.number)
    )
    return [Version(number=row.number, from_on=row.from_on) for row in rows]


def as_seen(ctx: Context, row: Row[Any]) -> dict[str, Json]:
    """A campaign as expressions of its pack see it."""
    return {
        "key": row.key,
        "title": row.title,
        "reference": row.id,
        "level": row.level,
        "from_on": row.from_on.isoformat(),
        "to_on": row.to_on.isoformat(),
        "since_on": row.since_on.isoformat() if row.since_on else None,
        "scope_version": version_on(versions(ctx, row.id), ctx.today),
    }


def codes(release: Release, rule: CampaignRule) -> dict[str, str]:
    """What a campaign of this kind may cover: code -> text; none where it is said in words."""
    known = release.pack.lists.get(rule.scope)
    items = known.items if known else ()
    return {item.code: item.text for item in items if not item.text_missing}


def covered(ctx: Context, campaign_id: str) -> Row[Any]:
    """The widest version of its scope: number, text, codes."""
    wanted = select(campaign_scope).where(campaign_scope.c.campaign_id == campaign_id)
    last = wanted.order_by(campaign_scope.c.number.desc()).limit(1)
    return ctx.session.execute(last).one()


def parts(ctx: Context, campaign_id: str) -> list[Row[Any]]:
    """The shares of its offices."""
    wanted = select(campaign_part).where(campaign_part.c.campaign_id == campaign_id)
    return list(ctx.session.execute(wanted.order_by(campaign_part.c.region)).all())


def open_(ctx: Context, campaign_id: str) -> Row[Any]:
    """The campaign, which is not over. Raises NotFound, Conflict."""
    row = ctx.session.execute(select(campaign).where(campaign.c.id == campaign_id)).one_or_none()
    if row is None:
        raise NotFound
    if row.state != "open" or row.to_on < ctx.today:
        raise Conflict(_("该专项活动已经结束"))
    return row


def taking_part(ctx: Context, campaign_id: str) -> Row[Any]:
    """The same, for whom it exists: an office of the actor has a share. Raises as :func:`open_`."""
    units = own_units(ctx)
    if not any(part.unit_id in units for part in parts(ctx, campaign_id)):
        raise NotFound
    return open_(ctx, campaign_id)


def held(ctx: Context, campaign_id: str, seen: int | None) -> Row[Any]:
    """The campaign, which the actor holds as head. Raises NotFound, Forbidden, Conflict."""
    row = taking_part(ctx, campaign_id)
    if row.unit_id not in posts.with_posts(ctx).headed:
        raise Forbidden(_("只有开展该专项活动的机构的主要负责人可以这样做"))
    if seen is not None and seen != row.version:
        raise Conflict(_("该内容已被他人更改，请刷新后重试"))
    return row


def touch(ctx: Context, row: Row[Any], **values: Any) -> None:
    """Change the campaign under its version. Raises Conflict."""
    done = ctx.session.execute(
        update(campaign)
        .where(campaign.c.id == row.id, campaign.c.version == row.version)
        .values(version=row.version + 1, **values)
        .returning(campaign.c.id)
    )
    if done.one_or_none() is None:
        raise Conflict(_("该内容已被他人更改，请刷新后重试"))


def own_units(ctx: Context) -> set[str]:
    """Ids of the units the actor holds posts of today."""
    return {post.unit_id for post in posts.with_posts(ctx).posts}


def finding(field: str, message: str) -> Finding:
    """What is wrong with one field."""
    return Finding(code="CAMPAIGN_FORM", field=field, message=message)


def wrong(found: list[Finding]) -> Invalid:
    """All of it as the refusal."""
    return Invalid(_("填写的内容有{n}处问题").format(n=len(found)), found)

"""专项活动 as a reader of an office that holds one or takes part sees it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from server.domain.errors import NotFound
from server.queries import campaigns as query
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One campaign."""

    row: Row[Any]
    kind: str
    scopes: list[Row[Any]]
    shares: list[Row[Any]]
    #: of the reader's own offices alone
    targets: list[Row[Any]]
    page: int
    page_size: int
    #: may the reader widen and end it
    is_holder: bool
    #: shares he may confirm
    headed: frozenset[str]
    own: frozenset[str]


def listed(ctx: Context) -> list[Row[Any]]:
    """The campaigns his offices hold or take part in."""
    return query.listed(ctx.session, _units(ctx))


def one(ctx: Context, campaign_id: str, *, page: int = 1, page_size: int = 50) -> Shown:
    """One of them. Raises NotFound."""
    units = _units(ctx)
    row = query.one(ctx.session, campaign_id, units)
    if row is None:
        raise NotFound
    release = definitions.release(ctx, row.pack_version_id)
    headed, number = frozenset(posts.with_posts(ctx).headed), max(page, 1)
    part = slice((number - 1) * page_size, number * page_size)
    return Shown(
        row=row,
        kind=release.pack.campaigns[row.key].title,
        scopes=query.scopes(ctx.session, campaign_id),
        shares=query.shares(ctx.session, campaign_id),
        targets=query.targets(ctx.session, campaign_id, units, part),
        page=number,
        page_size=page_size,
        is_holder=row.unit_id in headed,
        headed=headed,
        own=frozenset(units),
    )


def _units(ctx: Context) -> list[str]:
    return sorted({post.unit_id for post in posts.with_posts(ctx).posts})

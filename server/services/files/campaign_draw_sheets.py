"""A draw as a spreadsheet, with which anybody can make it again: seed, candidates, their ranks."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Row

from server.adapters.exports import Cell, Column, Report
from server.domain import draws
from server.domain.errors import NotFound
from server.domain.texts import _
from server.queries import campaigns as query
from server.services.context import Context
from server.services.files import campaign_lists, stamped
from server.services.identity import posts

_COLUMNS: Final = (
    Column(heading=_("次序"), width=8),
    Column(heading=_("抽中"), width=8),
    Column(heading=_("事项"), width=26),
    Column(heading=_("登记编号"), width=40),
    Column(heading=_("种子和登记编号以英文冒号相连，取SHA-256"), width=70),
)


def workbook(ctx: Context, campaign_id: str, serial: str) -> bytes:
    """All candidates in the order of their ranks, those drawn first, as an .xlsx file.

    A case the actor has to keep away from stands there without its reference.

    Raises:
        NotFound: his offices hold no such campaign, or nothing was drawn yet.
    """
    row = campaign_lists.found(ctx, campaign_id)
    actor = posts.with_posts(ctx)
    if row.candidates is None or row.unit_id not in {post.unit_id for post in actor.posts}:
        raise NotFound
    by = stamped.stamp(ctx, serial)
    report = Report(
        name=_("抽取记录"),
        title=row.title,
        subtitle=_(
            "种子{seed}（开展时生成并留痕），候选{n}件，候选名单的SHA-256为{digest}。{by}"
        ).format(seed=row.seed, n=row.candidates, digest=row.candidates_hash, by=by),
        foot=by,
        columns=_COLUMNS,
        rows=_rows(row.seed, query.candidates(ctx.session, actor, campaign_id)),
    )
    return stamped.written(ctx, report)


def _rows(seed: str, found: list[Row[Any]]) -> Iterator[tuple[Cell, ...]]:
    ranked = sorted((draws.rank(seed, each.entry_id), at) for at, each in enumerate(found))
    for number, (rank, at) in enumerate(ranked, start=1):
        each = found[at]
        told = each.reference or _("您应当回避")
        yield (number, _("是") if each.drawn else "", told, each.entry_id, rank)

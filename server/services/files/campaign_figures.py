"""The numbers of a campaign against its targets, by level and by office.

Who reads them is decided as for registers: an office sees what came of its own share and of those
in its locality below it. Nobody is named; what a pack's condition cannot be asked about is said to
be unknown instead of being left out.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from server.domain.campaign_figures import Amount, Item, Progress, amount, number, together
from server.domain.campaign_rules import Figure
from server.domain.errors import ExpressionFailed
from server.domain.jurisdiction import Level
from server.queries import campaign_figures as query
from server.queries import campaigns
from server.queries.registers import Entry
from server.services.case import facts
from server.services.case.facts import Facts
from server.services.context import Context
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import campaign_rows, register_finds

#: the items of a figure, None where its condition could not be asked
Counted = Sequence[Item] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """The numbers of one share, of one level, or of all."""

    level: str = ""
    unit: str = ""
    progress: Progress
    #: None: could not be computed
    amounts: tuple[Amount | None, ...] = ()
    #: False: a share the reader does not answer for, of which he sees the progress alone
    is_answered_for: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """The numbers of a campaign, as far as the reader answers for its shares."""

    headings: tuple[str, ...]
    #: share -> its numbers; of those the reader does not answer for their progress alone
    shares: Mapping[str, Line]
    levels: tuple[Line, ...]
    #: cases no office that takes part answers for; the holder's alone
    others: Line | None
    total: Line


def of(
    ctx: Context, row: Row[Any], shares: Collection[Row[Any]], units: Collection[str]
) -> Figures:
    """The numbers that holders of posts of these units are shown."""
    release = definitions.release(ctx, row.pack_version_id)
    figures = release.pack.campaigns[row.key].figures
    counted = _counted(ctx, row, release, figures)
    below = [share for share in shares if _answers_for(share, shares, units)]
    rest = campaigns.unshared(ctx.session, row.id) if row.unit_id in units else None
    others = None if rest is None or not rest.targets else _progress(rest)

    def line(
        parts: Collection[str | None], progress: Progress, level: str = "", unit: str = ""
    ) -> Line:
        items = (_within(each, parts) for each in counted)
        amounts = (
            None if each is None else amount(figure, each)
            for figure, each in zip(figures, items, strict=True)
        )
        return Line(progress=progress, amounts=tuple(amounts), level=level, unit=unit)

    def all_of(some: Sequence[Row[Any]], level: str, unit: str = "") -> Line:
        progress = together([_progress(share) for share in some])
        return line({share.id for share in some}, progress, level, unit)

    def own_line(share: Row[Any]) -> Line:
        if share in below:
            return all_of([share], level=share.level, unit=share.unit)
        progress = _progress(share)
        return Line(level=share.level, unit=share.unit, progress=progress, is_answered_for=False)

    own = together([_progress(share) for share in below])
    every: set[str | None] = {share.id for share in below} | ({None} if others else set())
    return Figures(
        headings=tuple(figure.title for figure in figures),
        shares={share.id: own_line(share) for share in shares},
        levels=tuple(
            all_of([share for share in below if share.level == level], level=level)
            for level in Level
            if any(share.level == level for share in below)
        ),
        others=line({None}, others) if others else None,
        total=line(every, own + (others or Progress())),
    )


def _answers_for(share: Row[Any], shares: Collection[Row[Any]], units: Collection[str]) -> bool:
    """Is it the share of one of these offices, or one in the locality of one of them."""
    return any(
        own.unit_id in units and f"{share.region}/".startswith(f"{own.region}/") for own in shares
    )


def _progress(row: Row[Any]) -> Progress:
    return Progress(targets=row.targets, opened=row.opened, done=row.done, failed=row.failed)


def _within(items: Counted, parts: Collection[str | None]) -> Counted:
    return None if items is None else [each for each in items if each.part_id in parts]


def _counted(
    ctx: Context, row: Row[Any], release: Release, figures: Sequence[Figure]
) -> list[Counted]:
    """What each figure counts, over the whole campaign."""
    wanted = {code for figure in figures for code in figure.outcomes}
    ended = query.outcomes(ctx.session, row.id, wanted)
    books = {figure.register for figure in figures if figure.register}
    found = query.entries(ctx.session, row.id, books)
    kept = list({entry.id: (part_id, entry) for part_id, entry in found}.values())
    return [
        _entered(ctx, row, release, figure, kept)
        if figure.register
        else [
            Item(part_id=each.part_id, number=number(each.n))
            for each in ended
            if each.outcome in figure.outcomes
        ]
        for figure in figures
    ]


def _entered(
    ctx: Context,
    row: Row[Any],
    release: Release,
    figure: Figure,
    found: Sequence[tuple[str | None, Entry]],
) -> Counted:
    own = [(part_id, entry) for part_id, entry in found if entry.register == figure.register]
    if figure.where is None:
        return list(_items(figure, own))
    book = release.pack.registers.get(figure.register)
    keys = {*book.fields, *book.columns} if book else set()
    known = Facts(
        values={
            "settings": facts.settings_of(release),
            "campaign": campaign_rows.as_seen(ctx, row),
        },
        types={},
        now=ctx.now,
    )
    shown = [register_finds.as_seen(entry, keys) for _part, entry in own]
    try:
        holds = facts.each_holds(ctx.tools.evaluate, figure.where, shown, known)
    except ExpressionFailed:
        return None
    return list(_items(figure, [each for each, does in zip(own, holds, strict=True) if does]))


def _items(figure: Figure, found: Sequence[tuple[str | None, Entry]]) -> Iterator[Item]:
    for part_id, entry in found:
        about = entry.person_id if entry.kind == "person" else entry.unit_id
        who = "" if entry.kind == "case" else f"{entry.kind}:{about}"
        added = number(entry.data.get(figure.sum)) if figure.sum else number(1)
        yield Item(part_id=part_id, number=added, who=who)

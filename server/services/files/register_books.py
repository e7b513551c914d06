"""登记簿: the book of a register for the offices that keep it, and its numbers by unit.

Which offices keep a book, their packs say (``readers``). Each reads the entries of its own level
and region, and counts those of the levels below without names.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from server.domain.access import Actor
from server.domain.errors import Invalid, NotFound
from server.domain.findings import Finding
from server.domain.registers import Phase, phase
from server.domain.texts import _
from server.queries import registers
from server.queries.registers import Asked, Count, Entry, Scope
from server.services.case import case_rows
from server.services.context import Context
from server.services.identity import people, posts
from server.services.packs import definitions

#: most rows an export may hold
MOST_ROWS: Final = 10_000
_BLOCK: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """A register the reader may open."""

    key: str
    title: str
    #: field -> heading, of the fields that are added up
    sums: Mapping[str, str]
    scopes: tuple[Scope, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One entry of a book."""

    entry: Entry
    phase: Phase
    #: may the reader open the case it is from
    is_known: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class BookPage:
    """One page of a book, with what its filters offer."""

    book: Book
    lines: tuple[Line, ...]
    total: int | None
    page: int
    page_size: int
    units: Sequence[tuple[str, str]]
    counts: tuple[Count, ...]


def books(ctx: Context) -> tuple[Book, ...]:
    """The books that offices of the actor keep, in order of their titles."""
    actor = posts.with_posts(ctx)
    titles: dict[str, str] = {}
    sums: dict[str, dict[str, str]] = {}
    scopes: dict[str, list[Scope]] = {}
    for release in definitions.releases_in_force(ctx, ctx.today):
        for key, rule in release.pack.registers.items():
            places = _places(ctx, actor, rule.readers)
            if not places:
                continue
            titles.setdefault(key, rule.title)
            summed = {name: each.title for name, each in rule.columns.items() if each.is_summed}
            sums.setdefault(key, {}).update(summed)
            packs = frozenset({release.pack.key})
            scopes.setdefault(key, []).extend(
                Scope(packs=packs, level=level, region=region) for level, region in places
            )
    found = [
        Book(key=key, title=titles[key], sums=sums[key], scopes=tuple(scopes[key]))
        for key in titles
    ]
    return tuple(sorted(found, key=lambda book: book.title))


def book(ctx: Context, key: str) -> Book:
    """One of them. Raises NotFound: there is none, or no office of the actor keeps it."""
    for each in books(ctx):
        if each.key == key:
            return each
    raise NotFound


def page(ctx: Context, asked: Asked, *, page: int = 1, page_size: int = 50) -> BookPage:
    """One page of a book, the newest entries first. Raises NotFound as :func:`book`."""
    found, number = book(ctx, asked.register), max(page, 1)
    actor = posts.with_posts(ctx)
    part = slice((number - 1) * page_size, number * page_size)
    rows = registers.book(ctx.session, actor, found.scopes, asked, ctx.today, part)
    known = case_rows.seen_of(ctx, {each.case_id for each in rows}) if rows else {}
    named = registers.units(ctx.session, actor, found.scopes, asked.register)
    return BookPage(
        book=found,
        lines=tuple(replace(_line(ctx, each), is_known=each.case_id in known) for each in rows),
        total=registers.total(ctx.session, actor, found.scopes, asked, ctx.today),
        page=number,
        page_size=page_size,
        units=tuple((row.id, row.name) for row in named),
        counts=tuple(registers.counts(ctx.session, found.scopes, asked, ctx.today)),
    )


def lines(ctx: Context, asked: Asked) -> Iterator[Line]:
    """Every entry that is asked for, read a block at a time while they are taken.

    Raises:
        NotFound: as :func:`book`.
        Invalid: there are more than one export may hold; nothing was read.
    """
    found, actor = book(ctx, asked.register), posts.with_posts(ctx)
    if registers.total(ctx.session, actor, found.scopes, asked, ctx.today) is None:
        finding = Finding(
            code="REGISTER_TOO_LONG",
            field="from_on",
            message=_("符合条件的登记超过{n}条，不能一次导出").format(n=MOST_ROWS),
            fix=_("缩短期间，或者按单位分次导出"),
        )
        raise Invalid(finding.message, [finding])
    return _all(ctx, found, asked)


def added_up(book: Book, found: Sequence[Line]) -> dict[str, float]:
    """The sums of these entries, by the headings of what is added up."""
    return {
        title: sum(
            value for each in found if isinstance(value := each.entry.data.get(key), int | float)
        )
        for key, title in book.sums.items()
    }


def _all(ctx: Context, found: Book, asked: Asked) -> Iterator[Line]:
    actor, offset = posts.with_posts(ctx), 0
    while True:
        part = slice(offset, offset + _BLOCK)
        rows = registers.book(ctx.session, actor, found.scopes, asked, ctx.today, part)
        if not rows:
            return
        yield from (_line(ctx, each) for each in rows)
        offset += len(rows)


def _line(ctx: Context, entry: Entry) -> Line:
    return Line(entry=entry, phase=phase(entry.span, ctx.today))


def _places(ctx: Context, actor: Actor, readers: Sequence[str]) -> set[tuple[str, str]]:
    """Level and region of each office of the actor that is one of these readers."""
    offices = [post.unit_id for post in actor.posts if post.kind in readers]
    return {(unit.level, unit.region) for unit in (people.unit(ctx, each) for each in offices)}

"""The search: cases by their reference, by whom they concern, and by what was written in them.

A case counts only when every word stands in something the actor may read: its reference and
procedure, the names where he may know them, the papers he may open, number and title of those that
were issued and that he may read. What he may not read finds
nothing, so that no search tells what a paper says that he is not shown.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select

from server.domain.perspectives import Sight
from server.domain.search_terms import Term, normal, stands_in, terms
from server.domain.snippets import Snippet, snippet
from server.forms import compiler
from server.forms.texts import written as texts
from server.models.case import case
from server.queries import papers, perspectives, search
from server.queries.case_filters import Wanted
from server.queries.case_lists import Line
from server.queries.issued_papers import Issued
from server.queries.papers import Written
from server.queries.search import Found
from server.services.case import laws
from server.services.case.laws import Laws
from server.services.context import Context
from server.services.files import case_indexes, case_papers
from server.services.files.case_indexes import Index, Titled
from server.services.identity import posts
from server.services.law import charts
from server.services.packs import definitions
from server.services.papers import paper_sheets, paper_sights

#: most cases of an answer; whoever finds more says more precisely what he looks for
MOST: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The paper of a case in which a word stands."""

    #: the step it was handed in with; None: it was issued, and stands in the list of the case
    seq: int | None
    title: str
    #: None: the word stands in several pieces there
    snippet: Snippet | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One case that was found; without a place: by its reference, procedure or names."""

    titled: Titled
    place: Place | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What was found, the newest case first."""

    results: tuple[Result, ...]
    #: False: there are more, or may be
    is_all: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Hits:
    """Cases that count, the newest first, each with the steps in which words were found."""

    steps: Mapping[str, tuple[int, ...]]
    #: case -> its issued paper in which words were found
    issued: Mapping[str, Issued]
    is_all: bool


def find(ctx: Context, text: str) -> Answer:
    """The newest cases in which the actor may read every word of the text.

    The number of statements is the same whatever is found; each paper that shows a snippet is one
    he may open whole.
    """
    found = _hits(ctx, text)
    shown = tuple(found.steps)[:MOST]
    listed = case_indexes.index(ctx, Wanted(ids=shown), page_size=MOST)
    places = _places(ctx, listed, {each: found.steps[each] for each in shown}, terms(text))
    for case_id, one in found.issued.items():
        places[case_id] = Place(seq=None, title=f"{one.title}{one.number}", snippet=None)
    return Answer(
        results=tuple(Result(titled=each, place=places.get(each.line.id)) for each in listed.items),
        is_all=found.is_all and len(found.steps) <= MOST,
    )


def narrowed(ctx: Context, wanted: Wanted) -> Wanted:
    """The same list with the words replaced by the cases they are found in."""
    if not wanted.q:
        return wanted
    return replace(wanted, q="", ids=tuple(_hits(ctx, wanted.q).steps))


def _hits(ctx: Context, text: str) -> _Hits:
    actor, words = posts.with_posts(ctx), terms(text)
    found = search.hits(ctx.session, actor, text)
    referred = set(search.by_reference(ctx.session, actor, text) if words else ())
    sights = perspectives.of_each(ctx.session, actor, list(found.cases))
    known = _known(ctx, [*found.cases, *referred])
    addressed = {case_id: one.addressed for case_id, one in known.items()}
    readable = papers.readable(ctx.session, sights, addressed)
    issued = paper_sights.readable(
        ctx, {each: sights[each] for each in _with_papers(found, sights)}
    )
    steps: dict[str, tuple[int, ...]] = {}
    named: dict[str, Issued] = {}
    for case_id, head in known.items():
        if case_id in referred:
            steps[case_id] = ()
        elif case_id in sights:
            where = found.cases[case_id]
            told = _told(head, sights[case_id], words, where.get(0, frozenset()))
            read = {seq: where[seq] for seq in sorted(where) if (case_id, seq) in readable}
            said = _said(issued.get(case_id, ()), words)
            if len(told.union(*read.values(), *(one for one, _paper in said))) == len(words):
                steps[case_id] = () if len(told) == len(words) else tuple(read)
                best = max(said, key=lambda each: len(each[0]), default=None)
                if best and len(told) < len(words) and (not read or len(best[0]) == len(words)):
                    steps[case_id], named[case_id] = (), best[1]
    return _Hits(steps=steps, issued=named, is_all=found.is_all)


def _with_papers(found: Found, sights: Mapping[str, Sight]) -> Iterator[str]:
    """The cases in which a word may stand in a paper that was issued."""
    for case_id, where in found.cases.items():
        if case_id in sights and any(seq < 0 for seq in where):
            yield case_id


def _said(issued: Collection[Issued], words: tuple[Term, ...]) -> list[tuple[set[int], Issued]]:
    """The words in number and title of each paper he may read; none where there are none."""
    found = []
    for one in issued:
        text = f"{one.title} {one.number}"
        numbers = {at for at, word in enumerate(words) if stands_in(word, text)}
        if numbers:
            found.append((numbers, one))
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What of a case is no secret to whoever knows of it, and its nodes that write to offices."""

    text: str
    addressed: frozenset[str]


def _known(ctx: Context, ids: Collection[str]) -> Mapping[str, _Known]:
    """The cases with these ids, the newest first."""
    rows = ctx.session.execute(
        select(case.c.id, case.c.reference, case.c.procedure, case.c.pack_version_id)
        .where(case.c.id.in_(ids))
        .order_by(case.c.opened_at.desc(), case.c.id)
    )
    known = {}
    for row in rows:
        pack = definitions.release(ctx, row.pack_version_id).pack
        known[row.id] = _Known(
            text=normal(f"{row.reference} {pack.procedures[row.procedure].title}"),
            addressed=frozenset(paper.node for paper in pack.papers.values() if paper.to),
        )
    return known


def _told(
    known: _Known, sight: Sight, words: tuple[Term, ...], numbers: frozenset[int]
) -> frozenset[int]:
    """The words found in the head of a case that the actor may know to stand there."""
    if sight.is_office or sight.is_party:
        return numbers
    return frozenset(number for number in numbers if words[number].text in known.text)


def _places(
    ctx: Context, listed: Index, steps: Mapping[str, tuple[int, ...]], words: tuple[Term, ...]
) -> dict[str, Place]:
    wanted = {(case_id, seqs[0]) for case_id, seqs in steps.items() if seqs}
    lines = {each.line.id: each.line for each in listed.items}
    found = laws.of_cases(ctx, list(steps))
    return {
        written.case_id: _place(
            ctx, lines[written.case_id], written, words, found.get(written.case_id, Laws())
        )
        for written in papers.chosen(ctx.session, wanted)
        if written.case_id in lines
    }


def _place(
    ctx: Context, line: Line, written: Written, words: tuple[Term, ...], found: Laws
) -> Place:
    now = definitions.release(ctx, line.pack_version_id)
    release = laws.release_at(ctx, found, written.seq, now)
    chart = charts.chart(release.files[line.procedure])
    form = paper_sheets.schema(release, line.procedure, written)
    fields = compiler.compiled(form).fields if form else ()
    return Place(
        seq=written.seq,
        title=case_papers.title(release, chart, written),
        snippet=snippet(texts(fields, written.answers), words),
    )

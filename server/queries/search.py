"""Finds cases by their reference, by whom they concern, and by what was written in them.

Every word has to be found in something the actor may read: a case he knows of is not found by a
word of a paper he may not see. What he may not know of does not exist, here as everywhere.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    cast,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.search_terms import Term, terms
from server.models.case import case
from server.models.search import case_search
from server.queries.visibility import visible

#: most rows of the index looked at, newest cases first
_MOST: Final = 2000

#: reference and names of the case
_HEAD: Final = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Where the words of a search stand, in the cases the actor knows of."""

    #: case -> step -> numbers of the words found in it (0: its head); the newest case first
    cases: Mapping[str, Mapping[int, frozenset[int]]]
    #: False: there may be older cases that nobody looked at
    is_all: bool


def by_head(session: Session, text: str) -> ColumnElement[bool]:
    """The condition on ``case``: every word stands in its reference, procedure or names.

    For lists that filter by words: these are known to everybody who knows of the case.
    """
    each = (
        select(case_search.c.case_id).where(case_search.c.seq == _HEAD, _matches(session, term))
        for term in terms(text)
    )
    return and_(true(), *(case.c.id.in_(rows) for rows in each))


def hits(session: Session, actor: Actor, text: str) -> Found:
    """The cases the actor knows of in which every word stands somewhere.

    Of the newest cases; what of a step the actor may read is for the caller to see.
    """
    words = terms(text)
    if not words:
        return Found(cases={}, is_all=True)
    found: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    rows = session.execute(_hits(session, actor, words)).all()
    for row in rows:
        found[row.case_id][row.seq].add(row.word)
    return Found(
        cases={
            case_id: {seq: frozenset(numbers) for seq, numbers in steps.items()}
            for case_id, steps in found.items()
        },
        is_all=len(rows) < _MOST,
    )


def by_reference(session: Session, actor: Actor, text: str) -> tuple[str, ...]:
    """The cases the actor knows of whose reference begins with the text, the newest first."""
    rows = session.scalars(
        select(case.c.id)
        .where(visible(actor), case.c.reference.startswith(text, autoescape=True))
        .order_by(case.c.opened_at.desc(), case.c.id)
        .limit(_MOST)
    )
    return tuple(rows)


def _hits(session: Session, actor: Actor, words: Sequence[Term]) -> Select[tuple[str, int, int]]:
    each = [
        select(case_search.c.case_id, case_search.c.seq, literal(number).label("word")).where(
            _matches(session, word)
        )
        for number, word in enumerate(words)
    ]
    rows = union_all(*each).subquery() if len(each) > 1 else each[0].subquery()
    return (
        select(rows.c.case_id, rows.c.seq, rows.c.word)
        .join(case, case.c.id == rows.c.case_id)
        .where(visible(actor), *_everywhere(session, words))
        .order_by(case.c.opened_at.desc(), case.c.id, rows.c.seq)
        .limit(_MOST)
    )


def _everywhere(session: Session, words: Sequence[Term]) -> Iterator[ColumnElement[bool]]:
    """Of a case that lacks one of the words no row is worth its place among the newest."""
    for word in words if len(words) > 1 else ():
        yield case.c.id.in_(select(case_search.c.case_id).where(_matches(session, word)))


def _matches(session: Session, term: Term) -> ColumnElement[bool]:
    """The index has this word; its marks are letters and digits only, nothing to be escaped."""
    if session.get_bind().dialect.name == "sqlite":
        phrase = f'"{" ".join(term.marks)}"' + ("*" if term.is_beginning else "")
        return literal_column("case_search").op("MATCH", is_comparison=True)(phrase)
    phrase = " <-> ".join(f"'{mark}'" for mark in term.marks)
    wanted = cast(literal(phrase + (":*" if term.is_beginning else "")), TSQUERY)
    return case_search.c.marks.op("@@", is_comparison=True)(wanted)

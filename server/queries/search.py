"""Finds cases by their reference, by whom they concern, and by what was written in them.

Every word has to be found in something the actor may read: a case he knows of is not found by a
word of a paper he may not see. What he may not know of does not exist, here as everywhere.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
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
class Hit:
    """A case that was found."""

    case_id: str
    reference: str
    procedure: str
    pack_version_id: str
    status: str
    opened_on: date
    #: steps whose text has a word of the search, the first one first; empty: reference or names
    steps: tuple[int, ...]


def by_head(session: Session, text: str) -> ColumnElement[bool]:
    """The condition on ``case``: every word stands in its reference, procedure or names.

    For lists that filter by words: these are known to everybody who knows of the case.
    """
    each = (
        select(case_search.c.case_id).where(case_search.c.seq == _HEAD, _matches(session, term))
        for term in terms(text)
    )
    return and_(true(), *(case.c.id.in_(rows) for rows in each))


def hits(session: Session, actor: Actor, text: str) -> dict[str, dict[int, frozenset[int]]]:
    """For each case the actor knows of: step -> numbers of the words found in it (0: its head).

    Of the newest cases; what of a step the actor may read is for the caller to see.
    """
    words = terms(text)
    if not words:
        return {}
    found: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for row in session.execute(_hits(session, actor, words)):
        found[row.case_id][row.seq].add(row.word)
    return {
        case_id: {seq: frozenset(numbers) for seq, numbers in steps.items()}
        for case_id, steps in found.items()
    }


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
        .where(visible(actor))
        .order_by(case.c.opened_at.desc(), case.c.id, rows.c.seq)
        .limit(_MOST)
    )


def _matches(session: Session, term: Term) -> ColumnElement[bool]:
    """The index has this word; its marks are letters and digits only, nothing to be escaped."""
    if session.get_bind().dialect.name == "sqlite":
        phrase = f'"{" ".join(term.marks)}"' + ("*" if term.is_beginning else "")
        return literal_column("case_search").op("MATCH", is_comparison=True)(phrase)
    phrase = " <-> ".join(f"'{mark}'" for mark in term.marks)
    wanted = cast(literal(phrase + (":*" if term.is_beginning else "")), TSQUERY)
    return case_search.c.marks.op("@@", is_comparison=True)(wanted)

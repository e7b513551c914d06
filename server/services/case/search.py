"""Keeps the search index of a case: its reference and names, what people wrote in each step, and
number and title of each paper that was issued.

Written in the transaction of its cause, one statement per step; the index holds nothing that the
rows of the case do not, and :func:`rebuild` makes it anew from them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import String, bindparam, cast, delete, insert, select
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Session

from server.domain.search_terms import marks
from server.forms.texts import written
from server.models.case import case, case_step, subject, takeover
from server.models.identity import Person, Unit
from server.models.paper import issued_paper
from server.models.search import case_search
from server.queries.steps import stands
from server.services.case import laws
from server.services.case.case_state import Act
from server.services.context import Context
from server.services.law.releases import Release
from server.services.packs import definitions

#: a row holds so many marks at most: the positions of a ``tsvector`` end at 16 383
_ROW: Final = 4000
#: rows of one text overlap by so many marks, so that a phrase is found across them
_OVERLAP: Final = 100

#: step number of the row with reference and names
HEAD: Final = 0


def index_case(ctx: Context, case_id: str, release: Release) -> None:
    """Make a new case findable by its reference, its procedure and whom it concerns."""
    ctx.settle()  # whom it concerns may still wait to be written
    row = ctx.session.execute(
        select(case.c.reference, case.c.procedure).where(case.c.id == case_id)
    ).one()
    former = ctx.session.scalar(select(takeover.c.reference).where(takeover.c.case_id == case_id))
    names = ctx.session.execute(
        select(subject.c.name, Person.name, Unit.name)
        .outerjoin(Person, Person.id == subject.c.person_id)
        .outerjoin(Unit, Unit.id == subject.c.unit_id)
        .where(subject.c.case_id == case_id)
    )
    texts = [
        row.reference,
        *([former] if former else []),
        release.pack.procedures[row.procedure].title,
    ]
    texts += [name for found in names for name in found if name]
    _write(ctx.session, case_id, HEAD, texts)


def index_step(ctx: Context, case_id: str, seq: int, release: Release, act: Act) -> None:
    """Make what somebody wrote in a step findable; nothing where nothing was written."""
    form = next((key for key, one in release.form_hashes.items() if one == act.form_hash), None)
    if form is None:
        return
    _write(ctx.session, case_id, seq, written(release.compiled[form].fields, act.answers))


def index_paper(ctx: Context, case_id: str, step_seq: int, title: str, number: str | None) -> None:
    """Make a paper that was issued for this step findable by its number and its title."""
    _write(ctx.session, case_id, -step_seq, [title, *([number] if number else [])])


def index_papers(ctx: Context) -> None:
    """Make what finds issued papers anew."""
    ctx.session.execute(delete(case_search).where(case_search.c.seq < HEAD))
    kept = issued_paper.c
    asked = select(kept.case_id, kept.step_seq, kept.title, kept.number)
    for row in ctx.session.execute(asked).all():
        index_paper(ctx, *row)


def rebuild(ctx: Context) -> int:
    """Make the whole index anew from the rows of the cases; return how many cases there are."""
    ctx.session.execute(delete(case_search))
    found = ctx.session.execute(select(case.c.id, case.c.pack_version_id)).all()
    for row in found:
        release = definitions.release(ctx, row.pack_version_id)
        index_case(ctx, row.id, release)
        found_by = laws.of_case(ctx, row.id)
        steps = ctx.session.execute(
            select(case_step.c.seq, case_step.c.answers, case_step.c.form_hash)
            .where(case_step.c.case_id == row.id, case_step.c.answers.is_not(None), stands())
            .order_by(case_step.c.seq)
        ).all()
        for step in steps:
            act = Act(command="", answers=step.answers, form_hash=step.form_hash)
            law = laws.release_at(ctx, found_by, step.seq, release)
            index_step(ctx, row.id, step.seq, law, act)
    index_papers(ctx)
    return len(found)


def _write(session: Session, case_id: str, seq: int, texts: Iterable[str]) -> None:
    # a mark that no text has stands between two texts: no phrase is found across them
    found = [mark for text in texts for mark in (*marks(text), "end")]
    kind = session.get_bind().dialect.name
    stored = " ".join if kind == "sqlite" else _vector
    made = [{"case_id": case_id, "seq": seq, "marks": stored(one)} for one in _rows(found)]
    if made:
        session.execute(_ADD[kind], made)


#: how marks are written on each database
_ADD: Final = {
    "sqlite": insert(case_search),
    "postgresql": insert(case_search).values(
        case_id=bindparam("case_id"),
        seq=bindparam("seq"),
        marks=cast(bindparam("marks", type_=String), TSVECTOR),
    ),
}


def _rows(found: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(found), _ROW - _OVERLAP):
        yield found[start : start + _ROW]


def _vector(found: Sequence[str]) -> str:
    """The marks with their places, as the text of a ``tsvector``; no parser has a say in it."""
    return " ".join(f"{mark}:{place}" for place, mark in enumerate(found, 1))

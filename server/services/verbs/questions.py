"""What one person asks and another answers, as rows: held with its case, and answered once.

Acts that take two persons (``requests``) and dates that are corrected (``corrections``) are such
questions; who may answer and what comes of it is theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, Table, select, update

from server.domain.access import Actor
from server.domain.errors import Conflict, NotFound
from server.queries import perspectives
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.identity import posts

#: longest reason or answer
LONGEST: Final = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of question."""

    table: Table
    #: does the actor hold the post that is asked
    is_addressed: Callable[[Row[Any], Actor], bool]
    #: what is said to who looked at another version of it
    stale: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One of them, locked with its case."""

    row: Row[Any]
    case: CaseRow


def hold(ctx: Context, kind: Kind, question_id: str, seen: int | None) -> Question:
    """The question, if the actor may know of it.

    Raises:
        NotFound: there is no such question, or it does not exist for the actor.
        Conflict: he saw another version.
    """
    case_rows.refuse_odd(question_id)
    of_one = kind.table.c.id == question_id
    case_id = ctx.session.scalar(select(kind.table.c.case_id).where(of_one))
    if case_id is None:
        raise NotFound
    case = case_rows.lock(ctx, case_id)
    actor = posts.with_posts(ctx)
    sight = perspectives.of(ctx.session, actor, case.id)
    row = ctx.session.execute(select(kind.table).where(of_one)).one()
    is_his = row.asked_by == actor.person_id or kind.is_addressed(row, actor)
    if sight.is_party or not (sight.is_office or is_his):
        raise NotFound
    if seen not in (None, row.version):
        raise Conflict(kind.stale)
    return Question(row=row, case=case)


def answer(ctx: Context, kind: Kind, row: Row[Any], state: str, said: str, **values: Any) -> None:
    """Write the answer; ``values``: other columns that come to be with it.

    Raises:
        Conflict: somebody answered meanwhile.
    """
    table = kind.table
    done = ctx.session.execute(
        update(table)
        .where(table.c.id == row.id, table.c.version == row.version)
        .values(
            version=row.version + 1,
            state=state,
            decided_by=ctx.actor.person_id,
            decided_at=ctx.now,
            answer=said.strip()[:LONGEST],
            **values,
        )
        .returning(table.c.id)
    )
    if done.one_or_none() is None:
        raise Conflict(kind.stale)

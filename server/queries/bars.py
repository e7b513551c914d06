"""What keeps people from acting in a case, in one statement: recusals, kin, and what they did."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from server.domain.incompatible import Did
from server.models.recusal import HOLDS, recusal
from server.models.work import work_item
from server.queries.visibility import kin_of

_CASE: Final = bindparam("case", type_=recusal.c.case_id.type)
_NOBODY: Final = literal("")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bars:
    """Who is kept from something in a case."""

    #: a recusal of theirs holds
    recused: frozenset[str]
    #: recorded near relatives of those it is about
    kin: frozenset[str]
    #: work that was completed
    did: tuple[Did, ...]


def of_case(session: Session, case_id: str) -> Bars:
    """Everything that keeps somebody from acting in this case."""
    found = session.execute(_BARS, {"case": case_id}).all()
    return Bars(
        recused=frozenset(row.person for row in found if row.kind == "recused"),
        kin=frozenset(row.person for row in found if row.kind == "kin"),
        did=tuple(Did(row.person, row.node, row.role) for row in found if row.kind == "did"),
    )


_KIN: Final = kin_of(_CASE).subquery()
# asked by every act on a task, so built once
_BARS: Final = union_all(
    select(
        literal("recused").label("kind"),
        recusal.c.person_id.label("person"),
        _NOBODY.label("node"),
        _NOBODY.label("role"),
    ).where(
        recusal.c.case_id == _CASE,
        recusal.c.person_id.is_not(None),
        recusal.c.state.in_(HOLDS),
    ),
    select(literal("kin"), _KIN.c.person_id, _NOBODY, _NOBODY),
    select(
        literal("did"),
        work_item.c.assignee_id,
        work_item.c.node_key,
        work_item.c.candidate_role,
    )
    .where(
        work_item.c.case_id == _CASE,
        work_item.c.state == "done",
        work_item.c.assignee_id.is_not(None),
    )
    .distinct(),
)

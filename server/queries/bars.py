"""What keeps people from acting in a case, in one statement: recusals, kin, and what they did.

Whom a report keeps out is known by marks alone (``adapters/ring``): it can be asked of somebody,
and nobody can list them.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from server.adapters.ring import Marked, Ring
from server.domain.incompatible import Did
from server.models.recusal import HOLDS, recusal
from server.models.reporter import reporter_bar
from server.models.work import work_item
from server.queries.visibility import kin_of, untold_in

_CASE: Final = bindparam("case", type_=recusal.c.case_id.type)
_NOBODY: Final = literal("")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bars:
    """Who is kept from something in a case."""

    #: a recusal of theirs holds, or they are looked into and not told
    recused: frozenset[str]
    #: recorded near relatives of those it is about
    kin: frozenset[str]
    #: work that was completed
    did: tuple[Did, ...]
    #: who reported, and near relatives of theirs
    shut: Marked

    def keeps_out(self, person_id: str) -> bool:
        """Does nothing of the case exist for him."""
        return person_id in self.recused or person_id in self.kin or person_id in self.shut


def of_case(session: Session, case_id: str, ring: Ring) -> Bars:
    """Everything that keeps somebody from acting in this case."""
    found = session.execute(_BARS, {"case": case_id}).all()
    return Bars(
        recused=frozenset(row.person for row in found if row.kind == "recused"),
        kin=frozenset(row.person for row in found if row.kind == "kin"),
        did=tuple(Did(row.person, row.node, row.role) for row in found if row.kind == "did"),
        shut=Marked(frozenset(row.person for row in found if row.kind == "shut"), ring),
    )


_KIN: Final = kin_of(_CASE).subquery()
_UNTOLD: Final = untold_in(_CASE).subquery()
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
    select(literal("recused"), _UNTOLD.c.person_id, _NOBODY, _NOBODY),
    select(literal("shut"), reporter_bar.c.mark, _NOBODY, _NOBODY).where(
        reporter_bar.c.case_id == _CASE
    ),
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

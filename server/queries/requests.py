"""Acts that take two persons as rows: of one case, waiting for somebody, asked by somebody.

Those who handle the case see them all; whoever asked, and who may decide, see theirs; parties see
none.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.expressions import Json
from server.domain.perspectives import Sight
from server.domain.requests import Request, RequestKind, RequestState
from server.models.case import case, case_request
from server.models.work import work_item
from server.queries.deciding import questions
from server.queries.visibility import recused_from

#: longest list
MOST: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Requested:
    """Somebody asks for an act on a case, and what became of it."""

    id: str
    version: int
    case_id: str
    reference: str
    procedure: str
    pack_version_id: str
    #: extend, move or amend
    kind: str
    payload: Mapping[str, Json]
    before: Mapping[str, Json]
    after: Mapping[str, Json]
    reason: str
    asked_by: str
    asked_name: str
    asked_at: datetime
    office_id: str
    office: str
    #: asked, consented, refused or withdrawn
    state: str
    decided_by: str | None
    decided_name: str
    decided_at: datetime | None
    answer: str

    @property
    def is_open(self) -> bool:
        """Does it wait for its answer."""
        return self.state == RequestState.ASKED

    @property
    def judged(self) -> Request:
        """As its decision looks at it."""
        return Request(
            state=RequestState(self.state),
            asked_by=self.asked_by,
            office_id=self.office_id,
            by_head=self.payload["by_head"],
        )


def of_case(session: Session, actor: Actor, sight: Sight, case_id: str) -> tuple[Requested, ...]:
    """The requests of a case that its reader may know of, the latest first."""
    if sight.is_party:
        return ()
    known = _wanted().where(case_request.c.case_id == case_id)
    if not sight.is_office:
        known = known.where(_is_of(actor))
    rows = session.execute(known.order_by(case_request.c.asked_at.desc(), case_request.c.id))
    return tuple(map(_requested, rows))


def waiting(session: Session, actor: Actor) -> tuple[Requested, ...]:
    """What waits for the actor's consent, the oldest first."""
    order = _wanted().where(_addressed(actor)).order_by(case_request.c.asked_at, case_request.c.id)
    return tuple(map(_requested, session.execute(order.limit(MOST))))


def asked_by(session: Session, actor: Actor) -> tuple[Requested, ...]:
    """What the actor asked, the latest first."""
    query = _known(actor).where(case_request.c.asked_by == actor.person_id)
    order = query.order_by(case_request.c.asked_at.desc(), case_request.c.id)
    return tuple(map(_requested, session.execute(order.limit(MOST))))


def open_subjects(session: Session, case_id: str, kind: RequestKind) -> frozenset[str]:
    """What is asked already in this case and waits for its answer."""
    return frozenset(subject for _case, subject in open_subjects_of(session, [case_id], kind))


def open_subjects_of(
    session: Session, case_ids: Collection[str], kind: RequestKind
) -> frozenset[tuple[str, str]]:
    """The same of several cases, each with its case; one statement."""
    waiting = select(case_request.c.case_id, case_request.c.payload).where(
        case_request.c.case_id.in_(case_ids),
        case_request.c.kind == kind,
        case_request.c.state == RequestState.ASKED,
    )
    return frozenset((row.case_id, row.payload["subject"]) for row in session.execute(waiting))


def has_any(actor: Actor) -> ColumnElement[bool]:
    """Did he ever ask for anything, or was anything ever asked of an office of his."""
    return select(case_request.c.id).where(_is_of(actor)).exists()


def addressed(actor: Actor) -> Select[tuple[int]]:
    """How many requests wait for his consent, to be asked within another statement."""
    return select(func.count()).select_from(case_request).where(_addressed(actor))


def case_of(session: Session, request_id: str) -> str | None:
    """The case a request is about, None for no such request; says nothing of who may know."""
    return session.scalar(select(case_request.c.case_id).where(case_request.c.id == request_id))


def has_task(session: Session, case_id: str, person_id: str, nodes: Collection[str]) -> bool:
    """Has or had the person a task of one of these steps in the case."""
    his = select(work_item.c.id).where(
        work_item.c.case_id == case_id,
        work_item.c.assignee_id == person_id,
        work_item.c.node_key.in_(nodes),
    )
    return session.execute(his.limit(1)).first() is not None


def _is_of(actor: Actor) -> ColumnElement[bool]:
    """He asked, or serves the office that is asked."""
    return or_(case_request.c.asked_by == actor.person_id, _of_his_office(actor))


def _addressed(actor: Actor) -> ColumnElement[bool]:
    """It waits for his consent, by the rule of ``domain/requests``."""
    head_only = case_request.c.payload["by_head"].as_boolean()
    return and_(
        case_request.c.state == RequestState.ASKED,
        case_request.c.asked_by != actor.person_id,
        case_request.c.case_id.not_in(recused_from(actor)),
        or_(
            case_request.c.office_id.in_(actor.headed),
            and_(_of_his_office(actor), ~head_only),
        ),
    )


def _of_his_office(actor: Actor) -> ColumnElement[bool]:
    return case_request.c.office_id.in_(sorted({post.unit_id for post in actor.posts}))


def _known(actor: Actor) -> Select[Any]:
    return _wanted().where(case_request.c.case_id.not_in(recused_from(actor)))


def _wanted() -> Select[Any]:
    return questions(case_request, Requested.__slots__, case.c.procedure)


def _requested(row: Any) -> Requested:
    values: dict[str, Any] = dict(row._mapping)
    for name, nothing in (("decided_name", ""), ("before", {}), ("after", {})):
        values[name] = values[name] or nothing
    return Requested(**values)

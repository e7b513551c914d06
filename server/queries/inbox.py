"""The lists an official works from: mine, claimable by my posts, overdue that I may see, done."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy import case as case_when
from sqlalchemy.orm import Session

from server.domain.access import Actor, PostHeld
from server.domain.lifecycle import DeadlineState, WorkState
from server.models.case import case
from server.models.identity import Person, Post
from server.models.time import deadline
from server.models.work import OPEN_STATES, participant, work_item
from server.queries.visibility import visible_cases

View = Literal["inbox", "queue", "overdue", "done"]

#: longest page
MAX_PAGE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of a list."""

    id: str
    version: int
    node_key: str
    title: str
    case_id: str
    reference: str
    candidate_role: str
    candidate_unit: str | None
    assignee_id: str | None
    state: str
    deadline_key: str
    due_on: date | None


def entries(
    session: Session, actor: Actor, view: View, *, on: date, page: int = 1, page_size: int = 50
) -> tuple[Entry, ...]:
    """One page of a list of the actor, the earliest due first.

    ``on`` is today, and ``actor`` brings today's posts.
    """
    size = min(page_size, MAX_PAGE)
    columns = [work_item.c[name] for name in Entry.__slots__ if name != "reference"]
    rows = session.execute(
        select(*columns, case.c.reference)
        .join(case, case.c.id == work_item.c.case_id)
        .where(_wanted(actor, view, on), visible_cases(actor.person_id, _units(actor.posts)))
        .order_by(work_item.c.due_on.is_(None), work_item.c.due_on, work_item.c.id)
        .limit(size)
        .offset((page - 1) * size)
    )
    return tuple(Entry(**row._mapping) for row in rows)


def _wanted(actor: Actor, view: View, on: date) -> ColumnElement[bool]:
    if view == "inbox":
        return and_(
            work_item.c.assignee_id == actor.person_id, work_item.c.state == WorkState.CLAIMED
        )
    if view == "done":
        return and_(work_item.c.assignee_id == actor.person_id, work_item.c.state == WorkState.DONE)
    if view == "overdue":
        return and_(work_item.c.state.in_(OPEN_STATES), _is_overdue())
    free = and_(work_item.c.state == WorkState.CLAIMED, ~_is_held(on))
    return and_(or_(work_item.c.state == WorkState.OFFERED, free), _claimable(actor))


def _is_held(on: date) -> ColumnElement[bool]:
    """The assignee is still one of those it is offered to; what somebody left behind is free."""
    of_assignee = (
        Post.person_id == work_item.c.assignee_id,
        Post.from_on <= on,
        or_(Post.to_on.is_(None), Post.to_on >= on),
    )
    in_office = exists().where(
        *of_assignee,
        Post.unit_id == work_item.c.candidate_unit,
        or_(Post.is_head, ~work_item.c.head_only),
        Person.id == Post.person_id,
        Person.state == "active",
    )
    by_name = exists().where(
        *_has_part(),
        or_(
            participant.c.person_id == work_item.c.assignee_id,
            participant.c.unit_id.in_(select(Post.unit_id).where(*of_assignee)),
        ),
    )
    return case_when((work_item.c.candidate_unit.is_(None), by_name), else_=in_office)


def _has_part() -> tuple[ColumnElement[bool], ...]:
    return (
        participant.c.case_id == work_item.c.case_id,
        participant.c.role_key == work_item.c.candidate_role,
        participant.c.to_at.is_(None),
    )


def _claimable(actor: Actor) -> ColumnElement[bool]:
    """The rows ``domain/access.is_candidate`` says yes to."""
    headed = _units([post for post in actor.posts if post.is_head])
    by_name = exists().where(
        *_has_part(),
        or_(
            participant.c.person_id == actor.person_id,
            participant.c.unit_id.in_(_units(actor.posts)),
        ),
    )
    return or_(
        and_(work_item.c.candidate_unit.in_(_units(actor.posts)), ~work_item.c.head_only),
        and_(work_item.c.candidate_unit.in_(headed), work_item.c.head_only),
        and_(work_item.c.candidate_unit.is_(None), by_name),
    )


def _is_overdue() -> ColumnElement[bool]:
    return exists().where(
        deadline.c.case_id == work_item.c.case_id,
        deadline.c.rule_key == work_item.c.deadline_key,
        deadline.c.state == DeadlineState.OVERDUE,
    )


def _units(posts: Collection[PostHeld]) -> list[str]:
    return sorted({post.unit_id for post in posts})

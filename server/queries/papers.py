"""The papers of a case: what was handed in at each step, in the form it was given in.

Rows only; who may read which paper is decided by ``files/case_papers`` with the pack at hand.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import Session, aliased

from server.domain.expressions import Json
from server.domain.perspectives import Sight
from server.models.case import case, case_step
from server.models.document import attachment
from server.models.identity import Person, Unit
from server.models.work import work_item
from server.queries.steps import stands


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """One completed step with its answers."""

    case_id: str
    seq: int
    command: str
    node_key: str
    work_item_id: str | None
    #: role it was written in: of the task, of the office that opened the case, or the applicant
    role: str
    unit_id: str | None
    unit: str
    title: str
    form_key: str
    form_hash: str
    actor_id: str | None
    by: str
    on_behalf_of: str
    at: datetime
    answers: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """A file handed in with a step."""

    id: str
    step_seq: int | None
    name: str
    media_type: str
    size: int
    uploaded_by: str
    by: str
    at: datetime


def readable(
    session: Session,
    sights: Mapping[str, Sight],
    addressed: Mapping[str, Collection[str]],
) -> set[tuple[str, int]]:
    """(case, step) of every paper that may be read whole, in one statement for all the cases.

    ``sights`` says how the reader stands to each case (``perspectives.of_each``), ``addressed``
    for each case the nodes whose papers go to an office (``papers:`` of its pack, with ``to``);
    a case it leaves out is taken as one where none does, which shows less, never more.
    """
    rows = session.execute(
        select(
            case_step.c.case_id,
            case_step.c.seq,
            case_step.c.command,
            case_step.c.node_key,
            case_step.c.actor_id,
            work_item.c.candidate_role,
            work_item.c.candidate_unit,
            case.c.opened_for,
            Unit.kind.label("opened_as"),
        )
        .join(case, case.c.id == case_step.c.case_id)
        .outerjoin(work_item, work_item.c.id == case_step.c.work_item_id)
        .outerjoin(Unit, Unit.id == case.c.opened_for)
        .where(case_step.c.case_id.in_(list(sights)), case_step.c.form_hash.is_not(None), stands())
    )
    return {
        (row.case_id, row.seq)
        for row in rows
        for is_opening in (row.command == "open",)
        if sights[row.case_id].reads(
            _opening_role(row.opened_as) if is_opening else row.candidate_role or "",
            row.actor_id,
            row.opened_for if is_opening else row.candidate_unit,
            is_addressed=row.node_key in addressed.get(row.case_id, ()),
        )
    }


def written(session: Session, case_id: str) -> tuple[Written, ...]:
    """Every step with answers, in the order they were given."""
    return _written(session, case_step.c.case_id == case_id)


def chosen(session: Session, steps: Collection[tuple[str, int]]) -> tuple[Written, ...]:
    """These steps (case, step) of any cases, with their answers, in one statement."""
    return _written(session, tuple_(case_step.c.case_id, case_step.c.seq).in_(sorted(steps)))


def attached(session: Session, case_id: str) -> tuple[Attached, ...]:
    """The files of the case in the order they were handed in, without what was removed."""
    rows = session.execute(
        select(
            attachment.c.id,
            attachment.c.step_seq,
            attachment.c.name,
            attachment.c.media_type,
            attachment.c.size,
            attachment.c.uploaded_by,
            attachment.c.bound_at,
            attachment.c.uploaded_at,
            Person.name.label("by"),
        )
        .join(Person, Person.id == attachment.c.uploaded_by)
        .where(attachment.c.case_id == case_id, attachment.c.state == "bound")
        .order_by(attachment.c.uploaded_at, attachment.c.id)
    )
    return tuple(
        Attached(
            id=row.id,
            step_seq=row.step_seq,
            name=row.name,
            media_type=row.media_type,
            size=row.size,
            uploaded_by=row.uploaded_by,
            by=row.by,
            at=row.bound_at or row.uploaded_at,
        )
        for row in rows
    )


def _written(session: Session, *wanted: ColumnElement[bool]) -> tuple[Written, ...]:
    return tuple(
        Written(
            case_id=row.case_id,
            seq=row.seq,
            command=row.command,
            node_key=row.node_key,
            work_item_id=row.work_item_id,
            role=_opening_role(row.opened_as) if is_opening else row.candidate_role or "",
            unit_id=row.opened_for if is_opening else row.candidate_unit,
            unit=(row.opened_unit if is_opening else row.unit) or "",
            title=row.title or "",
            form_key=row.form_key or "",
            form_hash=row.form_hash,
            actor_id=row.actor_id,
            by=row.by or "",
            on_behalf_of=row.on_behalf_of or "",
            at=row.at,
            answers=row.answers or {},
        )
        for row in session.execute(_steps(*wanted))
        for is_opening in (row.command == "open",)
    )


def _steps(*wanted: ColumnElement[bool]) -> Select[Any]:
    """Steps with answers, with who wrote them, for whom, and in which office."""
    absent, opener = aliased(Person), aliased(Unit)
    return (
        select(
            case_step.c.case_id,
            case_step.c.seq,
            case_step.c.command,
            case_step.c.node_key,
            case_step.c.work_item_id,
            case_step.c.form_hash,
            case_step.c.actor_id,
            case_step.c.answers,
            case_step.c.at,
            work_item.c.candidate_role,
            work_item.c.candidate_unit,
            work_item.c.title,
            work_item.c.form_key,
            Unit.name.label("unit"),
            Person.name.label("by"),
            absent.name.label("on_behalf_of"),
            opener.id.label("opened_for"),
            opener.kind.label("opened_as"),
            opener.name.label("opened_unit"),
        )
        .join(case, case.c.id == case_step.c.case_id)
        .outerjoin(work_item, work_item.c.id == case_step.c.work_item_id)
        .outerjoin(Unit, Unit.id == work_item.c.candidate_unit)
        .outerjoin(opener, opener.id == case.c.opened_for)
        .outerjoin(Person, Person.id == case_step.c.actor_id)
        .outerjoin(absent, absent.id == case_step.c.on_behalf_of)
        .where(case_step.c.form_hash.is_not(None), stands(), *wanted)
        .order_by(case_step.c.seq)
    )


def _opening_role(opened_as: str | None) -> str:
    return opened_as or "applicant"

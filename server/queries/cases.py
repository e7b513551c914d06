"""Everything a case shows at a moment, as frozen rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from server.domain.expressions import Json
from server.domain.lifecycle import OPEN_DEADLINES, WorkState
from server.domain.links import LinkKind
from server.models.case import case, case_state, case_step
from server.models.link import case_link
from server.models.outbox import notification, outbox
from server.models.time import deadline
from server.models.work import OPEN_STATES, work_item


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenWork:
    """One work item that waits."""

    id: str
    node_key: str
    title: str
    form_key: str
    #: role key of the office, or role the case fills
    office: str
    unit_id: str | None
    level: str | None
    head_only: bool
    assignee_id: str | None
    item: Json
    deadline_key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """One period of the case."""

    rule_key: str
    occurrence: int
    state: str
    origin_on: date
    due_on: date | None
    provisional_on: date | None
    met_on: date | None
    line: str

    @property
    def is_open(self) -> bool:
        """Does it still need watching."""
        return self.state in OPEN_DEADLINES


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A message the case has sent, with what it carried."""

    message: str
    data: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A notice that was owed: to whom, by which deadline."""

    label: str
    deadline_key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFacts:
    """The whole of a case."""

    id: str
    reference: str
    procedure: str
    status: str
    #: why it stands still
    status_reason: str
    outcome: str | None
    level: str
    unit_id: str | None
    work: tuple[OpenWork, ...]
    #: oldest occurrence of a rule first
    clocks: tuple[Clock, ...]
    messages: tuple[Sent, ...]
    #: procedures of the cases its messages began
    opened: tuple[str, ...]
    #: what a start form did not take of a message, in words
    parked: tuple[str, ...]
    notices: tuple[Notice, ...]
    variables: Mapping[str, Json]
    #: elements and sequence flows passed, in order of the steps
    visited: tuple[str, ...]
    flows: tuple[str, ...]

    def clock_of(self, rule_key: str) -> Clock | None:
        """The newest clock of a rule, None when there never was one."""
        found = [clock for clock in self.clocks if clock.rule_key == rule_key]
        return found[-1] if found else None


def whole(session: Session, case_id: str) -> CaseFacts:
    """The case without regard to who asks: for the program and its operator only."""
    row = session.execute(
        select(case, case_state.c.variables)
        .join(case_state, case_state.c.case_id == case.c.id)
        .where(case.c.id == case_id)
    ).one()
    steps = session.execute(
        select(case_step.c.visited, case_step.c.flows)
        .where(case_step.c.case_id == case_id)
        .order_by(case_step.c.seq)
    ).all()
    return CaseFacts(
        id=row.id,
        reference=row.reference,
        procedure=row.procedure,
        status=row.status,
        status_reason=row.status_reason,
        outcome=row.outcome,
        level=row.level,
        unit_id=row.unit_id,
        work=_work(session, case_id),
        clocks=_clocks(session, case_id),
        messages=_messages(session, case_id),
        opened=_opened(session, case_id),
        parked=parked(session, case_id),
        notices=_notices(session, case_id),
        variables=row.variables,
        visited=tuple(node for step in steps for node in step.visited),
        flows=tuple(flow for step in steps for flow in step.flows),
    )


def _work(session: Session, case_id: str) -> tuple[OpenWork, ...]:
    rows = session.execute(
        select(work_item)
        .where(work_item.c.case_id == case_id, work_item.c.state.in_(OPEN_STATES))
        .order_by(work_item.c.opened_at, work_item.c.node_key, work_item.c.instance)
    )
    return tuple(map(_as_open, rows))


def done_last(session: Session, case_id: str, node_key: str) -> OpenWork | None:
    """The work item of this task that was done last, None: there is none."""
    row = session.execute(
        select(work_item)
        .where(
            work_item.c.case_id == case_id,
            work_item.c.node_key == node_key,
            work_item.c.state == WorkState.DONE,
        )
        .order_by(work_item.c.closed_at.desc(), work_item.c.opened_at.desc())
        .limit(1)
    ).one_or_none()
    return _as_open(row) if row is not None else None


def _as_open(row: Row[Any]) -> OpenWork:
    return OpenWork(
        id=row.id,
        node_key=row.node_key,
        title=row.title,
        form_key=row.form_key,
        office=row.candidate_role,
        unit_id=row.candidate_unit,
        level=row.level,
        head_only=row.head_only,
        assignee_id=row.assignee_id,
        item=row.item,
        deadline_key=row.deadline_key,
    )


def _clocks(session: Session, case_id: str) -> tuple[Clock, ...]:
    columns = [deadline.c[name] for name in Clock.__slots__]
    rows = session.execute(
        select(*columns)
        .where(deadline.c.case_id == case_id)
        .order_by(deadline.c.rule_key, deadline.c.occurrence)
    )
    return tuple(Clock(**row._mapping) for row in rows)


def _messages(session: Session, case_id: str) -> tuple[Sent, ...]:
    rows = session.scalars(
        select(outbox.c.payload)
        .where(outbox.c.case_id == case_id, outbox.c.kind == "message")
        .order_by(outbox.c.created_at, outbox.c.dedupe_key)
    )
    return tuple(
        Sent(message=row["message"], data=row["data"]) for row in rows if "part" not in row
    )


def _opened(session: Session, case_id: str) -> tuple[str, ...]:
    return tuple(
        session.scalars(
            select(case.c.procedure)
            .join(case_link, case_link.c.to_id == case.c.id)
            .where(case_link.c.from_id == case_id, case_link.c.kind == LinkKind.OPENED)
            .order_by(case.c.procedure, case.c.id)
        )
    )


def parked(session: Session, case_id: str) -> tuple[str, ...]:
    """What start forms did not take of the messages of the case, in words."""
    rows = session.execute(
        select(outbox.c.payload, outbox.c.problems).where(
            outbox.c.case_id == case_id, outbox.c.kind == "message", outbox.c.state == "failed"
        )
    )
    return tuple(
        f"{row.payload['message']}：{each['field']}：{each['message']}"
        for row in rows
        for each in row.problems or ()
    )


def _notices(session: Session, case_id: str) -> tuple[Notice, ...]:
    rows = session.execute(
        select(notification.c.label, deadline.c.rule_key)
        .join(deadline, deadline.c.id == notification.c.deadline_id)
        .where(notification.c.case_id == case_id)
        .order_by(notification.c.created_at, notification.c.dedupe_key)
    )
    return tuple(Notice(label=row.label, deadline_key=row.rule_key) for row in rows)

"""The rows of one case file: its head, whom it is about, where it waits, what it was notified of.

Every function takes the :class:`~server.domain.perspectives.Sight` of the reader, so that nothing
can be read before it is known how he stands to the case.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from server.domain.perspectives import Sight
from server.domain.roles import PARTIES
from server.models.audit import AuditEvent
from server.models.case import case, subject, takeover
from server.models.definition import PackVersion
from server.models.identity import Person, Unit
from server.models.outbox import notification
from server.models.work import OPEN_STATES, work_item


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What stands at the top of the file."""

    id: str
    version: int
    reference: str
    procedure: str
    #: what the matter is, empty where nobody said it
    matter: str
    pack_version_id: str
    #: number of the published version
    pack_version: int
    #: what the pack calls itself and its version
    pack_title: str
    pack_label: str
    valid_from: date
    status: str
    #: why it stands still, in plain words
    status_reason: str
    outcome: str | None
    level: str
    unit_id: str | None
    unit: str
    opened_on: date
    opened_at: datetime
    #: who opened it, and for which office; empty: the applicant himself
    opened_by: str
    opened_for: str | None
    office: str
    #: what the office that opened it is (role key), empty for none
    office_kind: str
    closed_at: datetime | None
    #: taken over at a later step on this day, None: begun here
    taken_over_on: date | None
    #: its reference in the old record
    former: str
    #: above 0: it goes before others, for this reason
    priority: int
    priority_reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Concerned:
    """Somebody the case is about."""

    #: applicant or subject
    kind: str
    name: str
    #: level that holds the authority over him, of a unit: its affiliation
    managed_by: str | None
    outcome: str | None
    is_unit: bool
    #: what its pack calls it, once somebody looked
    outcome_title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One task that waits."""

    id: str
    version: int
    node_key: str
    title: str
    role: str
    unit_id: str | None
    unit: str
    assignee_id: str | None
    assignee: str
    deadline_key: str
    due_on: date | None
    opened_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A notice the case sent."""

    at: datetime
    label: str
    recipient: str
    unit: str
    text: str
    read_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """Somebody looked at the case."""

    at: datetime
    who: str
    verb: str


def head(session: Session, case_id: str) -> Head:
    """The head of a case that exists."""
    office, opener = aliased(Unit), aliased(Person)
    row = session.execute(
        select(
            case.c.id,
            case.c.version,
            case.c.reference,
            case.c.procedure,
            case.c.title.label("matter"),
            case.c.pack_version_id,
            case.c.status,
            case.c.status_reason,
            case.c.outcome,
            case.c.level,
            case.c.unit_id,
            case.c.opened_on,
            case.c.opened_at,
            case.c.opened_for,
            case.c.closed_at,
            case.c.taken_over_on,
            case.c.priority,
            case.c.priority_reason,
            takeover.c.reference.label("former"),
            PackVersion.version.label("pack_version"),
            PackVersion.title.label("pack_title"),
            PackVersion.label.label("pack_label"),
            PackVersion.valid_from,
            Unit.name.label("unit"),
            opener.name.label("opened_by"),
            office.name.label("office"),
            office.kind.label("office_kind"),
        )
        .join(PackVersion, PackVersion.id == case.c.pack_version_id)
        .outerjoin(Unit, Unit.id == case.c.unit_id)
        .outerjoin(opener, opener.id == case.c.opened_by)
        .outerjoin(office, office.id == case.c.opened_for)
        .outerjoin(takeover, takeover.c.case_id == case.c.id)
        .where(case.c.id == case_id)
    ).one()
    texts = ("unit", "opened_by", "office", "office_kind", "former")
    return Head(**{**row._mapping, **{name: getattr(row, name) or "" for name in texts}})


def concerned(session: Session, sight: Sight, case_id: str) -> tuple[Concerned, ...]:
    """Whom it is about, the person concerned before who applied; nobody for whoever was asked."""
    if not (sight.is_office or sight.is_party):
        return ()
    rows = session.execute(
        select(
            subject.c.kind,
            subject.c.name,
            subject.c.managed_by,
            subject.c.outcome,
            subject.c.unit_id,
            subject.c.person_id,
        )
        .where(subject.c.case_id == case_id)
        .order_by(subject.c.kind.desc(), subject.c.name, subject.c.id)
    )
    return tuple(
        Concerned(
            kind=row.kind,
            name=row.name,
            managed_by=row.managed_by,
            outcome=row.outcome if sight.is_office or sight.is_over else None,
            is_unit=row.unit_id is not None,
        )
        for row in rows
        # one party learns of no other what became of him
        if sight.is_office
        or row.person_id in (sight.person_id, None)
        or row.kind in sight.speaks_for
    )


def tasks(session: Session, sight: Sight, case_id: str) -> tuple[Task, ...]:
    """The open tasks the reader may know of: all for offices, his own for everybody else."""
    rows = session.execute(
        select(
            work_item.c.id,
            work_item.c.version,
            work_item.c.node_key,
            work_item.c.title,
            work_item.c.candidate_role.label("role"),
            work_item.c.candidate_unit.label("unit_id"),
            work_item.c.assignee_id,
            work_item.c.deadline_key,
            work_item.c.due_on,
            work_item.c.opened_at,
            Unit.name.label("unit"),
            Person.name.label("assignee"),
        )
        .outerjoin(Unit, Unit.id == work_item.c.candidate_unit)
        .outerjoin(Person, Person.id == work_item.c.assignee_id)
        .where(work_item.c.case_id == case_id, work_item.c.state.in_(OPEN_STATES))
        .order_by(work_item.c.opened_at, work_item.c.node_key, work_item.c.id)
    )
    found = (
        Task(**{**row._mapping, "unit": row.unit or "", "assignee": row.assignee or ""})
        for row in rows
    )
    return tuple(task for task in found if _may_know(sight, task))


def _may_know(sight: Sight, task: Task) -> bool:
    if sight.is_office:
        return True
    if sight.is_party:
        return task.role in PARTIES
    return sight.wrote(task.assignee_id, task.unit_id)


def notices(session: Session, sight: Sight, case_id: str) -> tuple[Notice, ...]:
    """The notices of the case, the latest first; offices that handle it alone see them."""
    if not sight.is_office:
        return ()
    rows = session.execute(
        select(
            notification.c.created_at.label("at"),
            notification.c.label,
            notification.c.text,
            notification.c.read_at,
            Person.name.label("recipient"),
            Unit.name.label("unit"),
        )
        .outerjoin(Person, Person.id == notification.c.recipient_id)
        .outerjoin(Unit, Unit.id == notification.c.unit_id)
        .where(notification.c.case_id == case_id)
        .order_by(notification.c.created_at.desc(), notification.c.dedupe_key)
    )
    return tuple(
        Notice(**{**row._mapping, "recipient": row.recipient or "", "unit": row.unit or ""})
        for row in rows
    )


def looks(session: Session, sight: Sight, case_id: str, *, most: int = 200) -> tuple[Look, ...]:
    """Who looked at the case, the latest first; nothing for whoever does not handle it."""
    if not sight.is_office:
        return ()
    rows = session.execute(
        select(AuditEvent.at, AuditEvent.verb, Person.name.label("who"))
        .join(Person, Person.id == AuditEvent.actor_id)
        .where(
            AuditEvent.case_id == case_id,
            AuditEvent.chain == "access",
            # who was turned away saw nothing
            AuditEvent.verb != "denied",
        )
        .order_by(AuditEvent.seq.desc())
        .limit(most)
    )
    return tuple(Look(**row._mapping) for row in rows)

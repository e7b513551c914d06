"""Papers that were issued, with their files and the proof of their service, as rows.

Who may read which is decided by :func:`server.domain.letters.may_read` with the facts given here.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, aliased

from server.models.identity import Person, Unit
from server.models.paper import issued_paper, paper_file, paper_service
from server.models.work import participant


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """One time it was handed over."""

    id: str
    role: str
    person_id: str | None
    unit_id: str | None
    addressee: str
    is_copy: bool
    way: str
    way_text: str
    served_on: date
    received_by: str
    note: str
    receipt_id: str | None
    #: a later record took its place
    is_replaced: bool
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """One paper as it was issued."""

    id: str
    case_id: str
    key: str
    step_seq: int
    title: str
    number: str
    matter: str
    to_roles: tuple[str, ...]
    needs_service: bool
    role: str
    unit_id: str | None
    unit: str
    written_by: str | None
    replaces_id: str | None
    #: number or title of the paper it replaces, empty for none
    replaces: str
    reason: str
    #: a later paper took its place
    is_replaced: bool
    by: str
    on_behalf_of: str
    at: datetime
    #: kind -> content hash and size
    files: Mapping[str, tuple[str, int]]
    services: tuple[Service, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Somebody who has a part in the case."""

    role: str
    person_id: str | None
    unit_id: str | None
    name: str


def of_case(session: Session, case_id: str) -> tuple[Issued, ...]:
    """Every paper of the case, the oldest first, in three statements."""
    return of_cases(session, [case_id]).get(case_id, ())


def of_cases(session: Session, case_ids: Collection[str]) -> Mapping[str, tuple[Issued, ...]]:
    """Every paper of these cases, of each the oldest first, in three statements for them all."""
    rows = session.execute(_papers(case_ids)).all()
    if not rows:
        return {}
    ids = [row.id for row in rows]
    files, served = _files(session, ids), _services(session, ids)
    names = {row.id: row.number or row.title for row in rows}
    replaced = {row.replaces_id for row in rows}
    found: dict[str, tuple[Issued, ...]] = {}
    for row in rows:
        one = Issued(
            id=row.id,
            case_id=row.case_id,
            key=row.key,
            step_seq=row.step_seq,
            title=row.title,
            number=row.number or "",
            matter=row.matter,
            to_roles=tuple(row.to_roles),
            needs_service=row.needs_service,
            role=row.role,
            unit_id=row.unit_id,
            unit=row.unit or "",
            written_by=row.written_by,
            replaces_id=row.replaces_id,
            replaces=names.get(row.replaces_id, ""),
            reason=row.reason,
            is_replaced=row.id in replaced,
            by=row.by,
            on_behalf_of=row.absent or "",
            at=row.issued_at,
            files=files[row.id],
            services=tuple(served[row.id]),
        )
        found[row.case_id] = (*found.get(row.case_id, ()), one)
    return found


def case_of(session: Session, paper_id: str) -> str | None:
    """The case a paper belongs to, None when there is no such paper."""
    return session.scalar(select(issued_paper.c.case_id).where(issued_paper.c.id == paper_id))


def of_receipt(session: Session, attachment_id: str) -> str | None:
    """The paper whose service this file proves, None when it proves none."""
    return session.scalar(
        select(paper_service.c.paper_id).where(paper_service.c.receipt_id == attachment_id)
    )


def unprinted(session: Session, most: int) -> list[Row[Any]]:
    """Papers that have no print yet, the oldest first: id, content hash and size of the letter."""
    printed = paper_file.alias()
    return list(
        session.execute(
            select(paper_file.c.paper_id, paper_file.c.content_hash, paper_file.c.size)
            .join(issued_paper, issued_paper.c.id == paper_file.c.paper_id)
            .where(
                paper_file.c.kind == "docx",
                ~select(printed.c.paper_id)
                .where(printed.c.paper_id == paper_file.c.paper_id, printed.c.kind == "pdf")
                .exists(),
            )
            .order_by(issued_paper.c.issued_at)
            .limit(most)
        )
    )


def held(session: Session, hashes: Collection[str]) -> set[str]:
    """Those of these contents that are files of papers."""
    wanted = select(paper_file.c.content_hash).where(paper_file.c.content_hash.in_(hashes))
    return set(session.scalars(wanted))


def parts(session: Session, case_id: str) -> tuple[Part, ...]:
    """Who has a part in the case today."""
    return parts_of(session, [case_id]).get(case_id, ())


def parts_of(session: Session, case_ids: Collection[str]) -> Mapping[str, tuple[Part, ...]]:
    """Who has a part in each of these cases today, in one statement."""
    rows = session.execute(
        select(
            participant.c.case_id,
            participant.c.role_key,
            participant.c.person_id,
            participant.c.unit_id,
            Person.name.label("person"),
            Unit.name.label("unit"),
        )
        .outerjoin(Person, Person.id == participant.c.person_id)
        .outerjoin(Unit, Unit.id == participant.c.unit_id)
        .where(participant.c.case_id.in_(case_ids), participant.c.to_at.is_(None))
        .order_by(participant.c.from_at, participant.c.id)
    )
    found: dict[str, tuple[Part, ...]] = {}
    for row in rows:
        one = Part(
            role=row.role_key,
            person_id=row.person_id,
            unit_id=row.unit_id,
            name=row.person or row.unit or "",
        )
        found[row.case_id] = (*found.get(row.case_id, ()), one)
    return found


def units_above(session: Session, unit_id: str) -> list[Row[tuple[str, str, str]]]:
    """Id, kind and name of the unit and of every unit above it, itself first."""
    path = session.scalar(select(Unit.path).where(Unit.id == unit_id)) or ""
    return list(
        session.execute(
            select(Unit.id, Unit.kind, Unit.name)
            .where(Unit.key.in_(path.split("/")))
            .order_by(Unit.path.desc())
        )
    )


def _papers(case_ids: Collection[str]) -> Select[Any]:
    by, absent = aliased(Person), aliased(Person)
    return (
        select(
            issued_paper,
            by.name.label("by"),
            absent.name.label("absent"),
            Unit.name.label("unit"),
        )
        .join(by, by.id == issued_paper.c.issued_by)
        .outerjoin(absent, absent.id == issued_paper.c.on_behalf_of)
        .outerjoin(Unit, Unit.id == issued_paper.c.unit_id)
        .where(issued_paper.c.case_id.in_(case_ids))
        .order_by(issued_paper.c.issued_at, issued_paper.c.number, issued_paper.c.id)
    )


def _files(session: Session, ids: Collection[str]) -> dict[str, dict[str, tuple[str, int]]]:
    found: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
    for row in session.execute(select(paper_file).where(paper_file.c.paper_id.in_(ids))):
        found[row.paper_id][row.kind] = (row.content_hash, row.size)
    return found


def _services(session: Session, ids: Collection[str]) -> dict[str, list[Service]]:
    found: dict[str, list[Service]] = defaultdict(list)
    rows = session.execute(
        select(paper_service, Person.name.label("by"))
        .join(Person, Person.id == paper_service.c.recorded_by)
        .where(paper_service.c.paper_id.in_(ids))
        .order_by(paper_service.c.recorded_at, paper_service.c.id)
    ).all()
    replaced = {row.replaces_id for row in rows}
    for row in rows:
        found[row.paper_id].append(
            Service(
                id=row.id,
                role=row.role,
                person_id=row.person_id,
                unit_id=row.unit_id,
                addressee=row.addressee,
                is_copy=row.is_copy,
                way=row.way,
                way_text=row.way_text,
                served_on=row.served_on,
                received_by=row.received_by,
                note=row.note,
                receipt_id=row.receipt_id,
                is_replaced=row.id in replaced,
                by=row.by,
                at=row.recorded_at,
            )
        )
    return found

"""Everybody who was asked to sign in a case: by whom, why, and what he said.

Rows only; who may read which of them is decided by ``services/files/signature_lines``.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.domain.expressions import Json
from server.models.identity import Unit
from server.models.work import work_act, work_item

#: verbs of the history that belong to a signature
_VERBS = ("add_signers", "remove_signers", "sign")


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """One act of the history."""

    verb: str
    by: str
    choice: str
    text: str
    answers: Mapping[str, Json] | None
    form_hash: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """The item of somebody who signs, or of whoever does the task they sign."""

    id: str
    group_id: str
    node_key: str
    title: str
    duty: str
    state: str
    role: str
    unit_id: str | None
    #: name of the unit, empty where a person of the case is asked
    office: str
    person_id: str | None
    position: int
    weight: int
    opened_at: datetime
    is_handed_in: bool
    #: what was done to it, the oldest first
    notes: tuple[Note, ...]

    def last(self, verb: str) -> Note | None:
        """The latest act of this kind."""
        return next((note for note in reversed(self.notes) if note.verb == verb), None)


def of_case(session: Session, case_id: str) -> Mapping[str, tuple[Signature, ...]]:
    """Group -> its items, of every group in which somebody was asked to sign; two statements."""
    asked = (
        select(work_item.c.group_id)
        .where(work_item.c.case_id == case_id, work_item.c.duty != "main")
        .distinct()
    )
    rows = session.execute(
        select(
            work_item.c.id,
            work_item.c.group_id,
            work_item.c.node_key,
            work_item.c.title,
            work_item.c.duty,
            work_item.c.state,
            work_item.c.candidate_role.label("role"),
            work_item.c.candidate_unit.label("unit_id"),
            func.coalesce(Unit.name, "").label("office"),
            work_item.c.assignee_id.label("person_id"),
            work_item.c.position,
            work_item.c.weight,
            work_item.c.opened_at,
            work_item.c.answers.is_not(None).label("is_handed_in"),
        )
        .outerjoin(Unit, Unit.id == work_item.c.candidate_unit)
        .where(work_item.c.case_id == case_id, work_item.c.group_id.in_(asked))
        .order_by(work_item.c.opened_at, work_item.c.position, work_item.c.id)
    ).all()
    notes = _notes(session, case_id) if rows else {}
    found: dict[str, list[Signature]] = defaultdict(list)
    for row in rows:
        values = row._asdict()
        values["is_handed_in"] = bool(row.is_handed_in)
        found[row.group_id].append(Signature(**values, notes=tuple(notes.get(row.id, ()))))
    return {group: tuple(each) for group, each in found.items()}


def _notes(session: Session, case_id: str) -> Mapping[str, list[Note]]:
    found: dict[str, list[Note]] = defaultdict(list)
    for row in session.execute(
        select(
            work_act.c.work_item_id,
            work_act.c.verb,
            work_act.c.actor_id,
            work_act.c.choice,
            work_act.c.text,
            work_act.c.answers,
            work_act.c.form_hash,
            work_act.c.at,
        )
        .where(work_act.c.case_id == case_id, work_act.c.verb.in_(_VERBS))
        .order_by(work_act.c.at)
    ):
        note = Note(
            verb=row.verb,
            by=row.actor_id,
            choice=row.choice,
            text=row.text,
            answers=row.answers,
            form_hash=row.form_hash,
            at=row.at,
        )
        found[row.work_item_id].append(note)
    return found

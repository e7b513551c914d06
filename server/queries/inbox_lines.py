"""The lines of a list as people read them: matter, step, clock, and from whom the work came.

Names of officials are shown to their own office; to others an office stands for its people.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session, aliased

from server.domain.access import Actor
from server.domain.urgency import Urgency
from server.models.case import case, case_step, subject
from server.models.identity import Person, Unit
from server.models.time import deadline
from server.models.work import work_item
from server.queries import line_clocks, perspectives, urgings
from server.queries.line_clocks import Clock


@dataclass(frozen=True, kw_only=True, slots=True)
class Came:
    """Why a piece of work is here: the act that opened it."""

    #: open, complete, timer, deliver, return …
    command: str
    #: title of the step that was completed, empty for other acts
    step: str
    #: who acted, empty where his name is not for the reader
    name: str
    #: the office he acted in, empty for people of the case
    unit: str
    #: somebody of the case acted: applicant, subject, team
    is_by_party: bool
    #: it went through the same step before
    is_again: bool
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of a list."""

    id: str
    version: int
    #: node of the diagram
    key: str
    title: str
    case_id: str
    reference: str
    pack_version_id: str
    procedure: str
    #: what the matter is and the names of those it is about, for who may know them
    case_title: str
    matter: tuple[str, ...]
    #: role it is offered to, and the office; no office: a part in the case
    role: str
    unit_id: str | None
    unit_name: str
    head_only: bool
    assignee_id: str | None
    assignee_name: str
    state: str
    urgency: Urgency
    #: the last moment of its clock has passed
    is_over: bool
    deadline_key: str
    deadline_id: str | None
    deadline: Clock | None
    came: Came | None
    #: what it is in its group (``domain/groups.Duty``), and who asked for the signature
    duty: str
    asked_by: str
    #: how often somebody urged it; above 0: its case goes first (快查快结)
    urged: int
    priority: int
    opened_at: datetime
    claimed_at: datetime | None
    closed_at: datetime | None


_giver = aliased(Person)
_asker = aliased(Person)
_holder = aliased(Person)
_from = work_item.alias("came_from")
_from_unit = aliased(Unit)
_earlier = work_item.alias("earlier")

_ITEM: Final = (
    *("id", "version", "title", "case_id", "head_only", "assignee_id", "state", "duty"),
    *("deadline_key", "deadline_id", "opened_at", "claimed_at", "closed_at", "priority"),
)


def entries(
    session: Session,
    actor: Actor,
    ids: Select[tuple[str]],
    now: datetime,
    urgency: Callable[[Row[Any]], Urgency],
    offices: Collection[str] | None = None,
) -> tuple[Entry, ...]:
    """The lines of these items, in their order; a constant number of statements.

    Names and titles of others' work are left out unless ``perspectives`` gives them to the actor.

    ``offices`` are units whose people the actor may know besides his own; None for lists that
    hold nothing but work of his own.
    """
    wanted = list(session.scalars(ids))
    rows = {row.id: row for row in session.execute(_lines(wanted))}
    units = {post.unit_id for post in actor.posts} | set(offices or ())
    own = {row.id for row in rows.values() if _is_own(row, actor, units)}
    known = {row.case_id for row in rows.values()}
    named = known if offices is None else _named(session, actor, rows.values(), own)
    matters = _matters(session, named)
    return tuple(
        _entry(
            rows[found],
            is_own=found in own,
            is_named=rows[found].case_id in named,
            matter=matters.get(rows[found].case_id, ()),
            urgency=urgency(rows[found]),
            is_over=_is_over(rows[found], now),
        )
        for found in wanted
    )


def _is_own(row: Row[Any], actor: Actor, units: Collection[str]) -> bool:
    return row.candidate_unit in units or row.assignee_id == actor.person_id


def _named(
    session: Session, actor: Actor, rows: Collection[Row[Any]], own: Collection[str]
) -> set[str]:
    """Cases whose names he may know: he has work in them, handles them, or is party to them."""
    named = {row.case_id for row in rows if row.id in own}
    others = {row.case_id for row in rows} - named
    sights = perspectives.of_each(session, actor, sorted(others))
    return named | {key for key, sight in sights.items() if sight.is_office or sight.is_party}


def _is_over(row: Row[Any], now: datetime) -> bool:
    return row.expires_at is not None and row.expires_at <= now


#: what a line is made of: the item, its case, its clock, and the step it came from
_COLUMNS: Final = (
    *(work_item.c[name] for name in _ITEM),
    work_item.c.node_key,
    work_item.c.candidate_role,
    work_item.c.candidate_unit,
    work_item.c.order_key,
    work_item.c.due_on,
    work_item.c.expires_at,
    case.c.reference,
    case.c.title.label("case_title"),
    case.c.procedure,
    case.c.pack_version_id,
    Unit.name.label("unit_name"),
    _holder.name.label("assignee_name"),
    deadline.c.rule_key,
    deadline.c.due_on.label("clock_due_on"),
    deadline.c.provisional_on,
    deadline.c.state.label("clock_state"),
    deadline.c.force,
    deadline.c.line,
    deadline.c.origin_on,
    deadline.c.until_on,
    deadline.c.changes,
    case_step.c.command,
    case_step.c.at,
    _giver.name.label("giver"),
    _asker.name.label("asker"),
    _from.c.title.label("from_step"),
    _from.c.candidate_unit.label("from_unit_id"),
    _from_unit.name.label("from_unit"),
)


def _lines(ids: list[str]) -> Select[Any]:
    step = and_(
        case_step.c.case_id == work_item.c.case_id,
        case_step.c.state_version == work_item.c.opened_version,
    )
    again = select(_earlier.c.id).where(
        _earlier.c.case_id == work_item.c.case_id,
        _earlier.c.node_key == work_item.c.node_key,
        _earlier.c.opened_version < work_item.c.opened_version,
    )
    return (
        select(
            *_COLUMNS,
            urgings.TIMES.label("urged"),
            again.exists().label("is_again"),
        )
        .join(case, case.c.id == work_item.c.case_id)
        .outerjoin(Unit, Unit.id == work_item.c.candidate_unit)
        .outerjoin(_holder, _holder.id == work_item.c.assignee_id)
        .outerjoin(deadline, deadline.c.id == work_item.c.deadline_id)
        .outerjoin(case_step, step)
        .outerjoin(_giver, _giver.id == case_step.c.actor_id)
        .outerjoin(_asker, and_(_asker.id == work_item.c.handed_by, work_item.c.duty != "main"))
        .outerjoin(_from, _from.c.id == case_step.c.work_item_id)
        .outerjoin(_from_unit, _from_unit.id == _from.c.candidate_unit)
        .where(work_item.c.id.in_(ids))
    )


def _matters(session: Session, case_ids: set[str]) -> Mapping[str, tuple[str, ...]]:
    """Names of the subjects of each case, or of its applicants where it has none."""
    found: dict[str, dict[str, list[str]]] = {}
    rows = session.execute(
        select(subject.c.case_id, subject.c.kind, subject.c.name)
        .where(subject.c.case_id.in_(sorted(case_ids)))
        .order_by(subject.c.name)
    )
    for row in rows:
        found.setdefault(row.case_id, {}).setdefault(row.kind, []).append(row.name)
    return {
        case_id: tuple(kinds.get("subject") or kinds["applicant"])
        for case_id, kinds in found.items()
    }


def _entry(
    row: Row[Any],
    *,
    is_own: bool,
    is_named: bool,
    matter: tuple[str, ...],
    urgency: Urgency,
    is_over: bool,
) -> Entry:
    return Entry(
        **{name: getattr(row, name) for name in _ITEM},
        key=row.node_key,
        reference=row.reference,
        pack_version_id=row.pack_version_id,
        procedure=row.procedure,
        case_title=row.case_title if is_named else "",
        matter=matter,
        role=row.candidate_role,
        urged=row.urged,
        unit_id=row.candidate_unit,
        unit_name=row.unit_name or "",
        assignee_name=(row.assignee_name or "") if is_own else "",
        urgency=urgency,
        is_over=is_over,
        deadline=line_clocks.of_row(row),
        asked_by=(row.asker or "") if is_own else "",
        came=_came(row, may_name=is_own and row.candidate_unit is not None),
    )


def _came(row: Row[Any], *, may_name: bool) -> Came | None:
    if row.command is None:
        return None
    return Came(
        command=row.command,
        step=row.from_step or "",
        name=(row.giver or "") if may_name else "",
        unit=row.from_unit or "",
        is_by_party=row.command == "open" or (row.from_step is not None and not row.from_unit_id),
        is_again=row.is_again,
        at=row.at,
    )

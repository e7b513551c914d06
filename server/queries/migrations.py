"""Proposals to move running cases, what would come of each, and what became of them.

Counts for a designer name no case (SECURITY SY-5); everything that names one is filtered for the
head who asks: cases he may know of and whose office's head may steer them.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import orjson
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    cast,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from server.domain.access import Actor, faces
from server.domain.lifecycle import CaseStatus
from server.domain.migrations import MoveState, RunState
from server.models.case import case, case_state, case_step
from server.models.definition import PackVersion
from server.models.identity import Person, Unit
from server.models.migration import (
    migration,
    migration_move,
    migration_run,
    migration_verdict,
)
from server.models.work import work_act, work_item
from server.queries.visibility import visible

#: roles whose heads may steer a case, by procedure
Roles = Mapping[str, frozenset[str]]

_FROM, _TO, _BY = aliased(PackVersion), aliased(PackVersion), aliased(Person)
#: cases that run
_RUNS: Final = case.c.status.in_((CaseStatus.OPEN, CaseStatus.SUSPENDED))


def _proposals() -> Select[Any]:
    versions = (_FROM.version.label("from_version"), _TO.version.label("to_version"))
    titles = (_TO.title, _FROM.label.label("from_label"), _TO.label.label("to_label"))
    return (
        select(migration, *versions, *titles, _TO.valid_from, _BY.name.label("by"))
        .join(_FROM, _FROM.id == migration.c.from_id)
        .join(_TO, _TO.id == migration.c.to_id)
        .join(_BY, _BY.id == migration.c.proposed_by)
    )


def proposals(session: Session, pack: str, states: Iterable[str]) -> list[Row[Any]]:
    """The proposals in these states, of one pack where it is named, the latest first."""
    wanted = _proposals().where(migration.c.state.in_(tuple(states)))
    if pack:
        wanted = wanted.where(migration.c.pack == pack)
    order = (migration.c.proposed_at.desc(), migration.c.id)
    return list(session.execute(wanted.order_by(*order).limit(200)).all())


def proposal(session: Session, migration_id: str) -> Row[Any] | None:
    """One of them, None for none."""
    return session.execute(_proposals().where(migration.c.id == migration_id)).one_or_none()


def _running(migration_id: str) -> ColumnElement[bool]:
    """The cases of a proposal that still run on the version it leaves."""
    source = select(migration.c.from_id).where(migration.c.id == migration_id).scalar_subquery()
    return and_(case.c.pack_version_id == source, _RUNS)


def unjudged(session: Session, migration_id: str, most: int) -> list[str]:
    """Cases without a verdict, or whose verdict is of an earlier state; ids, the lowest first."""
    wanted = (
        select(case.c.id)
        .join(case_state, case_state.c.case_id == case.c.id)
        .outerjoin(
            migration_verdict,
            and_(
                migration_verdict.c.case_id == case.c.id,
                migration_verdict.c.migration_id == migration_id,
            ),
        )
        .where(
            _running(migration_id),
            or_(
                migration_verdict.c.seen.is_(None),
                migration_verdict.c.seen != case_state.c.version,
            ),
        )
        .order_by(case.c.id)
        .limit(most)
    )
    return list(session.scalars(wanted))


def groups(session: Session, migration_id: str) -> list[Row[Any]]:
    """The verdicts that say the same, counted: ``elements`` and ``reasons`` as texts, ``can``."""
    same = (
        cast(migration_verdict.c.elements, Text).label("elements"),
        cast(migration_verdict.c.reasons, Text).label("reasons"),
        migration_verdict.c.can,
    )
    wanted = (
        select(*same, func.count().label("n"))
        .join(case, case.c.id == migration_verdict.c.case_id)
        .where(migration_verdict.c.migration_id == migration_id, _running(migration_id))
        .group_by(*same)
    )
    return list(session.execute(wanted).all())


def read(text: str) -> Any:
    """What :func:`groups` gives as text."""
    return orjson.loads(text)


def steerable(actor: Actor, roles: Roles) -> ColumnElement[bool]:
    """The condition on ``case``: the actor may know of it, and it is his to steer as a head.

    The same as ``case_verbs.competent`` says of one case, for lists.
    """
    headed = sorted({unit for face in faces(actor) for unit in face.headed})
    if not headed:
        return false()
    office = aliased(Unit)
    had_work = select(work_item.c.candidate_unit).where(work_item.c.case_id == case.c.id)
    competent = [
        and_(
            case.c.procedure == procedure,
            exists(select(office.id))
            .where(
                office.id.in_(headed),
                office.kind.in_(sorted(kinds)),
                office.level == case.c.level,
                or_(office.id == case.c.opened_for, office.id.in_(had_work.correlate(case))),
            )
            .correlate(case),
        )
        for procedure, kinds in roles.items()
        if kinds
    ]
    return and_(visible(actor), or_(false(), *competent))


def _listed(migration_id: str, is_his: ColumnElement[bool]) -> Select[Any]:
    waits = (
        select(migration_move.c.run_id)
        .where(migration_move.c.case_id == case.c.id, migration_move.c.state == MoveState.WAITING)
        .scalar_subquery()
    )
    columns = ("id", "reference", "procedure", "title", "status", "opened_on")
    return (
        select(
            *(case.c[name] for name in columns),
            *(migration_verdict.c[name] for name in ("seen", "can", "elements", "reasons")),
            migration_verdict.c.effects,
            migration_verdict.c.at,
            Unit.name.label("unit"),
            waits.label("run_id"),
        )
        .join(migration_verdict, migration_verdict.c.case_id == case.c.id)
        .outerjoin(Unit, Unit.id == case.c.unit_id)
        .where(migration_verdict.c.migration_id == migration_id, _running(migration_id), is_his)
    )


def cases(
    session: Session,
    migration_id: str,
    is_his: ColumnElement[bool],
    *,
    can: bool | None,
    part: slice,
) -> list[Row[Any]]:
    """The cases of a head with their verdicts, those that can move first; then by reference."""
    wanted = _listed(migration_id, is_his)
    if can is not None:
        wanted = wanted.where(migration_verdict.c.can.is_(can))
    order = (migration_verdict.c.can.desc(), case.c.opened_at, case.c.reference)
    wanted = wanted.order_by(*order).offset(part.start).limit(part.stop - part.start)
    return list(session.execute(wanted).all())


def those(
    session: Session, migration_id: str, is_his: ColumnElement[bool], ids: Iterable[str] | None
) -> list[Row[Any]]:
    """Those of these cases that a head may move and that wait for no run; None: all of them."""
    wanted = _listed(migration_id, is_his).where(migration_verdict.c.can)
    if ids is not None:
        wanted = wanted.where(case.c.id.in_(sorted(set(ids))))
    found = session.execute(wanted.order_by(case.c.opened_at, case.c.reference))
    return [row for row in found if row.run_id is None]


def counts(session: Session, migration_id: str, is_his: ColumnElement[bool]) -> tuple[int, int]:
    """How many cases of a head can move, and how many cannot."""
    listed = _listed(migration_id, is_his).subquery()
    rows = session.execute(select(listed.c.can, func.count()).group_by(listed.c.can)).all()
    found = {bool(can): n for can, n in rows}
    return found.get(True, 0), found.get(False, 0)


def runs(session: Session, person_id: str, migration_id: str = "") -> list[Row[Any]]:
    """The runs somebody began, the latest first, with how far they are."""
    wanted = _runs().where(migration_run.c.by_id == person_id)
    if migration_id:
        wanted = wanted.where(migration_run.c.migration_id == migration_id)
    order = (migration_run.c.at.desc(), migration_run.c.id)
    return list(session.execute(wanted.order_by(*order).limit(50)).all())


def run(session: Session, run_id: str) -> Row[Any] | None:
    """One run with how far it is, None for none."""
    return session.execute(_runs().where(migration_run.c.id == run_id)).one_or_none()


def _runs() -> Select[Any]:
    def of(*states: MoveState) -> Any:
        return (
            select(func.count())
            .where(migration_move.c.run_id == migration_run.c.id)
            .where(migration_move.c.state.in_(states or tuple(MoveState)))
            .scalar_subquery()
        )

    return select(
        migration_run,
        of().label("total"),
        *(of(state).label(f"n_{state.value}") for state in MoveState),
    )


def moves(session: Session, run_id: str, actor: Actor, part: slice) -> list[Row[Any]]:
    """What became of each case of a run, as far as its reader may know of it: trouble first."""
    trouble = (migration_move.c.state.in_((MoveState.REFUSED, MoveState.FAILED))).desc()
    wanted = (
        select(migration_move, case.c.reference, case.c.procedure)
        .join(case, case.c.id == migration_move.c.case_id)
        .where(migration_move.c.run_id == run_id, visible(actor))
        .order_by(trouble, migration_move.c.place)
        .offset(part.start)
        .limit(part.stop - part.start)
    )
    return list(session.execute(wanted).all())


def next_waiting(session: Session, passed: Iterable[str]) -> Row[Any] | None:
    """The next case of any run that goes on, None where there is none."""
    wanted = (
        select(migration_move.c.run_id, migration_move.c.case_id, migration_run.c.by_id)
        .join(migration_run, migration_run.c.id == migration_move.c.run_id)
        .where(
            migration_move.c.state == MoveState.WAITING,
            migration_run.c.state == RunState.RUNNING,
            migration_move.c.case_id.not_in(tuple(passed)),
        )
        .order_by(migration_run.c.at, migration_run.c.id, migration_move.c.place)
        .limit(1)
    )
    return session.execute(wanted).one_or_none()


def moved(session: Session, case_ids: Collection[str]) -> list[Row[Any]]:
    """Every move of these cases: when, from which version to which, why, by whom; by case, the
    oldest first."""
    of_step = (case_step.c.case_id, case_step.c.seq)
    found = session.execute(
        select(*of_step, case_step.c.at, case_step.c.given, _BY.name.label("by"), work_act.c.text)
        .outerjoin(_BY, _BY.id == case_step.c.actor_id)
        .outerjoin(
            work_act,
            and_(
                work_act.c.case_id == case_step.c.case_id,
                work_act.c.verb == "migrate",
                work_act.c.at == case_step.c.at,
            ),
        )
        .where(case_step.c.case_id.in_(sorted(case_ids)), case_step.c.command == "migrate")
        .order_by(*of_step)
    )
    return list(found.all())

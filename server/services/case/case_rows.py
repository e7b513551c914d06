"""The case as verbs hold it: locked first, changed under its version.

Lock order (ARCHITECTURE section 6): case rows by ascending id, then their rows, the audit head
last. Every verb that changes anything of a case begins with :func:`lock`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

from sqlalchemy import Row, ScalarSelect, Select, Table, bindparam, select, update

from server.domain.access import Actor
from server.domain.errors import Conflict, NotFound
from server.domain.expressions import Json
from server.domain.lifecycle import CaseStatus
from server.domain.texts import _
from server.models.case import case
from server.models.identity import Unit
from server.models.work import work_item
from server.queries.visibility import visible, visible_cases
from server.services.context import Context
from server.services.identity import posts

_UNITS: Final = cast("Table", Unit.__table__)


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseRow:
    """One case as it stood when it was locked."""

    id: str
    version: int
    reference: str
    procedure: str
    pack_version_id: str
    #: open, suspended, closed or cancelled
    status: str
    status_reason: str
    #: who suspended it, None: the program, or nobody
    suspended_by: str | None
    outcome: str | None
    #: the unit of whom it concerns, and the region its offices are looked up in
    unit_id: str | None
    region: str
    level: str
    opened_on: date
    opened_at: datetime
    #: above 0: it goes before others (快查快结)
    priority: int


def lock(ctx: Context, case_id: str) -> CaseRow:
    """The case, locked until the transaction ends, so that its verbs wait for each other.

    Raises:
        NotFound: there is none.
    """
    refuse_odd(case_id)
    return _row(ctx.session.execute(_wanted(case_id).with_for_update(of=case)).one_or_none())


def lock_seen(ctx: Context, actor: Actor, item_id: str) -> CaseRow:
    """The case of this work item, locked, if the actor may know of it.

    Raises:
        NotFound: there is no such item, or it does not exist for him.
    """
    refuse_odd(item_id)
    if actor.stands_in:
        wanted = _columns().where(case.c.id == _case_of(item_id), visible(actor))
        return _row(ctx.session.execute(wanted.with_for_update(of=case)).one_or_none())
    given = {
        "item": item_id,
        "person": actor.person_id,
        "units": [post.unit_id for post in actor.posts],
    }
    found = _row(ctx.session.execute(_OF_ITEM, given).one_or_none())
    if found.id in actor.shut:
        raise NotFound
    return found


def seen(ctx: Context, actor: Actor, item_id: str) -> CaseRow:
    """The case of this work item, for reading only, if the actor may know of it.

    Raises:
        NotFound: there is no such item, or it does not exist for him.
    """
    refuse_odd(item_id)
    wanted = _columns().where(case.c.id == _case_of(item_id), visible(actor))
    return _row(ctx.session.execute(wanted).one_or_none())


def _case_of(item_id: str) -> ScalarSelect[str]:
    return select(work_item.c.case_id).where(work_item.c.id == item_id).scalar_subquery()


def found(ctx: Context, case_id: str) -> CaseRow:
    """The case as it stands, for reading only: nothing is locked. Raises NotFound."""
    return ctx.once(
        ("case", case_id), lambda: _row(ctx.session.execute(_wanted(case_id)).one_or_none())
    )


def seen_of(ctx: Context, case_ids: Collection[str]) -> Mapping[str, CaseRow]:
    """Those of these cases that the actor may know of, by id, for reading only."""
    wanted = _columns().where(case.c.id.in_(case_ids), visible(posts.with_posts(ctx)))
    return {row.id: row for row in map(_row, ctx.session.execute(wanted))}


def refuse_odd(row_id: str) -> None:
    """Return when this may be the id of a row: PostgreSQL takes no NUL even to look for one.

    Raises:
        NotFound: it is nobody's id.
    """
    if "\x00" in row_id:
        raise NotFound


def try_lock(ctx: Context, case_id: str) -> CaseRow | None:
    """The locked case, None when somebody else holds it or there is none; never waits for it."""
    found = ctx.session.execute(_wanted(case_id).with_for_update(of=case, skip_locked=True))
    row = found.one_or_none()
    return None if row is None else _row(row)


def lock_open(ctx: Context, case_id: str) -> CaseRow:
    """The locked case, which is open.

    Raises:
        NotFound: there is none.
        Conflict: it is closed, cancelled or suspended.
    """
    row = lock(ctx, case_id)
    refuse_resting(row)
    return row


def refuse_resting(row: CaseRow) -> None:
    """Return when the case is open.

    Raises:
        Conflict: it is closed, cancelled or suspended.
    """
    if row.status != CaseStatus.OPEN:
        raise Conflict(_("该事项当前不在办理中"), detail=row.status)


def change(ctx: Context, row: CaseRow, **values: Json) -> None:
    """Write columns of the case under the version it was locked with.

    Raises:
        Conflict: someone else changed it since.
    """
    done = ctx.session.execute(
        update(case)
        .where(case.c.id == row.id, case.c.version == row.version)
        .values(version=row.version + 1, **values)
        .returning(case.c.id)
    )
    if done.one_or_none() is None:
        raise Conflict(_("该内容已被他人更改，请刷新后重试"))


def _wanted(case_id: str) -> Select[tuple[object, ...]]:
    return _columns().where(case.c.id == case_id)


def _columns() -> Select[tuple[object, ...]]:
    columns = [case.c[name] for name in CaseRow.__slots__ if name != "region"]
    return select(*columns, _UNITS.c.region).outerjoin(_UNITS, _UNITS.c.id == case.c.unit_id)


def _row(found: Row[tuple[object, ...]] | None) -> CaseRow:
    if found is None:
        raise NotFound
    values = dict(found._mapping)
    values["region"] = values["region"] or ""
    return CaseRow(**values)


#: the case of an item, if the person with these units may know of it, locked
_OF_ITEM: Final = (
    _columns()
    .where(
        case.c.id
        == select(work_item.c.case_id).where(work_item.c.id == bindparam("item")).scalar_subquery(),
        visible_cases(bindparam("person"), bindparam("units", expanding=True)),
    )
    .with_for_update(of=case)
)

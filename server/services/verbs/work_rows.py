"""Work items as verbs hold them: found only if visible, judged after the case is locked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import RowMapping, select, update

from server.domain.access import Actor, Offered, is_candidate
from server.domain.errors import Conflict, NotFound
from server.domain.expressions import Json
from server.domain.groups import Duty
from server.domain.lifecycle import CaseStatus, WorkState
from server.domain.packs import PolicyPack
from server.domain.recusal import Parties, fit
from server.domain.texts import _
from server.domain.work import Work
from server.models.work import IS_DONE, work_item
from server.services.buffers import Together
from server.services.case import case_rows, sights
from server.services.case.case_rows import CaseRow
from server.services.clocks.work_clocks import OPEN, open_items
from server.services.context import Context
from server.services.identity import people
from server.services.packs import definitions
from server.services.verbs import parties

#: what every verb of a task looks at: what waits in its case, whom it is about, who has a part
_LOOKED_AT: Final = Together(OPEN, parties.SUBJECTS, parties.PARTS)


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemRow:
    """One work item as stored."""

    id: str
    version: int
    case_id: str
    group_id: str
    task_key: str
    node_key: str
    lane: str
    form_key: str
    form_hash: str | None
    candidate_role: str
    candidate_unit: str | None
    head_only: bool
    assignee_id: str | None
    owner_id: str | None
    instance: str | None
    state: str
    duty: str
    touched_at: datetime | None
    #: keys of the calls and subprocesses it lies in, from outside inwards
    scopes: Sequence[str] | None
    deadline_key: str
    deadline_id: str | None
    handed_by: str | None
    #: the office it came from, as long as this one has not taken it over
    handed_from: str | None
    parent_id: str | None


def held(
    ctx: Context, actor: Actor, item_id: str, seen: int | None
) -> tuple[ItemRow, CaseRow, Work]:
    """The item, its case, locked, and what decides about it.

    ``seen`` is the version the person looked at, if known.

    Raises:
        NotFound: there is no such item, or it does not exist for the actor.
        Conflict: the item changed since he looked.
    """
    case = case_rows.lock_seen(ctx, actor, item_id)
    ctx.foresee(_LOOKED_AT, case.id)
    item = stored(ctx, case, item_id)
    work = judged(ctx, item, case)
    _refuse_unseen(ctx, actor, item, work)
    if seen is not None and seen != item.version:
        raise Conflict(_("该待办已被他人更改，请刷新后重试"))
    return item, case, work


def looked_at(ctx: Context, actor: Actor, item_id: str) -> tuple[ItemRow, CaseRow, Work]:
    """The same for reading only: nothing is locked.

    Raises:
        NotFound: as :func:`held`.
    """
    case = case_rows.seen(ctx, actor, item_id)
    ctx.foresee(_LOOKED_AT, case.id)
    item = stored(ctx, case, item_id)
    work = judged(ctx, item, case)
    _refuse_unseen(ctx, actor, item, work)
    return item, case, work


def spoken_for(actor: Actor, item: ItemRow, work: Work) -> tuple[Actor, ...]:
    """Whom the actor could speak for in this task: its office's business, and nobody's own."""
    if not actor.stands_in or item.candidate_unit is None:
        return ()
    both = (actor.person_id, *(absent.person_id for absent in actor.stands_in))
    able = fit(both, item.candidate_role, work.parties)
    if actor.person_id not in able:
        return ()
    return tuple(absent for absent in actor.stands_in if absent.person_id in able)


def _refuse_unseen(ctx: Context, actor: Actor, item: ItemRow, work: Work) -> None:
    """Return when the item is offered to the actor, in his hands, or one of a case he handles.

    Whoever is party to a case, or was only asked in it, learns of no item but his own.
    """
    if is_candidate(actor, work.offered) or work.offered.assignee_id == actor.person_id:
        return
    if any(is_candidate(each, work.offered) for each in spoken_for(actor, item, work)):
        return
    if not sights.of(ctx, item.case_id).is_office:
        raise NotFound


def stored(ctx: Context, case: CaseRow, item_id: str) -> ItemRow:
    """The item as it stands now that its case is locked; one that is over is looked for alone."""
    for row in open_items(ctx, case.id):
        if row["id"] == item_id:
            return of_row(row)
    of_one = select(work_item).where(work_item.c.id == item_id)
    return of_row(ctx.session.execute(of_one).mappings().one())


def of_row(row: Mapping[str, Json] | RowMapping) -> ItemRow:
    """The item of a row that holds more."""
    return ItemRow(**{name: row[name] for name in ItemRow.__slots__})


def judged(ctx: Context, item: ItemRow, case: CaseRow) -> Work:
    """The item with everything that decides about it."""
    concerned = _concerned(ctx, definitions.release(ctx, case.pack_version_id).pack, item)
    holder, role = item.assignee_id, item.candidate_role
    others = holder not in (None, ctx.actor.person_id)
    has_left = others and holder not in fit(offered_to(ctx, item), role, concerned)
    return Work(
        state=WorkState(item.state),
        case_status=CaseStatus(case.status),
        offered=Offered(
            role=item.candidate_role,
            unit_id=item.candidate_unit,
            head_only=item.head_only,
            people=offered_to(ctx, item) if item.candidate_unit is None else frozenset(),
            assignee_id=item.assignee_id,
        ),
        parties=concerned,
        is_abandoned=has_left,
        duty=Duty(item.duty),
        has_other=_has_other(ctx, item),
        owner_id=item.owner_id,
        is_on_its_way=item.handed_from is not None,
    )


def _has_other(ctx: Context, item: ItemRow) -> bool:
    """Has the actor another item of the same group; who signs together signs once."""
    me = ctx.actor.person_id
    waiting = any(
        row["group_id"] == item.group_id and row["assignee_id"] == me and row["id"] != item.id
        for row in open_items(ctx, item.case_id)
    )
    return waiting or (item.duty == Duty.MEMBER and _has_signed(ctx, item))


def has_part(ctx: Context, item: ItemRow) -> bool:
    """Has the actor another item of the same group, or had one and did it."""
    return _has_other(ctx, item) or _has_signed(ctx, item)


def _has_signed(ctx: Context, item: ItemRow) -> bool:
    signed = select(work_item.c.id).where(
        work_item.c.group_id == item.group_id,
        work_item.c.assignee_id == ctx.actor.person_id,
        work_item.c.id != item.id,
        IS_DONE,
    )
    return ctx.session.scalar(select(signed.exists())) is True


def offered_to(ctx: Context, item: ItemRow) -> frozenset[str]:
    """Ids of everybody it is offered to today: people of its office, or whom the case names."""
    if item.candidate_unit is None:
        return parties.members(ctx, item.case_id, item.candidate_role)
    holders = people.holders(ctx, item.candidate_unit, ctx.today, head_only=item.head_only)
    return frozenset(holder.person_id for holder in holders)


def able(ctx: Context, pack: PolicyPack, item: ItemRow) -> frozenset[str]:
    """Of these, everybody who can do it: nothing keeps him from it in this case."""
    concerned = _concerned(ctx, pack, item)
    return frozenset(fit(offered_to(ctx, item), item.candidate_role, concerned))


def _concerned(ctx: Context, pack: PolicyPack, item: ItemRow) -> Parties:
    rules, role = pack.incompatible, item.candidate_role
    return parties.for_task(ctx, item.case_id, rules, item.node_key, role)


def write(ctx: Context, item: ItemRow, **values: Json) -> None:
    """Change columns of an item under the version it was locked with.

    Raises:
        Conflict: someone else changed it since.
    """
    done = ctx.session.execute(
        update(work_item)
        .where(work_item.c.id == item.id, work_item.c.version == item.version)
        .values(version=item.version + 1, **values)
        .returning(work_item.c.id)
    )
    if done.one_or_none() is None:
        raise Conflict(_("该待办已被他人更改，请刷新后重试"))

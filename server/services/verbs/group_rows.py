"""Work groups as verbs hold them: all items of one task, with what was signed.

Most tasks are one item; then nothing is read that the verb had not read already. Rows that still
wait are changed in memory (``work_clocks.open_items``), as the rest of a step does it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select

from server.domain.expressions import Json
from server.domain.groups import Duty, Group, Seat
from server.domain.lifecycle import WorkState
from server.domain.tallies import Choice
from server.models.work import OPEN_STATES, work_act, work_item
from server.services.clocks import work_clocks
from server.services.context import Context
from server.services.law.releases import Release
from server.services.verbs.work_rows import ItemRow

#: verb of the history under which a signature stands
SIGN: Final = "sign"

_ALL: Final = (
    select(work_item)
    .where(work_item.c.group_id == bindparam("of_group"))
    .order_by(work_item.c.opened_at, work_item.c.position, work_item.c.id)
)
_SIGNED: Final = (
    select(work_act.c.work_item_id, work_act.c.choice)
    .where(work_act.c.group_id == bindparam("of_group"), work_act.c.verb == SIGN)
    .order_by(work_act.c.at)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupRows:
    """A group with the rows it was read from."""

    group: Group
    #: every item by its id, as it stands in this use case
    rows: Mapping[str, Mapping[str, Any]]

    @property
    def main(self) -> Mapping[str, Any]:
        """The row of the one who does the task itself; of the newest, were there several."""
        return next(row for row in reversed(list(self.rows.values())) if row["duty"] == Duty.MAIN)


def of(ctx: Context, release: Release, item: ItemRow) -> GroupRows:
    """The group of this item."""
    rule = release.pack.together.get(item.node_key)
    waiting = {
        row["id"]: row
        for row in work_clocks.open_items(ctx, item.case_id)
        if row["group_id"] == item.group_id and row["state"] in OPEN_STATES
    }
    if set(waiting) == {item.id} and item.duty == Duty.MAIN and rule is None:
        return GroupRows(group=Group(seats=(_seat(waiting[item.id], {}),)), rows=waiting)
    asked = {"of_group": item.group_id}
    found = {row["id"]: dict(row) for row in ctx.session.execute(_ALL, asked).mappings()}
    rows = {**found, **waiting}
    signed = {row.work_item_id: row.choice for row in ctx.session.execute(_SIGNED, asked)}
    return GroupRows(
        group=Group(
            seats=tuple(_seat(row, signed) for row in rows.values()),
            rule=rule,
            is_handed_in=any(
                row["answers"] is not None and row["state"] in OPEN_STATES for row in rows.values()
            ),
        ),
        rows=rows,
    )


def write(ctx: Context, known: GroupRows, after: Group) -> None:
    """Close the items that are done or ended after a turn and were not before it."""
    kept = work_clocks.open_items(ctx, next(iter(known.rows.values()))["case_id"])
    for seat in after.seats:
        row = known.rows.get(seat.id)
        if row is not None and not seat.is_open and row["state"] != seat.state:
            kept.change(
                row,
                state=seat.state,
                version=row["version"] + 1,
                closed_at=ctx.now,
                touched_at=row["touched_at"] or ctx.now,
                draft=None,
            )


def change(ctx: Context, row: Mapping[str, Any], **values: Json) -> None:
    """Other values for an item that waits."""
    kept = work_clocks.open_items(ctx, row["case_id"])
    kept.change(row, version=row["version"] + 1, **values)


def beside(
    ctx: Context, main: Mapping[str, Any], duty: Duty, seats: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Open items for signers of a main one; ``seats`` says whose and in which office."""
    kept = work_clocks.open_items(ctx, main["case_id"])
    return [
        kept.add(
            **{
                **{name: main[name] for name in OF_TASK},
                "level": main["level"],
                "parent_id": main["id"],
                "duty": duty,
                "state": WorkState.CLAIMED,
                "opened_at": ctx.now,
                "claimed_at": ctx.now,
                **seat,
            }
        )
        for seat in seats
    ]


#: what all items of a group have in common: task, clock, place in the diagram
OF_TASK: Final = (
    *("case_id", "group_id", "task_key", "node_key", "title", "lane", "instance", "item"),
    *("deadline_key", "deadline_id", "due_on", "expires_at", "order_key", "priority"),
    *("opened_at", "opened_version", "scopes"),
)


def _seat(row: Mapping[str, Any], signed: Mapping[str, str]) -> Seat:
    said = signed.get(row["id"]) if row["state"] == WorkState.DONE else None
    return Seat(
        id=row["id"],
        person_id=row["assignee_id"],
        duty=Duty(row["duty"]),
        state=WorkState(row["state"]),
        position=row["position"],
        weight=row["weight"],
        choice=Choice(said) if said else None,
    )

"""What open work items know of the clock they hang on: its last day, and their place in a list.

Kept on the item so that a list is read from one index (``queries/inbox``). It follows every change
of the clock: started, stopped, restarted, extended, corrected, counted again, met, cancelled.
Nothing has to be written because time passes: that a period is over is seen from ``expires_at``.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, Final

from server.domain.urgency import Rank, order_key, placed, rank
from server.models.work import OPEN_STATES, work_item
from server.services.buffers import Buffer, Shelf
from server.services.clocks import deadline_rows
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context

#: the work items of a case that wait for somebody
OPEN: Final = Shelf(work_item, work_item.c.state.in_(OPEN_STATES))


def columns(clock: DeadlineRow | None, today: date, *, is_first: bool) -> dict[str, Any]:
    """The columns of an item under this clock; without one it stands by the day it came to that.

    ``is_first``: its case goes before others of the same rank.
    """
    if clock is None:
        return _untimed(today, is_first=is_first)
    kind = rank(clock.state, clock.force)
    if kind is Rank.UNTIMED:
        return {"deadline_id": clock.id, **_untimed(today, is_first=is_first)}
    return {
        "deadline_id": clock.id,
        "due_on": clock.due_on,
        "expires_at": clock.expires_at,
        "order_key": order_key(kind, clock.due_on or clock.provisional_on, is_first=is_first),
    }


def of_new(ctx: Context, case_id: str, rule_key: str, priority: int) -> dict[str, Any]:
    """The columns of an item that begins to wait under the newest open clock of a rule."""
    clocks = deadline_rows.open_clocks(ctx, case_id, rule_key) if rule_key else []
    found = columns(clocks[-1] if clocks else None, ctx.today, is_first=priority > 0)
    return {"priority": priority, **found}


def hang_again(ctx: Context, case_id: str, ids: Collection[str], priority: int) -> None:
    """Let items that wait again stand under the clocks of their rules, and as first as their case.

    Both may have changed while nobody had to do them: then their rows were not kept up to date.
    """
    kept = open_items(ctx, case_id)
    for item in kept:
        if item["id"] in ids and item["state"] in OPEN_STATES:
            kept.change(item, **of_new(ctx, case_id, item["deadline_key"], priority))


def follow(ctx: Context, clock: DeadlineRow) -> None:
    """Let the open work that names this clock's rule hang on it as it stands now."""

    def hung(*, is_first: bool) -> dict[str, Any]:
        return columns(clock, ctx.today, is_first=is_first)

    _hang(ctx, clock, "deadline_key", clock.rule_key, hung)


def let_go(ctx: Context, clock: DeadlineRow) -> None:
    """The clock is over: open work under it has no last day any more."""

    def free(*, is_first: bool) -> dict[str, Any]:
        return _untimed(ctx.today, is_first=is_first)

    _hang(ctx, clock, "deadline_id", clock.id, free)


def prefer(ctx: Context, case_id: str, priority: int) -> None:
    """Let the open work of the case go before other work of its rank, or no longer."""
    kept = open_items(ctx, case_id)
    for item in kept:
        if item["state"] in OPEN_STATES:
            key = placed(item["order_key"], is_first=priority > 0)
            kept.change(item, priority=priority, order_key=key)


def open_items(ctx: Context, case_id: str) -> Buffer:
    """The work items of the case that wait for somebody."""
    return ctx.rows(OPEN, case_id)


def _hang(
    ctx: Context,
    clock: DeadlineRow,
    column: str,
    value: str,
    values: Callable[..., Mapping[str, Any]],
) -> None:
    kept = open_items(ctx, clock.case_id)
    for item in kept:
        if item[column] == value and item["state"] in OPEN_STATES:
            kept.change(item, **values(is_first=item["priority"] > 0))


def _untimed(today: date, *, is_first: bool) -> dict[str, Any]:
    key = order_key(Rank.UNTIMED, today, is_first=is_first)
    return {"due_on": None, "expires_at": None, "order_key": key}

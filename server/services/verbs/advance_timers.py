"""Timer events of the diagram as rows: armed with the moment their wish means, dropped with it.

The engine never waits on time; a row reaches it again only as ``TimerDue``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from server.domain.calendar import CHINA_TIME
from server.domain.counting import add_months
from server.domain.lifecycle import TimerState
from server.domain.migrations import rules_of
from server.domain.packs import PolicyPack
from server.domain.wishes import Cycle, Duration, Moment, NamedDeadline, Wish, read_wish
from server.engine.port import TimerWanted
from server.services.buffers import Row
from server.services.clocks import deadline_timers
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """A timer of the diagram; of a counted cycle one round."""

    case_id: str
    task_key: str
    element: str
    wish: str
    #: None: its deadline is not running
    at: datetime | None
    #: rounds that come after this one
    again: int


def arm(ctx: Context, pack: PolicyPack, case_id: str, wanted: Iterable[TimerWanted]) -> None:
    """Arm the timers that began to wait; one whose deadline is not running waits without moment."""
    for wish in wanted:
        meaning = read_wish(wish.wish, wish.kind)
        named = meaning.key if isinstance(meaning, NamedDeadline) else ""
        _insert(
            ctx,
            Round(
                case_id=case_id,
                task_key=wish.task_key,
                element=wish.element,
                wish=wish.wish,
                at=_first(ctx, pack, case_id, meaning),
                again=meaning.times - 1 if isinstance(meaning, Cycle) else 0,
            ),
            rule_key=named,
        )


def drop(ctx: Context, case_id: str, dropped: Iterable[TimerWanted]) -> None:
    """Cancel the timers whose event no longer waits."""
    gone = {(wish.task_key, wish.element) for wish in dropped}
    if gone:
        _cancel(ctx, case_id, lambda row: (row["task_key"], row["element"]) in gone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """A timer that waits on in another version of its diagram."""

    row: Row
    wanted: TimerWanted
    #: its moment by the new wish
    at: datetime | None
    #: does it wish something else; the same period under another key is nothing else
    is_other: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Renamed:
    """What the other version calls elements and periods, and when the periods end there."""

    #: as a proposal has it (``domain/migrations``)
    mapping: Mapping[str, str]
    #: rule of the other version -> last day of its clock, where one runs
    due: Mapping[str, date | None]


def carried(
    ctx: Context,
    pack: PolicyPack,
    case_id: str,
    stayed: Iterable[TimerWanted],
    renamed: Renamed,
) -> list[Carried]:
    """The timers that wait on, with the moments the new version gives them; writes nothing.

    The same wish keeps its moment; of another period the time that has passed counts.
    """
    wanted = {(each.task_key, each.element): each for each in stayed}
    found = []
    for row in ctx.rows(deadline_timers.TIMERS, case_id):
        element = renamed.mapping.get(row["element"]) or row["element"]
        now = wanted.get((row["task_key"], element))
        if row["kind"] == "engine" and row["state"] == TimerState.ARMED and now is not None:
            at = _moved(ctx, pack, row, now, renamed)
            is_other = _is_other(row, now, renamed)
            found.append(Carried(row=row, wanted=now, at=at, is_other=is_other))
    return found


def _is_other(row: Row, now: TimerWanted, renamed: Renamed) -> bool:
    before, after = read_wish(row["wish"]), read_wish(now.wish, now.kind)
    if isinstance(before, NamedDeadline):
        key = rules_of(renamed.mapping).get(before.key, before.key)
        return replace(before, key=key) != after
    return bool(now.wish != row["wish"])


def carry(ctx: Context, case_id: str, timers: Iterable[Carried]) -> None:
    """Let them wait on under their new names, each in its own row."""
    kept = ctx.rows(deadline_timers.TIMERS, case_id)
    for each in timers:
        meaning = read_wish(each.wanted.wish, each.wanted.kind)
        if each.wanted.wish != each.row["wish"]:
            times = meaning.times - 1 if isinstance(meaning, Cycle) else 0
            kept.change(each.row, wish=each.wanted.wish, again=times, due_at=each.at)
        named = meaning.key if isinstance(meaning, NamedDeadline) else ""
        kept.change(each.row, element=each.wanted.element, rule_key=named)


def _moved(
    ctx: Context, pack: PolicyPack, row: Row, now: TimerWanted, renamed: Renamed
) -> datetime | None:
    before, after = read_wish(row["wish"]), read_wish(now.wish, now.kind)
    due_at: datetime | None = row["due_at"]
    if isinstance(after, NamedDeadline):
        return deadline_timers.moment_on(ctx, pack, after, renamed.due.get(after.key))
    if now.wish == row["wish"] or isinstance(after, Moment):
        return due_at if now.wish == row["wish"] else _first(ctx, pack, row["case_id"], after)
    was = before.every if isinstance(before, Cycle) else before
    if due_at is None or not isinstance(was, Duration):
        return _first(ctx, pack, row["case_id"], after)
    begun = _after(due_at, Duration(months=-was.months, seconds=-was.seconds))
    return _after(begun, after.every if isinstance(after, Cycle) else after)


def next_round(fired: Round, now: datetime) -> Round | None:
    """The next round of a cycle that lies after now, None when it was the last.

    Rounds that passed while nobody looked are over: a cycle reminds, it does not catch up.
    """
    meaning = read_wish(fired.wish)
    if not isinstance(meaning, Cycle):
        return None
    moment, left = fired.at or now, fired.again
    while left:
        moment, left = _after(moment, meaning.every), left - 1
        if moment > now:
            return replace(fired, at=moment, again=left)
    return None


def arm_next(ctx: Context, coming: Round) -> None:
    """Arm the next round of a cycle."""
    _insert(ctx, coming, rule_key="")


def cancel_all(ctx: Context, case_id: str) -> None:
    """The case is over: nothing of it fires any more."""
    _cancel(ctx, case_id, lambda _row: True)


def _cancel(ctx: Context, case_id: str, is_meant: Callable[[Row], bool]) -> None:
    kept = ctx.rows(deadline_timers.TIMERS, case_id)
    for row in kept:
        if row["state"] == TimerState.ARMED and is_meant(row):
            kept.change(row, state=TimerState.CANCELLED)


def _insert(ctx: Context, new: Round, *, rule_key: str) -> None:
    ctx.rows(deadline_timers.TIMERS, new.case_id).add(
        kind="engine",
        case_id=new.case_id,
        task_key=new.task_key,
        element=new.element,
        wish=new.wish,
        rule_key=rule_key,
        due_at=new.at,
        again=new.again,
        dedupe_key=f"{new.case_id}:{new.task_key}:{new.element}:{new.again}",
        state=TimerState.ARMED,
    )


def _first(ctx: Context, pack: PolicyPack, case_id: str, meaning: Wish) -> datetime | None:
    if isinstance(meaning, NamedDeadline):
        return deadline_timers.moment_of(ctx, pack, case_id, meaning)
    if isinstance(meaning, Moment):
        return meaning.at
    return _after(ctx.now, meaning.every if isinstance(meaning, Cycle) else meaning)


def _after(moment: datetime, period: Duration) -> datetime:
    local = moment.astimezone(CHINA_TIME)
    if period.months:
        local = datetime.combine(add_months(local.date(), period.months), local.timetz())
    return local + timedelta(seconds=period.seconds)

"""The periods of a closed case counted by the draft: which would have been met, which not.

What happened, on which day and what was done to a clock (stops, extensions, corrections) stays as
it is on record; number, unit, calendar and roll are the draft's. A period that the draft begins
or ends with other events is followed through the play instead, where nobody went back.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from server.domain import deadline_changes
from server.domain.calendar import WorkingCalendar
from server.domain.deadline_returns import is_undone
from server.domain.deadline_rules import DeadlineRule
from server.domain.deadlines import due, state_at
from server.domain.errors import RongcuoError
from server.domain.expressions import Json
from server.domain.lifecycle import DeadlineState
from server.domain.packs import PolicyPack
from server.domain.replays import Clock, Fate
from server.engine.port import Advance, OpenTask
from server.services.case import events, facts
from server.services.case.case_state import Act
from server.services.case.events import Happening
from server.services.case.facts import Facts
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.replaying.logs import Log, Step
from server.services.replaying.sides import Played, Sides

Calendars = Callable[[str], WorkingCalendar]

#: with these a case went back: which clocks began anew is not followed again
_BACK: Final = frozenset({"return", "withdraw", "reopen", "move"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Raised:
    """What happened in one step as the draft tells it."""

    happenings: Sequence[Happening]
    known: Facts

    @property
    def keys(self) -> set[str]:
        """Keys of the events."""
        return {each.event.key for each in self.happenings}


def judged(
    sides: Sides, log: Log, played: Mapping[str, Json], calendars: Calendars
) -> tuple[Clock, ...]:
    """Every period of the case, by the law it ran on and by the draft."""
    by_seq = dict(_raised(sides, log, played["steps"]))
    is_whole = not played["stopped"] and not log.is_cut
    was, draft = sides.was.pack, sides.draft.pack
    bound = {key for key in draft.deadlines if _is_bound_alike(was, draft, key)}
    found = [
        _recounted(sides, log, row, by_seq, calendars, is_bound=row.rule_key in bound)
        for row in log.clocks
        if not is_undone(_changes(row)) and (row.rule_key in bound or not _known(draft, row))
    ]
    for key in sorted(set(draft.deadlines) - bound):
        found += _followed(sides, log, key, by_seq, calendars, is_whole=is_whole)
    return tuple(found)


def _known(pack: PolicyPack, row: DeadlineRow) -> bool:
    return row.rule_key in pack.deadlines


def _changes(row: DeadlineRow) -> tuple[deadline_changes.Change, ...]:
    return tuple(map(deadline_changes.from_json, row.changes))


def _is_bound_alike(was: PolicyPack, draft: PolicyPack, key: str) -> bool:
    """Do the same events begin and end the period in both, on the same days."""
    return key in was.deadlines and _binding(was, key) == _binding(draft, key)


def _binding(pack: PolicyPack, key: str) -> tuple[Json, ...]:
    rule = pack.deadlines[key]
    named = [pack.events[each] for each in (rule.origin, *rule.met_by, *rule.cancelled_by)]
    how = [(each.key, each.node, each.message, each.start, each.when, each.date) for each in named]
    return (how, len(rule.met_by), rule.when, rule.until, rule.again, rule.valid_from)


def _raised(sides: Sides, log: Log, steps: Sequence[Played | None]) -> Iterator[tuple[int, Raised]]:
    for step, done in zip(log.steps, steps, strict=False):
        if done is None:
            continue
        known = facts.collect(
            sides.draft, sides.procedure, done["variables"], step.answers, step.at
        )
        try:
            happened = events.raised(
                sides.draft.pack, _act(sides, step, done), _after(done), known, sides.evaluate
            )
        except RongcuoError:
            return  # what happens from here on depends on it
        yield step.seq, Raised(happenings=happened, known=known)


def _act(sides: Sides, step: Step, done: Played) -> Act:
    node = sides.new.nodes.get(str((step.asked.values if step.asked else {}).get("element", "")))
    message = ""
    if step.command == "deliver" and node is not None:
        message = node.message or (node.event.name if node.event else "")
    many = {key for key, instance in done["closed"] if instance is not None}
    return Act(
        command=step.command,
        node_key=step.node_key,
        message=message,
        is_partial=step.node_key in many and step.node_key in done["waiting"],
    )


def _after(done: Played) -> Advance:
    def tasks(told: Sequence[Json]) -> tuple[OpenTask, ...]:
        return tuple(
            OpenTask(task_key="", node_key=key, lane="", instance=instance)
            for key, instance in told
        )

    return Advance(
        state=b"",
        opened=tasks(done["opened"]),
        closed=tasks(done["closed"]),
        visited=tuple(done["visited"]),
    )


def _recounted(
    sides: Sides,
    log: Log,
    row: DeadlineRow,
    by_seq: Mapping[int, Raised],
    calendars: Calendars,
    *,
    is_bound: bool,
) -> Clock:
    """A clock on record, its last day counted by both rules."""
    rule = sides.was.pack.deadlines[row.rule_key]
    was = _ran(rule, row, log, calendars)
    title = rule.title
    if is_bound:
        new = sides.draft.pack.deadlines[row.rule_key]
        title = new.title
        would = _ran(new, row, log, calendars) if _is_told(row, by_seq) else _NOT_TOLD
    else:
        would = _NOT_RUN  # the draft has no such period
    return _clock(row.rule_key, title, was, would)


#: what becomes of a period, and its last day
_Ran = tuple[Fate, date | None]
_NOT_TOLD: Final[_Ran] = (Fate.UNTOLD, None)
_NOT_RUN: Final[_Ran] = (Fate.NONE, None)


def _is_told(row: DeadlineRow, by_seq: Mapping[int, Raised]) -> bool:
    """Did the draft come to what began the clock and to what ended it."""
    begun = (row.started_version, row.origin_event)
    ended = (row.ended_version, row.ended_by)
    return all(
        seq is None or key is None or (seq in by_seq and key in by_seq[seq].keys)
        for seq, key in (begun, ended)
    )


def _ran(rule: DeadlineRule, row: DeadlineRow, log: Log, calendars: Calendars) -> _Ran:
    met = row.met_at or row.met_on
    ended_at = log.closed_at
    if row.ended_version is not None and met is None:
        ended_at = next((step.at for step in log.steps if step.seq == row.ended_version), ended_at)
    span = _Span(origin_on=row.origin_on, changes=_changes(row), until=row.until_on)
    return _fate(rule, span, calendars, met=met, ended_at=ended_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Span:
    origin_on: date
    changes: tuple[deadline_changes.Change, ...] = ()
    until: date | None = None


def _fate(
    rule: DeadlineRule,
    span: _Span,
    calendars: Calendars,
    *,
    met: date | datetime | None,
    ended_at: datetime,
) -> _Ran:
    try:
        end = due(rule, span.origin_on, span.changes, calendars(rule.calendar), until=span.until)
    except RongcuoError:
        return _NOT_TOLD
    state = state_at(rule, end, ended_at, met=met)
    if state is DeadlineState.UNDETERMINED:
        return _NOT_TOLD
    if state in (DeadlineState.MET_LATE, DeadlineState.OVERDUE):
        return Fate.LATE, end.on
    return (Fate.MET if met is not None else Fate.ENDED), end.on


def _clock(rule: str, title: str, was: _Ran, would: _Ran) -> Clock:
    return Clock(
        rule=rule,
        title=title,
        was=was[0],
        would=would[0],
        was_on=was[1].isoformat() if was[1] else None,
        would_on=would[1].isoformat() if would[1] else None,
    )


def _followed(
    sides: Sides,
    log: Log,
    key: str,
    by_seq: Mapping[int, Raised],
    calendars: Calendars,
    *,
    is_whole: bool,
) -> list[Clock]:
    """A period that is new, or that other events begin or end: its newest clock on both sides."""
    rule = sides.draft.pack.deadlines[key]
    rows = [row for row in log.clocks if row.rule_key == key and not is_undone(_changes(row))]
    was = _NOT_RUN
    if rows:
        was = _ran(sides.was.pack.deadlines[key], rows[-1], log, calendars)
    if any(step.command in _BACK for step in log.steps):
        would = _NOT_TOLD
    else:
        would = _would(sides, log, rule, by_seq, calendars, is_whole=is_whole)
    if was == would == _NOT_RUN:
        return []
    return [_clock(key, rule.title, was, would)]


def _would(
    sides: Sides,
    log: Log,
    rule: DeadlineRule,
    by_seq: Mapping[int, Raised],
    calendars: Calendars,
    *,
    is_whole: bool,
) -> _Ran:
    span: _Span | None = None
    last = _NOT_RUN
    for seq in sorted(by_seq):
        for happening in by_seq[seq].happenings:
            event = happening.event.key
            if span is not None and event in (*rule.met_by, *rule.cancelled_by):
                met = (happening.at or happening.on) if event in rule.met_by else None
                at = by_seq[seq].known.now
                last, span = _fate(rule, span, calendars, met=met, ended_at=at), None
            begins = event == rule.origin and span is None
            if begins and (rule.again == "new" or last == _NOT_RUN):
                span = _begun(sides, rule, happening, by_seq[seq].known)
    if span is None:
        return last
    if not is_whole:
        return _NOT_TOLD
    return _fate(rule, span, calendars, met=None, ended_at=log.closed_at)


def _begun(sides: Sides, rule: DeadlineRule, happening: Happening, known: Facts) -> _Span | None:
    if rule.valid_from is not None and happening.on < rule.valid_from:
        return None
    try:
        if not facts.holds(sides.evaluate, rule.when, known):
            return None
        until = facts.day(sides.evaluate, rule.until, known) if rule.until is not None else None
    except RongcuoError:
        return None
    if rule.until is not None and until is None:
        return None
    return _Span(origin_on=happening.on, until=until)

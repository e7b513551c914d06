"""Events of the pack that a step raises: what happened in the case, and on which day.

An event is the origin or the end of clocks. Its day is entered in a form or computed; where the
pack names no source, or the field is empty, it is the day of the act; for a timer the day it was
due, however late somebody looked. It is never in the future.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from server.domain.calendar import CHINA_TIME
from server.domain.expressions import Evaluate
from server.domain.packs import Event, PolicyPack
from server.domain.texts import _
from server.engine.port import Advance
from server.services.case import facts
from server.services.case.case_state import Act
from server.services.case.facts import Facts


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """An event with its day."""

    event: Event
    on: date
    #: the moment of the act, when the day was not entered
    at: datetime | None = None


def raised(
    pack: PolicyPack, act: Act, after: Advance, known: Facts, evaluate: Evaluate
) -> list[Happening]:
    """What happened in this step, the act itself first, then nodes in the order they were passed.

    Raises:
        Invalid: an entered day lies in the future or is no date.
        ExpressionFailed: an expression of the pack warned.
    """
    return [
        _dated(event, act.due_at or known.now, known, evaluate)
        for event in _touched(pack, act, after)
        if facts.holds(evaluate, event.when, known)
    ]


def _touched(pack: PolicyPack, act: Act, after: Advance) -> Iterator[Event]:
    events = pack.events.values()
    yield from (event for event in events if _is_of(event, act, after))
    tasks = {task.node_key for task in (*after.opened, *after.closed)}
    if act.command == "complete":
        tasks.add(act.node_key)
    for node_key in dict.fromkeys(after.visited):
        if node_key not in tasks:
            yield from (event for event in events if event.node == node_key)


def _is_of(event: Event, act: Act, after: Advance) -> bool:
    """Does the act itself raise the event; a multi-instance task is over with its last item."""
    if act.command == "open" and event.start:
        return True
    if event.message:
        return event.message == act.message
    if act.command != "complete" or event.node != act.node_key:
        return False
    goes_on = any(task.node_key == act.node_key and task.instance for task in after.opened)
    return not act.is_partial and not goes_on


def _dated(event: Event, moment: datetime, known: Facts, evaluate: Evaluate) -> Happening:
    entered = facts.day(evaluate, event.date, known) if event.date is not None else None
    if entered is None:
        return Happening(event=event, on=moment.astimezone(CHINA_TIME).date(), at=moment)
    if entered > known.now.astimezone(CHINA_TIME).date() and event.date is not None:
        raise facts.wrong_day(
            event.date, _("“{event}”的日期不能晚于今天").format(event=event.title)
        )
    return Happening(event=event, on=entered)

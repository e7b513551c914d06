"""Events of the pack that a step raises: what happened in the case, and on which day.

An event is the origin or the end of clocks. Its day is entered in a form or computed; where the
pack names no source, or the field is empty, it is the day of the act; for a timer the day it was
due, however late somebody looked. It is never in the future.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from server.domain.calendar import CHINA_TIME
from server.domain.expressions import Evaluate, Feel, Given, Json
from server.domain.findings import Finding
from server.domain.packs import Event, PolicyPack
from server.domain.texts import _
from server.engine.port import Advance
from server.services.case import facts
from server.services.case.case_state import Act
from server.services.case.facts import Facts
from server.services.law import charts
from server.services.law.releases import Release


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
        message = _("“{event}”的日期不能晚于今天").format(event=event.title)
        raise facts.wrong_day(_source(event.date, entered, known, evaluate), message)
    return Happening(event=event, on=entered)


def entered_in(release: Release, procedure: str, form_key: str) -> dict[str, Event]:
    """Fields of this form that hold the day of an event of its step, with the event."""
    nodes = charts.chart(release.files[procedure]).nodes
    is_start = release.pack.procedures[procedure].start_form == form_key
    return {
        event.date: event
        for event in release.pack.events.values()
        if isinstance(event.date, str)
        and (
            (is_start and event.start)
            or (event.node in nodes and nodes[event.node].form == form_key)
        )
    }


def of_nodes(release: Release, procedure: str, nodes: Collection[str]) -> frozenset[str]:
    """Keys of the events that these nodes raise: each is passed, or a message arrives there."""
    drawn = [charts.chart(release.files[procedure]).nodes[key] for key in nodes]
    messages = {node.message or (node.event.name if node.event else "") for node in drawn}
    return frozenset(
        event.key
        for event in release.pack.events.values()
        if event.node in nodes or (event.message and event.message in messages)
    )


def in_future(days: Mapping[str, Event], answers: Mapping[str, Json], today: date) -> list[Finding]:
    """Each of these fields that holds a day after today; what is no date is told elsewhere."""
    return [
        facts.day_finding(name, _("“{event}”的日期不能晚于今天").format(event=event.title))
        for name, event in days.items()
        if str(answers.get(name) or "")[:10] > today.isoformat()
    ]


def _source(source: Given, entered: date, known: Facts, evaluate: Evaluate) -> Given:
    """The field that holds the day, also where an expression chose it."""
    if not isinstance(source, Feel):
        return source
    names = evaluate.parse(source.text).names
    holding = [name for name in names if str(known.values.get(name))[:10] == entered.isoformat()]
    return min(holding, default=source)

"""What happened on the way to the step, with the days the record gives, and the clocks it leaves.

A day is asked for where a clock that still runs hangs on it; of clocks that were begun and ended
outside only those are kept of which both days are known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from server.domain.deadlines import state_at
from server.domain.packs import PolicyPack
from server.services.case import events, facts
from server.services.case.events import Happening
from server.services.case.facts import Facts
from server.services.clocks import deadlines
from server.services.context import Context
from server.services.law.releases import Release
from server.services.takeover.walking import Walked


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """An event on the way; ``on`` is None where nobody knows the day."""

    happening: Happening
    on: date | None
    known: Facts
    node_key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """A clock that runs when the matter is taken over."""

    rule: str
    title: str
    begun_on: date
    due_on: date | None
    provisional_on: date | None
    state: str


@dataclass(slots=True)
class Course:
    """Everything that happened."""

    happened: list[Happened] = field(default_factory=list)
    #: keys of events whose day has to be known
    missing: list[str] = field(default_factory=list)
    #: pairs of events whose days are the wrong way round
    disordered: list[tuple[str, str]] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def course(
    ctx: Context, release: Release, procedure: str, walked: Walked, days: Mapping[str, date]
) -> Course:
    """What happened on a way that was walked.

    Raises:
        ExpressionFailed: an expression of the pack failed.
    """
    found = Course(happened=list(_happened(ctx, release, procedure, walked, days)))
    _settle(ctx, release.pack, found)
    return found


def _happened(
    ctx: Context, release: Release, procedure: str, walked: Walked, days: Mapping[str, date]
) -> Iterator[Happened]:
    evaluate = ctx.tools.evaluate
    for passed in walked.passed:
        known = facts.collect(
            release, procedure, passed.after.variables, passed.act.answers, ctx.now
        )
        for one in events.raised(release.pack, passed.act, passed.after, known, evaluate):
            on = days.get(one.event.key) or (one.on if one.at is None else None)
            yield Happened(happening=one, on=on, known=known, node_key=passed.act.node_key)


@dataclass(slots=True)
class _Running:
    """A clock under way."""

    begun: Happened


def _settle(ctx: Context, pack: PolicyPack, found: Course) -> None:
    """Which clocks are left, which days they need, and which days contradict one another."""
    running: dict[str, _Running] = {}
    for each in found.happened:
        key = each.happening.event.key
        for rule in pack.deadlines.values():
            if rule.key in running and key in {*rule.met_by, *rule.cancelled_by}:
                _end(found, running.pop(rule.key).begun, each)
            if rule.origin == key and _begins(ctx, pack, rule.key, each):
                running[rule.key] = _Running(begun=each)
    for rule_key, one in running.items():
        _leave(ctx, pack, found, rule_key, one.begun)


def _end(found: Course, begun: Happened, ended: Happened) -> None:
    keys = (begun.happening.event.key, ended.happening.event.key)
    if begun.on is not None and ended.on is None:
        found.missing.append(keys[1])
    if begun.on is not None and ended.on is not None and ended.on < begun.on:
        found.disordered.append(keys)


def _begins(ctx: Context, pack: PolicyPack, rule_key: str, each: Happened) -> bool:
    on = each.on or ctx.today
    happening = Happening(event=each.happening.event, on=on)
    rule = pack.deadlines[rule_key]
    return deadlines.beginning(ctx, pack, rule, happening, each.known) is not None


def _leave(ctx: Context, pack: PolicyPack, found: Course, rule_key: str, begun: Happened) -> None:
    if begun.on is None:
        found.missing.append(begun.happening.event.key)
        return
    rule = pack.deadlines[rule_key]
    happening = Happening(event=begun.happening.event, on=begun.on)
    start = deadlines.beginning(ctx, pack, rule, happening, begun.known)
    if start is not None:
        found.left.append(
            Left(
                rule=rule_key,
                title=rule.title,
                begun_on=begun.on,
                due_on=start.end.on,
                provisional_on=start.end.provisional_on,
                state=state_at(rule, start.end, ctx.now),
            )
        )

"""What a scenario says must be seen, beside what is seen. Every function returns the mismatches.

Exactly as named: ``open``, ``opened``, ``overdue``. Each named one must be there, an empty list
means none at all: ``visited``, ``messages``, ``notices``, ``escalated_to``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from server.domain.expressions import Json
from server.domain.lifecycle import DeadlineState
from server.domain.texts import _
from server.queries.cases import CaseFacts, Clock, OpenWork


@dataclass(frozen=True, kw_only=True, slots=True)
class Mismatch:
    """One expectation that was not met."""

    what: str
    expected: Json
    found: Json

    def __str__(self) -> str:
        return _("{what}应为{expected}，实际为{found}").format(
            what=self.what, expected=_told(self.expected), found=_told(self.found)
        )


def mismatches(case: CaseFacts, expected: Mapping[str, Json]) -> list[Mismatch]:
    """Everything of ``expected`` that does not hold of the case."""
    return [found for key, value in expected.items() for found in _CHECKS[key](case, key, value)]


_Check = Callable[[CaseFacts, str, Json], Iterable[Mismatch]]


def _open(case: CaseFacts, key: str, expected: Json) -> Iterable[Mismatch]:
    wanted, found = _listed(expected), sorted(work.node_key for work in case.work)
    if len(set(wanted)) == len(wanted):
        found = sorted(set(found))
    return _same(key, sorted(wanted), found)


def _not_open(case: CaseFacts, key: str, expected: Json) -> Iterable[Mismatch]:
    found = {work.node_key for work in case.work} & set(_listed(expected))
    return _same(key, [], sorted(found))


def _of_work(read: Callable[[CaseFacts, OpenWork], Json]) -> _Check:
    """A property of the open task: one value for all of them, or a mapping from task to value."""

    def check(case: CaseFacts, key: str, expected: Json) -> Iterable[Mismatch]:
        if isinstance(expected, Mapping):
            for node_key, value in expected.items():
                found = [read(case, work) for work in case.work if work.node_key == node_key]
                yield from _all(f"{key} {node_key}", value, found)
            return
        yield from _all(key, expected, [read(case, work) for work in case.work])

    return check


def _of_clock(name: str) -> _Check:
    """A date of the deadline that the open task names; tasks without one are left aside."""

    def check(case: CaseFacts, key: str, expected: Json) -> Iterable[Mismatch]:
        if isinstance(expected, Mapping):
            for node_key, value in expected.items():
                works = [work for work in case.work if work.node_key == node_key]
                yield from _all(f"{key} {node_key}", value, _dates(case, works, name))
            return
        yield from _all(key, expected, _dates(case, case.work, name))

    return check


def _dates(case: CaseFacts, works: Iterable[OpenWork], name: str) -> list[Json]:
    clocks = [case.clock_of(work.deadline_key) for work in works if work.deadline_key]
    return [_shown(getattr(clock, name)) for clock in clocks if clock is not None]


def _overdue(case: CaseFacts, key: str, expected: Json) -> Iterable[Mismatch]:
    found = set()
    for work in case.work:
        clock = case.clock_of(work.deadline_key) if work.deadline_key else None
        if clock is not None and clock.state == DeadlineState.OVERDUE:
            found.add(work.node_key)
    return _same(key, sorted(_listed(expected)), sorted(found))


def _deadlines(case: CaseFacts, key: str, expected: Json) -> Iterable[Mismatch]:
    for rule_key, value in expected.items():
        clock = case.clock_of(rule_key)
        if value is None or clock is None:
            yield from _same(f"{key} {rule_key}", value, clock and clock.state)
            continue
        wanted = value if isinstance(value, Mapping) else {"state": value}
        for name, one in wanted.items():
            yield from _same(f"{key} {rule_key}.{name}", one, _of(clock, name))


def _of(clock: Clock, name: str) -> Json:
    return _shown(getattr(clock, name, _("（没有这一项）")))


def _messages(case: CaseFacts, key: str, expected: Json) -> Iterable[Mismatch]:
    for entry in _listed(expected):
        if isinstance(entry, Mapping):
            sent = [each.data for each in case.messages if each.message == entry["message"]]
            carried = dict(entry.get("with") or {})
            if not any(carried.items() <= dict(data).items() for data in sent):
                yield Mismatch(what=key, expected=entry, found=[dict(data) for data in sent])
        else:
            yield from _among(key, [entry], [each.message for each in case.messages])
    if not _listed(expected):
        yield from _same(key, [], [each.message for each in case.messages])


def _opened(case: CaseFacts, key: str, expected: Json) -> Iterable[Mismatch]:
    """Exactly these procedures, one as often as cases of it were begun."""
    return _same(key, sorted(_listed(expected)), sorted(case.opened))


def _notices(case: CaseFacts, key: str, expected: Json) -> Iterable[Mismatch]:
    return _among(key, expected, [notice.label for notice in case.notices])


def _escalated(case: CaseFacts, key: str, expected: Json) -> Iterable[Mismatch]:
    labels = [notice.label for notice in case.notices if notice.label != "assignee"]
    return _among(key, expected, labels)


def _visited(case: CaseFacts, key: str, expected: Json) -> Iterable[Mismatch]:
    return _among(key, expected, case.visited)


def _not_visited(case: CaseFacts, key: str, expected: Json) -> Iterable[Mismatch]:
    return _same(key, [], sorted(set(_listed(expected)) & set(case.visited)))


def _variables(case: CaseFacts, key: str, expected: Json) -> Iterable[Mismatch]:
    for name, value in expected.items():
        yield from _same(f"{key} {name}", value, case.variables.get(name))


def _counts(case: CaseFacts, key: str, expected: Json) -> Iterable[Mismatch]:
    """How many entries a list holds: of what registers gave, ids stand in it."""
    for name, value in expected.items():
        found = case.variables.get(name)
        yield from _same(f"{key} {name}", value, len(found) if isinstance(found, list) else None)


def _field(name: str) -> _Check:
    return lambda case, key, expected: _same(key, expected, getattr(case, name))


_CHECKS: Final[Mapping[str, _Check]] = {
    "open": _open,
    "not_open": _not_open,
    "office": _of_work(lambda _case, work: work.office),
    "offices": _of_work(lambda _case, work: work.office),
    "level": _of_work(lambda case, work: work.level or case.level),
    "levels": _of_work(lambda case, work: work.level or case.level),
    "due_on": _of_clock("due_on"),
    "provisional_on": _of_clock("provisional_on"),
    "overdue": _overdue,
    "escalated_to": _escalated,
    "notices": _notices,
    "deadlines": _deadlines,
    "messages": _messages,
    "opened": _opened,
    "variables": _variables,
    "counts": _counts,
    "visited": _visited,
    "not_visited": _not_visited,
    "status": _field("status"),
    "outcome": _field("outcome"),
}


def _same(what: str, expected: Json, found: Json) -> list[Mismatch]:
    if expected == found:
        return []
    return [Mismatch(what=what, expected=expected, found=found)]


def _all(what: str, expected: Json, found: list[Json]) -> list[Mismatch]:
    """Every found value is the expected one, and there is at least one; nothing is null."""
    if all(value == expected for value in found) and (found or expected is None):
        return []
    return [Mismatch(what=what, expected=expected, found=found[0] if len(found) == 1 else found)]


def _among(what: str, expected: Json, found: Iterable[str]) -> list[Mismatch]:
    wanted, seen = _listed(expected), list(dict.fromkeys(found))
    if not wanted:
        return _same(what, [], seen)
    missing = [entry for entry in wanted if entry not in seen]
    return [Mismatch(what=what, expected=missing, found=seen)] if missing else []


def _listed(value: Json) -> list[Json]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _shown(value: Json) -> Json:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _told(value: Json) -> str:
    if value is None:
        return _("（无）")
    if isinstance(value, list):
        return "、".join(map(_told, value)) if value else _("（无）")
    return str(value)

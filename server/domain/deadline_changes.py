"""What may happen to a running clock, as frozen values that are appended and never edited.

The due date is always computed from the origin over all changes (``deadlines.due``). ``as_json``
and ``from_json`` are the shape of the ``changes`` column.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from server.domain.deadline_rules import AfterReturn
from server.domain.expressions import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """The clock stands from this day."""

    on: date
    #: key of a StopReason of the rule
    reason: str
    note: str = ""
    #: who did it, a person id
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Restart:
    """The clock runs again; the day itself follows the first-day rule."""

    on: date
    note: str = ""
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Extend:
    """``n`` more units, approved."""

    on: date
    n: int
    note: str = ""
    by: str = ""
    approved_by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Correct:
    """The date of the origin was entered wrongly; in truth it is ``origin_on``."""

    on: date
    origin_on: date
    note: str
    #: the day that held before
    was_on: date | None = None
    by: str = ""
    approved_by: str = ""
    #: id of the paper that shows the right date
    evidence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectMet:
    """The date of what met the clock was entered wrongly; in truth it is ``met_on``."""

    on: date
    met_on: date
    note: str
    was_on: date | None = None
    by: str = ""
    approved_by: str = ""
    evidence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recompute:
    """Another calendar version gave another date; kept so that the old one can be explained."""

    on: date
    #: version of the calendar counted with from now on
    calendar_version: str
    was_on: date | None
    due_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reopen:
    """The case went back to before what had ended the clock; it runs again."""

    on: date
    how: AfterReturn
    #: the day it had been met on, None where it had been cancelled
    met_on: date | None = None
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo:
    """The case went back to before what had begun the clock; it no longer applies."""

    on: date
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Adopt:
    """The case moved to another version of its pack, whose rule the clock runs by from now on."""

    on: date
    #: number of the version
    version: int
    was_on: date | None
    due_on: date | None
    note: str = ""
    by: str = ""


Change = Stop | Restart | Extend | Correct | CorrectMet | Recompute | Reopen | Undo | Adopt

_KINDS: Mapping[str, type[Change]] = {
    "stop": Stop,
    "restart": Restart,
    "extend": Extend,
    "correct": Correct,
    "correct_met": CorrectMet,
    "recompute": Recompute,
    "reopen": Reopen,
    "undo": Undo,
    "adopt": Adopt,
}


def as_json(change: Change) -> dict[str, Json]:
    """The change as JSON, with its ``kind``; ``from_json`` gives the same value back."""
    kind = next(name for name, cls in _KINDS.items() if cls is type(change))
    values = ((spec.name, getattr(change, spec.name)) for spec in fields(change))
    return {
        "kind": kind,
        **{key: value.isoformat() if isinstance(value, date) else value for key, value in values},
    }


def from_json(entry: Mapping[str, Json]) -> Change:
    """The change that ``as_json`` wrote."""
    cls = _KINDS[entry["kind"]]
    values: dict[str, Any] = {
        spec.name: _value(spec.name, entry[spec.name]) for spec in fields(cls) if spec.name in entry
    }
    return cls(**values)


def begun_again(changes: Sequence[Change]) -> bool:
    """Did the clock begin with a return, and not with the event of its rule."""
    first = changes[0] if changes else None
    return isinstance(first, Reopen) and first.how is AfterReturn.RESTART


def _value(name: str, value: Json) -> Any:
    if name == "how":
        return AfterReturn(value)
    is_day = name == "on" or name.endswith("_on")
    return date.fromisoformat(value) if is_day and value is not None else value

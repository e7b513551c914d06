"""What would become of a case if something were done to it: shown before it is done."""

from dataclasses import dataclass

from server.domain.day_strips import Day
from server.domain.expressions import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing that would be another: what it is, and how it stands before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """Everything that would change, in words."""

    changes: tuple[Change, ...]
    #: of a clock: its count in one sentence, and its days, as they would be
    line: str = ""
    days: tuple[Day, ...] = ()
    #: of a paper: how it would read (``adapters/letters/sheets``)
    blocks: tuple[Json, ...] = ()
    #: what was looked at, to be named by whoever goes on; empty where it does not matter
    seen: str = ""

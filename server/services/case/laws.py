"""By which version of its pack each step of a case was done.

A case that moved to another version keeps what was done before as it was then: a paper reads by
the form it was written in, a period that was met by the rule it was met under.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from server.domain.migrations import rules_of
from server.queries import migrations
from server.services.context import Context
from server.services.law.releases import Release
from server.services.packs import definitions


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """One move of a case to another version."""

    at: datetime
    #: ids of both versions
    source: str
    target: str
    #: name of who did it, and why
    by: str
    reason: str
    #: periods that have another key since: old -> new
    rules: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Laws:
    """The versions a case ran on before the one of today."""

    #: numbers of the steps that moved it, and the version it ran on until each of them
    moved: Sequence[int] = ()
    before: Sequence[str] = ()
    moves: Sequence[Move] = ()

    def at(self, seq: int | None) -> str | None:
        """Id of the version this step was done by; None: the one of today, as of no step."""
        # the step that moved it is the first one of the version it moved to
        place = len(self.moved) if seq is None else bisect_right(self.moved, seq)
        return self.before[place] if place < len(self.before) else None

    def rule_now(self, key: str, at: datetime) -> str:
        """What the version of today calls the period that had this key at that moment."""
        for move in self.moves:
            if move.at >= at:
                key = move.rules.get(key, key)
        return key

    def rule_at(self, key: str, seq: int | None) -> str:
        """What the version this step was done by calls the period that has this key today."""
        first = len(self.moved) if seq is None else bisect_right(self.moved, seq)
        for move in reversed(self.moves[first:]):
            key = next((old for old, new in move.rules.items() if new == key), key)
        return key


_NONE: Final = Laws()


def of_case(ctx: Context, case_id: str) -> Laws:
    """The versions of this case; one statement."""
    return ctx.once(("laws", case_id), lambda: of_cases(ctx, [case_id]).get(case_id, _NONE))


def of_cases(ctx: Context, case_ids: Collection[str]) -> Mapping[str, Laws]:
    """The versions of those of these cases that ever moved; one statement."""
    found: dict[str, list[Row[Any]]] = {}
    for row in migrations.moved(ctx.session, case_ids):
        found.setdefault(row.case_id, []).append(row)
    return {key: _laws(rows) for key, rows in found.items()}


def _laws(rows: Sequence[Row[Any]]) -> Laws:
    return Laws(
        moved=[row.seq for row in rows],
        before=[row.given["values"]["source"] for row in rows],
        moves=[
            Move(
                at=row.at,
                source=row.given["values"]["source"],
                target=row.given["values"]["target"],
                by=row.by or "",
                reason=row.text or "",
                rules=rules_of(row.given["values"]["mapping"]),
            )
            for row in rows
        ],
    )


def release_at(ctx: Context, laws: Laws, seq: int | None, now: Release) -> Release:
    """The version a step was done by, loaded; ``now`` is the one the case runs on today."""
    version = laws.at(seq)
    return now if version is None else definitions.release(ctx, version)


def others(
    ctx: Context, case_id: str, seqs: Collection[int], now: Release
) -> Mapping[int, Release]:
    """Those of these steps that were not done by the version of today, each with its own."""
    found = of_case(ctx, case_id)
    return {seq: release_at(ctx, found, seq, now) for seq in seqs if found.at(seq) is not None}

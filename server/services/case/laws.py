"""By which version of its pack each step of a case was done.

A case that moved to another version keeps what was done before as it was then: a paper reads by
the form it was written in, a period that was met by the rule it was met under.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select

from server.models.case import case_step
from server.services.context import Context
from server.services.law.releases import Release
from server.services.packs import definitions


class Bound(Protocol):
    """A case, with the version it runs on now."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def pack_version_id(self) -> str:
        """Id of the version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Laws:
    """The versions a case ran on."""

    #: numbers of the steps that moved it, and what it ran on until each of them
    moved: Sequence[int]
    before: Sequence[str]
    #: what it runs on now
    now: str

    @property
    def first(self) -> str:
        """Id of the version it was opened on."""
        return [*self.before, self.now][0]

    def at(self, seq: int | None) -> str:
        """Id of the version this step was done by; None: the one of today."""
        if seq is None:
            return self.now
        # the step that moved it is the first one of the new version
        place = bisect_right(self.moved, seq)
        return [*self.before, self.now][place]


def of_case(ctx: Context, case: Bound) -> Laws:
    """The versions of this case; one statement."""

    def ask() -> Laws:
        rows = ctx.session.execute(
            select(case_step.c.seq, case_step.c.given)
            .where(case_step.c.case_id == case.id, case_step.c.command == "migrate")
            .order_by(case_step.c.seq)
        ).all()
        return Laws(
            moved=[row.seq for row in rows],
            before=[row.given["values"]["source"] for row in rows],
            now=case.pack_version_id,
        )

    return ctx.once(("laws", case.id), ask)


def release_at(ctx: Context, case: Bound, seq: int | None) -> Release:
    """The version this step was done by, loaded."""
    return definitions.release(ctx, of_case(ctx, case).at(seq))

"""Where a case waits, as one person may know it; clocks of tasks with the rule they come from."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from server.domain.packs import PolicyPack
from server.queries import case_files, inbox
from server.queries.inbox import Entry, When
from server.services.case import case_rows, sights
from server.services.clocks import deadline_rows, deadline_sheets
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions


class Clock(Protocol):
    """A clock as rows of different queries have it."""

    @property
    def state(self) -> str:
        """What it says."""

    @property
    def due_on(self) -> date | None:
        """The last day."""

    @property
    def provisional_on(self) -> date | None:
        """The last day as far as the calendar is known."""

    @property
    def line(self) -> str:
        """The count in one sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """The clock of a task with the document and article it comes from."""

    key: str
    due_on: date | None
    provisional_on: date | None
    state: str
    basis: str
    line: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenTask:
    """A task of a case that waits."""

    id: str
    key: str
    title: str
    unit_id: str | None
    unit: str
    deadline: Due | None
    #: the reader may claim it, or has claimed it
    may_act: bool


def of_case(ctx: Context, case_id: str) -> tuple[OpenTask, ...]:
    """The open tasks of a case: every one for offices that handle it, his own for anybody else.

    Raises:
        NotFound: there is no such case, or it does not exist for the actor.
    """
    actor = posts.with_posts(ctx)
    sight = sights.of(ctx, case_id)
    case = case_rows.found(ctx, case_id)
    pack = definitions.release(ctx, case.pack_version_id).pack
    clocks = {row.rule_key: row for row in deadline_rows.of_case(ctx, case_id)}
    his = inbox.of_case(ctx.session, actor, case_id, when=when(ctx))
    return tuple(
        OpenTask(
            id=task.id,
            key=task.node_key,
            title=task.title,
            unit_id=task.unit_id,
            unit=task.unit,
            deadline=due(pack, task.deadline_key, clocks.get(task.deadline_key)),
            may_act=task.id in his,
        )
        for task in case_files.tasks(ctx.session, sight, case_id)
        if not sight.is_party or task.id in his or task.role in sight.speaks_for
    )


def of_entry(ctx: Context, entry: Entry) -> Due | None:
    """The clock of a line of a list, with its source."""
    pack = definitions.release(ctx, entry.pack_version_id).pack
    return due(pack, entry.deadline_key, entry.deadline)


def due(pack: PolicyPack, key: str, clock: Clock | None) -> Due | None:
    """A clock with the source of its rule, None for a task that has none or before it began."""
    if clock is None:
        return None
    return Due(
        key=key,
        due_on=clock.due_on,
        provisional_on=clock.provisional_on,
        state=clock.state,
        basis=deadline_sheets.rule_of(pack, pack.deadlines[key].basis).cited,
        line=clock.line,
    )


def when(ctx: Context) -> When:
    """The moment lists are looked at; what is due today counts as soon due."""
    return When(now=ctx.now, on=ctx.today, soon_on=ctx.today)

"""A case in short, as one person may see it: head, whom it is about, where it waits, its clocks."""

from dataclasses import dataclass
from datetime import date

from server.queries import case_files, perspectives, versions
from server.queries.case_files import Concerned, Head
from server.services import deadline_sheets, definitions, open_tasks, posts
from server.services.context import Context
from server.services.open_tasks import OpenTask


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """One clock of the case."""

    key: str
    title: str
    #: statutory or soft
    force: str
    state: str
    origin_on: date
    due_on: date | None
    provisional_on: date | None
    met_on: date | None
    basis: str
    line: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """One case."""

    head: Head
    #: key of its pack, and title of its procedure
    pack: str
    title: str
    subjects: tuple[Concerned, ...]
    tasks: tuple[OpenTask, ...]
    deadlines: tuple[Period, ...]
    #: changes with every step and every change of the head
    version: str


def summary(ctx: Context, case_id: str) -> Summary:
    """The case as the actor may see it.

    Raises:
        NotFound: there is no such case, or it does not exist for him.
    """
    actor = posts.with_posts(ctx)
    sight = perspectives.of(ctx.session, actor, case_id)
    head = case_files.head(ctx.session, case_id)
    pack = definitions.release(ctx, head.pack_version_id).pack
    return Summary(
        head=head,
        pack=pack.key,
        title=pack.procedures[head.procedure].title,
        subjects=case_files.concerned(ctx.session, sight, case_id),
        tasks=open_tasks.of_case(ctx, case_id),
        deadlines=tuple(
            Period(
                key=clock.key,
                title=clock.title,
                force=clock.force,
                state=clock.state,
                origin_on=clock.origin_on,
                due_on=clock.due_on,
                provisional_on=clock.provisional_on,
                met_on=clock.met_on,
                basis=clock.rule.cited,
                line=clock.line,
            )
            for clock in deadline_sheets.of_case(ctx, pack, case_id)
        ),
        version=versions.of_case(ctx.session, actor, case_id),
    )

"""A case as the API tells it: what its file shows a person, with the tasks he may act on."""

from dataclasses import dataclass

from server.queries import case_files, versions
from server.queries.case_files import Head
from server.services.case import case_rows, sights
from server.services.context import Context
from server.services.files import case_view, meeting_lists, open_tasks
from server.services.files.case_view import CaseFile
from server.services.files.meeting_lists import OfCase
from server.services.files.open_tasks import OpenTask
from server.services.identity import posts
from server.services.packs import definitions


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A case as whoever opened it learns of it."""

    head: Head
    tasks: tuple[OpenTask, ...]
    #: changes with every step and every change of the head
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """One case."""

    file: CaseFile
    #: key of its pack
    pack: str
    tasks: tuple[OpenTask, ...]
    decisions: tuple[OfCase, ...]
    version: str


def opened(ctx: Context, case_id: str) -> Opened:
    """What is told of a new case.

    Raises:
        NotFound: it does not exist for the actor.
    """
    actor = posts.with_posts(ctx)
    sights.of(ctx, case_id)
    return Opened(
        head=case_files.head(ctx.session, case_id),
        tasks=open_tasks.of_case(ctx, case_id),
        version=versions.of_case(ctx.session, actor, case_id),
    )


def summary(ctx: Context, case_id: str) -> Summary:
    """The case as the actor may see it.

    Raises:
        NotFound: there is no such case, or it does not exist for him.
    """
    file = case_view.case_file(ctx, case_id)
    release = definitions.release(ctx, case_rows.found(ctx, case_id).pack_version_id)
    return Summary(
        file=file,
        pack=release.pack.key,
        tasks=open_tasks.of_case(ctx, case_id),
        decisions=meeting_lists.of_case(ctx, case_id),
        version=versions.of_case(ctx.session, posts.with_posts(ctx), case_id),
    )

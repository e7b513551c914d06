"""One case as one person may see it: the file for offices, the state of the matter for parties.

Everything is read for the actor of the context through ``queries/perspectives``; who may not know
of the case gets ``NotFound``. The number of statements does not depend on how long the case is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from server.domain.case_words import outcome_title
from server.domain.errors import Forbidden, NotFound
from server.domain.lifecycle import OVER
from server.domain.perspectives import Sight
from server.domain.roles import PARTIES
from server.domain.texts import _
from server.queries import case_files, timeline
from server.queries import requests as request_rows
from server.queries.case_files import Concerned, Head, Look, Notice, Task
from server.queries.issued_papers import Issued
from server.queries.requests import Requested
from server.services.calendar.calendars import CN
from server.services.clocks import deadline_rows
from server.services.context import Context
from server.services.files import (
    case_clocks,
    case_diagrams,
    case_law,
    case_moves,
    case_papers,
    case_seen,
    case_timeline,
    corrections,
    recusals,
    signature_lines,
)
from server.services.files import requests as request_files
from server.services.files.case_clocks import ClockView
from server.services.files.case_diagrams import Drawing, Went
from server.services.files.case_law import Law
from server.services.files.case_moves import Move
from server.services.files.case_papers import Paper, PaperSheet
from server.services.files.case_seen import Seen
from server.services.files.case_timeline import Entry, Told
from server.services.files.corrections import View
from server.services.files.recusals import Block
from server.services.files.requests import View as RequestView
from server.services.identity import posts
from server.services.papers import issued_papers
from server.services.verbs import possible_case
from server.services.verbs.possible_case import Possible


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFile:
    """Everything of one case that its reader may see."""

    head: Head
    #: title of the procedure
    title: str
    #: what it runs on until somebody moves it
    law: Law
    #: title of its result, empty while there is none
    outcome: str
    sight: Sight
    subjects: tuple[Concerned, ...]
    tasks: tuple[Task, ...]
    clocks: tuple[ClockView, ...]
    timeline: tuple[Entry, ...]
    papers: tuple[Paper, ...]
    #: papers that were issued, as far as he may read them
    issued: tuple[Issued, ...]
    #: who signed what with whom, task by task
    signatures: tuple[signature_lines.Block, ...]
    notices: tuple[Notice, ...]
    #: working days since it was opened, until today or its end
    age: int
    #: None for whoever does not handle the case
    drawing: Drawing | None
    #: who looked; for heads of offices that handle it
    looks: tuple[Look, ...]
    #: dates that were asked to be corrected
    corrections: tuple[View, ...]
    #: ``clock:begun`` or ``clock:ended`` -> event whose date he may ask to correct
    correctable: Mapping[str, str]
    #: acts that one person asked for and another one decides
    requests: tuple[RequestView, ...]
    #: who was asked whether he has to keep away, and who does
    people: Block
    #: every move of the case to another version of its pack, the oldest first
    moves: tuple[Move, ...]
    #: what he may do to the case and to its clocks now
    possible: Possible

    @property
    def is_over(self) -> bool:
        """Closed or cancelled."""
        return self.head.status in OVER

    @property
    def overdue_count(self) -> int:
        """How many periods set by law are over."""
        return sum(
            clock.sheet.state == "overdue" and clock.sheet.force == "statutory"
            for clock in self.clocks
        )


def case_file(ctx: Context, case_id: str) -> CaseFile:
    """The case as the actor may see it.

    Raises:
        NotFound: there is no such case, or it does not exist for him.
    """
    seen = case_seen.seen(ctx, case_id)
    sight, head, release, chart = seen.sight, seen.head, seen.release, seen.chart
    tasks = case_files.tasks(ctx.session, sight, case_id)
    all_clocks = case_clocks.of_case(ctx, release.pack, case_id)
    shelf = case_papers.shelf(ctx, release, head, chart, sight)
    papers = case_papers.listed(shelf)
    items = timeline.items(ctx.session, case_id)
    asked = _viewed(ctx, seen, _asked(ctx, seen))
    found = CaseFile(
        head=head,
        title=release.pack.procedures[head.procedure].title,
        law=case_law.of_case(ctx, head, release),
        outcome=outcome_title(release.pack, head.procedure, head.outcome),
        sight=sight,
        subjects=_concerned(ctx, seen),
        tasks=tasks,
        clocks=tuple(clock for clock in all_clocks if _may_know(sight, clock, tasks)),
        timeline=case_timeline.entries(ctx, case_id, _told(seen, shelf, papers, items, asked)),
        papers=papers,
        issued=issued_papers.listed(ctx, case_id),
        signatures=signature_lines.of_case(
            ctx, case_id, signature_lines.Reader(sight=sight, pack=release.pack)
        ),
        notices=case_files.notices(ctx.session, sight, case_id),
        age=case_diagrams.working_days(
            head.opened_at, head.closed_at or ctx.now, deadline_rows.calendar_of(ctx, CN)
        ),
        drawing=None,
        looks=case_files.looks(ctx.session, sight, case_id) if _leads(ctx) else (),
        corrections=corrections.listed(ctx, release.pack, sight, case_id),
        correctable=corrections.correctable(ctx, release.pack, head, sight, items),
        possible=_possible(ctx, seen, [each.request for each in asked]),
        requests=asked,
        people=recusals.block(ctx, release.pack, sight, case_id),
        moves=case_moves.of_case(ctx, sight, case_id),
    )
    if not sight.is_office:
        return found
    went = Went(
        release=release,
        chart=chart,
        procedure=head.procedure,
        items=items,
        clocks=[clock.sheet for clock in all_clocks],
        is_over=found.is_over,
        names=_names(ctx, items),
    )
    return replace(found, drawing=case_diagrams.drawing(ctx, case_id, went))


def steered(ctx: Context, case_id: str) -> tuple[Head, Possible]:
    """What stands at the top of the file, and what the actor may do with the case now.

    Raises:
        NotFound: there is no such case, or it does not exist for him.
    """
    seen = case_seen.seen(ctx, case_id)
    return seen.head, _possible(ctx, seen, _asked(ctx, seen))


def application(ctx: Context, case_id: str) -> CaseFile:
    """The matter of somebody who is party to it.

    Raises:
        NotFound: there is no such case, or the actor is not party to it.
    """
    found = case_file(ctx, case_id)
    if not found.sight.is_party:
        raise NotFound
    return found


def drawn(ctx: Context, case_id: str) -> Drawing:
    """The diagram of the case with its marks.

    Raises:
        NotFound: there is no such case, or it does not exist for the actor.
        Forbidden: he knows of it, but does not handle it.
    """
    found = case_file(ctx, case_id)
    if found.drawing is None:
        raise Forbidden(_("流程图只供承办机关查看"))
    return found.drawing


def paper(ctx: Context, case_id: str, seq: int) -> tuple[Head, Sight, PaperSheet]:
    """One paper of the case.

    Raises:
        NotFound: there is no such paper, or it does not exist for the actor.
        Forbidden: he may know that there is one, not what it says.
    """
    seen = case_seen.seen(ctx, case_id)
    shelf = case_papers.shelf(ctx, seen.release, seen.head, seen.chart, seen.sight)
    return seen.head, seen.sight, case_papers.opened(shelf, seq)


def readable_papers(ctx: Context, case_id: str) -> tuple[PaperSheet, ...]:
    """Every paper the actor may open, in the order they were given.

    Raises:
        NotFound: there is no such case, or it does not exist for him.
    """
    seen = case_seen.seen(ctx, case_id)
    shelf = case_papers.shelf(ctx, seen.release, seen.head, seen.chart, seen.sight)
    return tuple(
        case_papers.opened(shelf, each.seq)
        for each in case_papers.listed(shelf)
        if each.is_readable
    )


def _concerned(ctx: Context, seen: Seen) -> tuple[Concerned, ...]:
    """Whom it is about, with what the pack calls what became of each."""
    pack, procedure = seen.release.pack, seen.head.procedure
    return tuple(
        replace(who, outcome_title=outcome_title(pack, procedure, who.outcome))
        for who in case_files.concerned(ctx.session, seen.sight, seen.head.id)
    )


def _told(
    seen: Seen,
    shelf: case_papers.Shelf,
    papers: tuple[Paper, ...],
    items: Mapping[str, timeline.Item],
    asked: Sequence[RequestView],
) -> Told:
    """What the timeline is told with: the papers by the task they were written in."""
    return Told(
        release=seen.release,
        chart=seen.chart,
        sight=seen.sight,
        outcome=outcome_title(seen.release.pack, seen.head.procedure, seen.head.outcome),
        procedure=seen.head.procedure,
        papers={
            written.work_item_id: paper
            for paper in papers
            for written in shelf.written
            if written.seq == paper.seq and written.work_item_id
        },
        items=items,
        first=next((paper for paper in papers if paper.seq == 1), None),
        requests={each.request.id: each for each in asked},
    )


def _viewed(ctx: Context, seen: Seen, asked: Sequence[Requested]) -> tuple[RequestView, ...]:
    return tuple(request_files.view(ctx, seen.release, each) for each in asked)


def _possible(ctx: Context, seen: Seen, asked: Sequence[Requested]) -> Possible:
    return possible_case.of(ctx, seen.sight, seen.head.id, asked)


def _asked(ctx: Context, seen: Seen) -> tuple[Requested, ...]:
    return request_rows.of_case(ctx.session, posts.with_posts(ctx), seen.sight, seen.head.id)


def _leads(ctx: Context) -> bool:
    return any(post.is_head for post in posts.with_posts(ctx).posts)


def _names(ctx: Context, items: Mapping[str, timeline.Item]) -> dict[str, str]:
    ids = sorted({item.assignee_id for item in items.values() if item.assignee_id})
    return {key: who.name for key, who in timeline.people(ctx.session, ids).items()}


def _may_know(sight: Sight, clock: ClockView, tasks: tuple[Task, ...]) -> bool:
    """Every clock, but for a party the targets that offices set themselves."""
    if not sight.is_party or clock.sheet.force == "statutory":
        return True
    return clock.sheet.key in {task.deadline_key for task in tasks if task.role in PARTIES}

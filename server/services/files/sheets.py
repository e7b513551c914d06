"""Everything one task shows: what is asked, by which rule and until when, with what is known.

The page of a task and ``GET /tasks/{id}`` show the same sheet. It holds what this task needs and
nothing else of the case: the names its form reads, the clocks of its step, the opinions its holder
may read (``domain/perspectives``).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select

from server.domain import handing
from server.domain.access import Actor, is_candidate
from server.domain.errors import NotFound
from server.domain.expressions import Json
from server.domain.packs import Item
from server.domain.perspectives import Sight
from server.domain.recusal import declares, grounds
from server.domain.work import Work
from server.models.case import case as case_table
from server.models.work import work_item
from server.queries.visibility import visible
from server.services.case import case_rows, events, sights
from server.services.clocks import deadline_sheets
from server.services.clocks.deadline_sheets import DeadlineSheet, Rule
from server.services.context import Context
from server.services.files import (
    sheet_bodies,
    sheet_cards,
    sheet_forms,
    sheet_handing,
    sheet_history,
    sheet_returns,
    sheet_rows,
    sheet_signing,
    sheet_words,
    signature_lines,
)
from server.services.files.sheet_cards import CaseCard
from server.services.files.sheet_forms import FormSheet
from server.services.files.sheet_history import History, Shelf, Step
from server.services.files.sheet_returns import Returned
from server.services.files.sheet_signing import HandedIn
from server.services.files.signature_lines import Block, Line, Reader
from server.services.files.work_lists import role_title
from server.services.identity import posts
from server.services.law import charts
from server.services.law.charts import Chart
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import group_rows, possible, work_rows
from server.services.verbs.judged import Judged


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """One task as one person may see it."""

    id: str
    key: str
    title: str
    state: str
    version: int
    #: office it is offered to, or the role of people the case names, in words
    unit_id: str | None
    office: str
    assignee_id: str | None
    assignee: str
    is_mine: bool
    #: whom he acts for in this task, empty where he acts for himself
    in_name_of: str
    opened_at: datetime
    closed_at: datetime | None
    #: one item of several: what it is about
    item: Json
    item_words: str
    case: CaseCard
    #: what the procedure says about the step, empty for nothing
    instruction: str
    rules: tuple[Rule, ...]
    #: titles of the papers it produces
    papers: tuple[str, ...]
    form: FormSheet | None
    #: names of the verbs that this person may do now
    actions: tuple[str, ...]
    #: why he may do nothing, in plain words; empty where he may
    hindrance: str
    #: why it is to be done again, None: it is done for the first time
    returned: Returned | None
    #: whoever claims it declares that he has no ground to keep away
    declares: bool
    #: what makes somebody keep away from a case, for whoever is about to claim
    grounds: tuple[Item, ...]
    deadline: DeadlineSheet | None
    history: History
    #: how its reader stands to the case
    sight: Sight
    #: those who sign the task with others, None: nobody was asked
    signatures: Block | None
    #: the signature that is asked for with this very item
    asked: Line | None
    #: what whoever does the task handed in, for those who are to sign it
    handed_in: HandedIn | None
    #: from whose hands it came or in whose it is, where that is not plain; empty for nothing
    handing: tuple[str, ...]
    #: this person prepares it for somebody else
    is_delegate: bool
    #: id of the collective decision it is made by, None: by nobody's vote
    decision: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """A task that its reader may look at, with what decides about it."""

    row: Row[tuple[object, ...]]
    judged: Judged
    #: the absent people he could speak for in it
    others: tuple[Actor, ...]
    #: it is offered to him or to one of those, or in his hands: he works with its form
    is_his: bool
    chart: Chart


def sheet(ctx: Context, item_id: str) -> Sheet:
    """The task as the actor may see it.

    Raises:
        NotFound: there is no such task, or it does not exist for him.
    """
    seen = _seen(ctx, item_id)
    row, judged, is_his = seen.row, seen.judged, seen.is_his
    actor, release, sight = judged.actor, judged.release, judged.sight
    actions, hindrance = possible.now(judged)
    done = sheet_history.steps(ctx, row.case_id)
    block = _block(ctx, seen)
    lines = block.lines if block else ()
    return Sheet(
        **_of_task(ctx, seen),
        is_mine=row.assignee_id == actor.person_id,
        in_name_of=_in_name_of(actor, seen.others, judged.work),
        form=_form(ctx, seen, actions, done) if is_his else None,
        actions=actions,
        hindrance=hindrance,
        returned=sheet_returns.of(ctx, row, sight),
        declares=declares(row.candidate_role),
        grounds=grounds(release.pack) if "claim" in actions else (),
        history=sheet_history.of(ctx, row.case_id, done, _shelf(seen)),
        sight=sight,
        signatures=block,
        asked=next((line for line in lines if line.item_id == row.id), None),
        handed_in=sheet_signing.handed_in(ctx, release, row) if is_his and block else None,
        handing=sheet_handing.lines(ctx, row) if is_his else (),
        is_delegate=handing.is_delegate(judged.work, actor),
        decision=row.group_id if is_his and row.node_key in release.pack.decisions else None,
    )


def _seen(ctx: Context, item_id: str) -> _Seen:
    """The task, if the actor may look at it. Raises NotFound."""
    case_rows.refuse_odd(item_id)
    actor = posts.with_posts(ctx)
    row = sheet_rows.found(ctx, actor, item_id)
    sight = sights.of(ctx, row.case_id)
    case = case_rows.found(ctx, row.case_id)
    item = work_rows.of_row(row._mapping)
    work = work_rows.judged(ctx, item, case)
    others = work_rows.spoken_for(actor, item, work)
    able = any(is_candidate(each, work.offered) for each in (actor, *others))
    is_his = able and (not sight.is_party or row.candidate_unit is None)
    if not (is_his or sight.is_office):
        raise NotFound
    release = definitions.release(ctx, case.pack_version_id)
    judged = Judged(
        ctx=ctx,
        actor=actor,
        item=item,
        case=case,
        work=work,
        release=release,
        sight=sight,
        group=group_rows.of(ctx, release, item).group,
    )
    chart = charts.chart(release.files[case.procedure])
    return _Seen(row=row, judged=judged, others=others, is_his=is_his, chart=chart)


def _of_task(ctx: Context, seen: _Seen) -> dict[str, Any]:
    """What it is, whoever of those who may look at it does."""
    row, release, nodes = seen.row, seen.judged.release, seen.chart.nodes
    papers = release.pack.papers.values()
    return {
        **{name: getattr(row, name) for name in _AS_STORED},
        "key": row.node_key,
        "unit_id": row.candidate_unit,
        "office": row.office or role_title(release.pack, row.candidate_role),
        "assignee": row.assignee or "",
        "case": sheet_cards.card(ctx, release, row),
        "instruction": nodes[row.node_key].documentation if row.node_key in nodes else "",
        "rules": tuple(sheet_words.rules(release, row)),
        "papers": tuple(paper.title for paper in papers if paper.node == row.node_key),
        "item_words": sheet_words.item(release, row.item),
        "deadline": _deadline(ctx, release, row),
    }


def _form(
    ctx: Context, seen: _Seen, actions: Collection[str], done: list[Step]
) -> FormSheet | None:
    row, case, release = seen.row, seen.judged.case, seen.judged.release
    days = events.entered_in(release, case.procedure, row.form_key)
    known = sheet_forms.Known(done=done, days=frozenset(days))
    is_open = bool({"complete", "draft"} & set(actions))
    form = sheet_forms.form(ctx, release, row, known, is_open=is_open)
    return sheet_bodies.listed(seen.judged, form)


def _shelf(seen: _Seen) -> Shelf:
    judged = seen.judged
    return Shelf(
        release=judged.release,
        procedure=judged.case.procedure,
        chart=seen.chart,
        sight=judged.sight,
    )


def _block(ctx: Context, seen: _Seen) -> Block | None:
    """Those who sign it with others."""
    reader = Reader(sight=seen.judged.sight, pack=seen.judged.release.pack)
    blocks = signature_lines.of_case(ctx, seen.row.case_id, reader)
    return next((each for each in blocks if each.group_id == seen.row.group_id), None)


def _in_name_of(actor: Actor, others: Iterable[Actor], judged: Work) -> str:
    """The absent person whose task it is, or to whose post alone it is offered."""
    holder = judged.offered.assignee_id
    if holder == actor.person_id or (holder is None and is_candidate(actor, judged.offered)):
        return ""
    names = (
        each.name
        for each in others
        if holder in (None, each.person_id) and is_candidate(each, judged.offered)
    )
    return next(names, "")


def case_of(ctx: Context, item_id: str) -> str:
    """The case a task belongs to. Raises NotFound when the actor may not know of it."""
    case_rows.refuse_odd(item_id)
    actor = posts.with_posts(ctx)
    found = ctx.session.scalar(
        select(work_item.c.case_id)
        .join(case_table, case_table.c.id == work_item.c.case_id)
        .where(work_item.c.id == item_id, visible(actor))
    )
    if found is None:
        raise NotFound
    return str(found)


_AS_STORED: Final = (
    "id",
    "title",
    "state",
    "version",
    "assignee_id",
    "opened_at",
    "closed_at",
    "item",
)


def _deadline(ctx: Context, release: Release, row: Row[tuple[object, ...]]) -> DeadlineSheet | None:
    if not row.deadline_key:
        return None
    return deadline_sheets.newest(ctx, release.pack, row.case_id, row.deadline_key)

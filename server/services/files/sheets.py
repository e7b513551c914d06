"""Everything one task shows: what is asked, by which rule and until when, with what is known.

The page of a task and ``GET /tasks/{id}`` show the same sheet. It holds what this task needs and
nothing else of the case: the names its form reads, the clocks of its step, the opinions its holder
may read (``domain/perspectives``).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Row, and_, select

from server.domain import handing
from server.domain.access import Actor, is_candidate
from server.domain.errors import NotFound
from server.domain.expressions import Json
from server.domain.packs import Item
from server.domain.perspectives import Sight
from server.domain.recusal import grounds
from server.domain.sources import Basis
from server.domain.work import Work
from server.models.case import case as case_table
from server.models.case import case_state
from server.models.identity import Person, Unit
from server.models.work import work_item
from server.queries.visibility import visible
from server.services.case import case_rows, events, sights
from server.services.clocks import deadline_sheets
from server.services.clocks.deadline_sheets import DeadlineSheet, Rule
from server.services.context import Context
from server.services.files import (
    sheet_cards,
    sheet_forms,
    sheet_handing,
    sheet_history,
    sheet_returns,
    sheet_signing,
    signature_lines,
)
from server.services.files.sheet_cards import CaseCard
from server.services.files.sheet_forms import FormSheet
from server.services.files.sheet_history import History, Shelf
from server.services.files.sheet_returns import Returned
from server.services.files.sheet_signing import HandedIn
from server.services.files.signature_lines import Block, Line, Reader
from server.services.identity import posts
from server.services.law import charts
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


def sheet(ctx: Context, item_id: str) -> Sheet:
    """The task as the actor may see it.

    Raises:
        NotFound: there is no such task, or it does not exist for him.
    """
    case_rows.refuse_odd(item_id)
    actor = posts.with_posts(ctx)
    row = _row(ctx, actor, item_id)
    sight = sights.of(ctx, row.case_id)
    case = case_rows.found(ctx, row.case_id)
    item = work_rows.of_row(row._mapping)
    judged = work_rows.judged(ctx, item, case)
    others = work_rows.spoken_for(actor, item, judged)
    able = any(is_candidate(each, judged.offered) for each in (actor, *others))
    is_his = able and (not sight.is_party or row.candidate_unit is None)
    if not (is_his or sight.is_office):
        raise NotFound
    release = definitions.release(ctx, case.pack_version_id)
    drawn = charts.chart(release.files[case.procedure])
    actions, hindrance = possible.now(
        Judged(
            ctx=ctx,
            actor=actor,
            item=item,
            case=case,
            work=judged,
            release=release,
            sight=sight,
            group=group_rows.of(ctx, release, item).group,
        )
    )
    done = sheet_history.steps(ctx, row.case_id)
    days = events.entered_in(release, case.procedure, row.form_key)
    known = sheet_forms.Known(done=done, days=frozenset(days))
    form = sheet_forms.form(
        ctx, release, row, known, is_open=bool({"complete", "draft"} & set(actions))
    )
    shelf = Shelf(release=release, procedure=case.procedure, chart=drawn, sight=sight)
    blocks = signature_lines.of_case(ctx, row.case_id, Reader(sight=sight, pack=release.pack))
    block = next((each for each in blocks if each.group_id == row.group_id), None)
    return Sheet(
        **{name: getattr(row, name) for name in _AS_STORED},
        key=row.node_key,
        unit_id=row.candidate_unit,
        office=row.office or _role(release, row.candidate_role),
        assignee=row.assignee or "",
        is_mine=row.assignee_id == actor.person_id,
        in_name_of=_in_name_of(actor, others, judged),
        case=sheet_cards.card(ctx, release, row),
        instruction=drawn.nodes[row.node_key].documentation if row.node_key in drawn.nodes else "",
        rules=tuple(_rules(release, row)),
        papers=tuple(
            paper.title for paper in release.pack.papers.values() if paper.node == row.node_key
        ),
        item_words=_item(release, row.item),
        form=form if is_his else None,
        actions=actions,
        hindrance=hindrance,
        returned=sheet_returns.of(ctx, row, sight),
        grounds=grounds(release.pack) if "claim" in actions else (),
        deadline=_deadline(ctx, release, row),
        history=sheet_history.of(ctx, row.case_id, done, shelf),
        sight=sight,
        signatures=block,
        asked=next((line for line in block.lines if line.item_id == row.id), None)
        if block
        else None,
        handed_in=sheet_signing.handed_in(ctx, release, row) if is_his and block else None,
        handing=sheet_handing.lines(ctx, row) if is_his else (),
        is_delegate=handing.is_delegate(judged, actor),
        decision=row.group_id if is_his and row.node_key in release.pack.decisions else None,
    )


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


def _row(ctx: Context, actor: Actor, item_id: str) -> Row[tuple[object, ...]]:
    case_columns = ("reference", "procedure", "status", "status_reason", "outcome", "opened_on")
    found = ctx.session.execute(
        select(
            work_item,
            *(case_table.c[name].label(f"case_{name}") for name in (*case_columns, "level")),
            case_table.c.title.label("case_matter"),
            Unit.name.label("office"),
            Person.name.label("assignee"),
            *sheet_handing.COLUMNS,
            case_state.c.variables,
        )
        .join(case_table, case_table.c.id == work_item.c.case_id)
        .join(case_state, case_state.c.case_id == work_item.c.case_id)
        .outerjoin(Unit, Unit.id == work_item.c.candidate_unit)
        .outerjoin(Person, Person.id == work_item.c.assignee_id)
        .outerjoin(sheet_handing.OWNER, sheet_handing.IS_OWNER)
        .outerjoin(sheet_handing.SENDER, sheet_handing.IS_SENDER)
        .outerjoin(sheet_handing.LYING, sheet_handing.LIES)
        .outerjoin(sheet_handing.THERE, sheet_handing.IS_THERE)
        .where(and_(work_item.c.id == item_id, visible(actor)))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _role(release: Release, role: str) -> str:
    known = release.pack.roles.get(role)
    lane = next((lane for lane in release.pack.lanes.values() if lane.office == role), None)
    return known.title if known else lane.title if lane else ""


def _item(release: Release, item: Json) -> str:
    """What one item of several is about: an office by its title, anything else as it is."""
    if not isinstance(item, str):
        return ""
    known = release.pack.roles.get(item)
    return known.title if known else item


def _rules(release: Release, row: Row[tuple[object, ...]]) -> Iterator[Rule]:
    """The articles the step stands on: its lane, its papers, the rules of its form; each once."""
    pack = release.pack
    lane, clock = pack.lanes.get(row.lane), pack.deadlines.get(row.deadline_key)
    found = [(lane.basis, lane.title)] if lane and lane.basis else []
    found += [
        (paper.basis, paper.title)
        for paper in pack.papers.values()
        if paper.node == row.node_key and paper.basis
    ]
    found += [
        (rule.basis, rule.message)
        for rule in pack.rules
        if rule.form == row.form_key and rule.basis
    ]
    # that of the clock is told beside the clock
    seen = {_place(clock.basis)} if clock else set()
    for basis, about in found:
        if _place(basis) not in seen:
            seen.add(_place(basis))
            yield deadline_sheets.rule_of(pack, basis, about)


def _place(basis: Basis) -> tuple[str, str, str]:
    return basis.source, basis.article, basis.default


def _deadline(ctx: Context, release: Release, row: Row[tuple[object, ...]]) -> DeadlineSheet | None:
    if not row.deadline_key:
        return None
    return deadline_sheets.newest(ctx, release.pack, row.case_id, row.deadline_key)

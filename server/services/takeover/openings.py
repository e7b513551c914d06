"""Matters of a checked workbook are opened: all or none, in the transaction of the caller."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import insert

from server.domain.errors import Invalid
from server.domain.lifecycle import CaseStatus, WorkState
from server.domain.roles import PARTIES
from server.domain.texts import _
from server.models.base import new_id
from server.models.case import case as case_table
from server.models.case import takeover
from server.services.case import case_rows, references, search
from server.services.case.case_rows import CaseRow
from server.services.case.case_state import Act
from server.services.case.events import Happening
from server.services.case.facts import Facts
from server.services.clocks import work_clocks
from server.services.context import Context
from server.services.takeover import books
from server.services.takeover.books import Book, Checked
from server.services.takeover.plans import Plan
from server.services.verbs import advance, parties


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenOver:
    """A matter that was opened."""

    number: int
    case_id: str
    #: its new reference
    reference: str
    former: str


def open_all(
    ctx: Context, book: Book, by: str, *, valid_rows: bool = False
) -> tuple[TakenOver, ...]:
    """Open every matter of the workbook that is not there yet, for the person who answers for it.

    ``valid_rows``: leave rows with problems out instead of refusing the whole.

    Raises:
        Invalid: something is wrong with a row; every problem of every row.
    """
    if not (book.is_sound or valid_rows):
        findings = tuple(books.lines(book))
        message = _("有{n}行不能接续，什么也没有改变").format(
            n=sum(bool(row.problems) for row in book.rows)
        )
        raise Invalid(message, findings)
    return tuple(_open(ctx, book, row, row.plan, by) for row in book.rows if row.plan is not None)


def _open(ctx: Context, book: Book, row: Checked, plan: Plan, by: str) -> TakenOver:
    case = _insert(ctx, plan)
    ctx.session.execute(
        insert(takeover).values(
            case_id=case.id,
            reference=plan.reference,
            node_key=plan.target,
            file_hash=book.hash,
            row=row.number,
            by_id=by,
            at=ctx.now,
        )
    )
    detail = {
        "reference": case.reference,
        "former": plan.reference,
        "step": plan.target,
        "file": book.hash,
        "row": row.number,
        "by": by,
    }
    ctx.record("case.take_over", case.id, case.id, detail)
    _concern(ctx, case, plan)
    parties.appoint(ctx, case.id, plan.named)
    search.index_case(ctx, case.id, plan.release)
    act = Act(command="open", node_key=plan.target)
    advance.arrive(ctx, case, plan.release, plan.walked.arrival(), act, _happened(plan))
    if plan.assignee_id:
        _assign(ctx, case, plan, plan.assignee_id)
    ctx.settle()
    return TakenOver(
        number=row.number, case_id=case.id, reference=case.reference, former=plan.reference
    )


def _insert(ctx: Context, plan: Plan) -> CaseRow:
    case_id, today = new_id(), ctx.today
    pattern = plan.release.pack.procedures[plan.procedure].reference
    ctx.session.execute(
        insert(case_table).values(
            id=case_id,
            reference=references.next_reference(ctx, pattern, today.year),
            procedure=plan.procedure,
            title=plan.title,
            pack_version_id=plan.release.id,
            status=CaseStatus.OPEN,
            unit_id=plan.unit_id,
            level=plan.level,
            opened_on=today,
            opened_at=ctx.now,
            opened_for=plan.keeper_id,
            taken_over_on=today,
        )
    )
    return case_rows.lock(ctx, case_id)


def _concern(ctx: Context, case: CaseRow, plan: Plan) -> None:
    """Whom it is about; somebody without an account is known by his name alone."""
    concerned, kept = plan.concerned, ctx.rows(parties.SUBJECTS, case.id)
    for kind in sorted(PARTIES):
        kept.add(
            case_id=case.id,
            kind=kind,
            person_id=concerned.person_id,
            unit_id=None if concerned.is_person else concerned.unit.id,
            name=concerned.name,
            managed_by=concerned.managed_by,
        )


def _happened(plan: Plan) -> Iterator[tuple[Happening, Facts]]:
    for each in plan.course.happened:
        if each.on is not None:
            yield replace(each.happening, on=each.on, at=None), each.known


def _assign(ctx: Context, case: CaseRow, plan: Plan, person_id: str) -> None:
    """Into the hands of whoever has the matter; of several items the first."""
    kept = work_clocks.open_items(ctx, case.id)
    item = next(each for each in kept if each["node_key"] == plan.target)
    kept.change(item, state=WorkState.CLAIMED, assignee_id=person_id, claimed_at=ctx.now)

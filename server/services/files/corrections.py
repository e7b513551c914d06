"""Dates that are asked to be corrected as people look at them: the question, what it would move.

Who may know of a question: ``queries/corrections``. What the clocks would say is computed as the
approval would, and nothing is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.domain.deadlines import state_at
from server.domain.errors import Invalid, NotFound
from server.domain.lifecycle import CaseStatus, WorkState
from server.domain.packs import PolicyPack
from server.domain.perspectives import Sight
from server.queries import case_files
from server.queries import corrections as rows
from server.queries.case_files import Head
from server.queries.corrections import Question
from server.queries.timeline import Item
from server.services.case import case_rows, sights
from server.services.clocks import corrected_dates, deadline_rows
from server.services.clocks.corrected_dates import Dated, Righted
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions
from server.services.verbs import correction_questions


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What the right date makes of one clock."""

    #: title of its rule
    title: str
    #: it is the day it was met that changes, not the day it began
    is_end: bool
    was_on: date | None
    due_on: date | None
    #: states before and after
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A question as its reader may see it."""

    question: Question
    #: the event whose date it is
    title: str
    may_decide: bool
    may_withdraw: bool
    #: what approving it would change; empty once it is decided, or where it cannot be approved
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Blank:
    """The form in which a question is put."""

    head: Head
    event: str
    title: str
    was_on: date
    #: rules of the clocks that hang on the date
    rules: tuple[str, ...]


def listed(ctx: Context, pack: PolicyPack, sight: Sight, case_id: str) -> tuple[View, ...]:
    """The questions about dates of a case that its reader may know of, the latest first."""
    return tuple(
        _view(ctx, pack, each)
        for each in rows.of_case(ctx.session, sight, posts.with_posts(ctx).headed, case_id)
    )


def of_case(ctx: Context, case_id: str) -> tuple[View, ...]:
    """The same for a case that is looked at for them alone.

    Raises:
        NotFound: it does not exist for the actor.
    """
    sight = sights.of(ctx, case_id)
    case = case_rows.found(ctx, case_id)
    return listed(ctx, definitions.release(ctx, case.pack_version_id).pack, sight, case_id)


def one(ctx: Context, case_id: str, correction_id: str) -> tuple[Head, View]:
    """A question with the head of its case and what approving it would change.

    Raises:
        NotFound: there is no such question in the case, or it does not exist for the actor.
    """
    found = next(
        (each for each in of_case(ctx, case_id) if each.question.id == correction_id), None
    )
    if found is None:
        raise NotFound
    head = case_files.head(ctx.session, case_id)
    if not found.question.is_open:
        return head, found
    pack = definitions.release(ctx, head.pack_version_id).pack
    effects = tuple(_effects(ctx, pack, found.question))
    return head, View(
        question=found.question,
        title=found.title,
        may_decide=found.may_decide,
        may_withdraw=found.may_withdraw,
        effects=effects,
    )


def found(ctx: Context, correction_id: str) -> View:
    """A question by its id alone, as the API names it. Raises NotFound."""
    case_id = rows.case_of(ctx.session, correction_id)
    if case_id is None:
        raise NotFound
    return one(ctx, case_id, correction_id)[1]


def blank(ctx: Context, case_id: str, event: str) -> Blank:
    """The form for the date of this event.

    Raises:
        NotFound, Forbidden, Conflict: as ``verbs/corrections.ask``.
    """
    case_rows.refuse_odd(case_id)
    asking = correction_questions.asked_for(ctx, case_rows.found(ctx, case_id), event)
    rules = [asking.pack.deadlines[each.row.rule_key].title for each in asking.found]
    return Blank(
        head=case_files.head(ctx.session, case_id),
        event=event,
        title=asking.pack.events[event].title,
        was_on=asking.found[0].was_on,
        rules=tuple(dict.fromkeys(rules)),
    )


def correctable(
    ctx: Context, pack: PolicyPack, head: Head, sight: Sight, items: Mapping[str, Item]
) -> Mapping[str, str]:
    """The dates the reader may ask about: ``clock:begun`` or ``clock:ended`` -> the event.

    Says the same as ``correction_questions.asked_for``, of rows that were read for the file.
    """
    if not sight.is_office or head.status not in (CaseStatus.OPEN, CaseStatus.CLOSED):
        return {}
    events = {
        key
        for row in deadline_rows.of_case(ctx, head.id)
        for key in corrected_dates.dated_by(pack, row)
        if key
    }
    able: dict[str, str] = {}
    for event in sorted(events):
        found = corrected_dates.of_event(ctx, pack, head.id, event)
        if any(sight.units & _answering(items, each.row.rule_key) for each in found):
            places = {each.row.id: "ended" if each.is_end else "begun" for each in found}
            able |= {f"{row_id}:{place}": event for row_id, place in places.items()}
    return able


def _answering(items: Mapping[str, Item], rule_key: str) -> frozenset[str | None]:
    """The offices that answer for a clock, as ``case_offices`` finds them."""
    held = [each for each in items.values() if each.unit_id]
    open_ = [each for each in held if each.closed_at is None]
    named = [each.unit_id for each in open_ if each.deadline_key == rule_key]
    done = [each for each in held if each.state == WorkState.DONE and each.closed_at]
    last = max(done, key=lambda each: each.closed_at or each.opened_at, default=None)
    present = named or [each.unit_id for each in open_]
    return frozenset(present or ([last.unit_id] if last else []))


def _view(ctx: Context, pack: PolicyPack, question: Question) -> View:
    is_own = question.asked_by == ctx.actor.person_id
    is_head = question.office_id in posts.with_posts(ctx).headed
    return View(
        question=question,
        title=pack.events[question.event].title,
        may_decide=question.is_open and is_head and not is_own,
        may_withdraw=question.is_open and is_own,
    )


def _effects(ctx: Context, pack: PolicyPack, question: Question) -> Iterator[Effect]:
    dated = corrected_dates.of_event(ctx, pack, question.case_id, question.event)
    right = Righted(to_on=question.to_on, note=question.reason, by=question.asked_by)
    has_moved = not dated or dated[0].was_on != question.was_on
    if has_moved or not _holds(ctx, pack, dated, right):
        return
    for each in dated:
        row, rule = each.row, pack.deadlines[each.row.rule_key]
        clock = deadline_rows.clock(ctx, pack, row)
        end = clock.due(each.change(ctx.today, right))
        met = None if row.is_open else row.met_at or row.met_on
        yield Effect(
            title=rule.title,
            is_end=each.is_end,
            was_on=row.due_on,
            due_on=end.on,
            before=row.state,
            after=state_at(rule, end, ctx.now, met=right.to_on if each.is_end else met),
        )


def _holds(ctx: Context, pack: PolicyPack, dated: Sequence[Dated], right: Righted) -> bool:
    try:
        for each in dated:
            corrected_dates.check(ctx, pack, each, right)
    except Invalid:
        return False
    return True

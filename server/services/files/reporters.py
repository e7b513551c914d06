"""检举人 as those look at it who may: the list without names, and one record once it was opened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select

from server.domain.errors import NotFound
from server.domain.reporting import FORM_WORDS, KIND_WORDS, FeedbackForm, ReporterKind
from server.models.reporter import reporter, reporter_feedback
from server.queries import names
from server.queries import reporters as rows
from server.queries.reporters import Line
from server.services.case import case_rows
from server.services.context import Context
from server.services.identity import choices, posts
from server.services.identity.choices import Choice
from server.services.verbs import reporters


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """Somebody who may read it, or who did."""

    id: str
    person: str
    #: who named him, empty for somebody who opened it
    named_by: str
    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Feedback:
    """What the reporter was told."""

    id: str
    given_on: date
    form: str
    acknowledged: bool
    by: str
    content: str
    answer: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A record from outside: what may be known without opening it."""

    line: Line
    kind: str
    #: may he name others and note feedback: he serves the office that received it
    is_kept: bool
    #: may the reporter be told of the result
    is_answered: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A record that was opened with a reason."""

    sheet: Sheet
    fields: Mapping[str, str] = field(repr=False)
    #: the official he is, with his post; empty for none
    person: str = field(repr=False)
    named: tuple[Entry, ...]
    views: tuple[Entry, ...]
    feedback: tuple[Feedback, ...]
    #: references of what the same real-name reporter reported to this office before
    others: tuple[str, ...]


def listed(ctx: Context) -> tuple[Sheet, ...]:
    """What the actor may open."""
    return tuple(_sheet(ctx, line) for line in rows.lines(ctx.session, posts.with_posts(ctx)))


def sheet(ctx: Context, reporter_id: str) -> Sheet:
    """One of them. Raises NotFound."""
    case_rows.refuse_odd(reporter_id)
    found = rows.lines(ctx.session, posts.with_posts(ctx), [reporter_id])
    if not found:
        raise NotFound
    return _sheet(ctx, found[0])


def opened(ctx: Context, reporter_id: str, *, reason: str) -> Opened:
    """Open a record; that is itself recorded. Raises as ``verbs/reporters.open_``."""
    fields = reporters.open_(ctx, reporter_id, reason=reason)
    from_outside = sheet(ctx, reporter_id)
    is_kept = from_outside.is_kept
    return Opened(
        sheet=from_outside,
        fields=fields,
        person=_person(ctx, fields["person"]),
        named=_named(ctx, reporter_id) if is_kept else (),
        views=_views(ctx, reporter_id) if is_kept else (),
        feedback=_feedback(ctx, reporter_id),
        others=_others(ctx, from_outside.line) if is_kept else (),
    )


def people(ctx: Context, typed: str, chosen: str = "") -> tuple[Choice, ...]:
    """Officials whose name or unit fits what was typed."""
    if not typed and not chosen:
        return ()
    return choices.offered(ctx, "person", typed=typed, chosen=[chosen] if chosen else [], most=20)


def _sheet(ctx: Context, line: Line) -> Sheet:
    kind = ReporterKind(line.kind)
    is_kept = line.unit_id in rows.offices(posts.with_posts(ctx))
    return Sheet(
        line=line,
        kind=KIND_WORDS[kind],
        is_kept=is_kept,
        is_answered=is_kept and kind is ReporterKind.REAL_NAME,
    )


def _person(ctx: Context, person_id: str) -> str:
    if not person_id:
        return ""
    (found,) = choices.offered(ctx, "person", chosen=[person_id], most=0)
    return found.label


def _named(ctx: Context, reporter_id: str) -> tuple[Entry, ...]:
    ring = ctx.tools.ring
    return tuple(
        Entry(
            id=one.id,
            person=one.person,
            named_by=one.named_by,
            at=one.at,
            reason=ring.open(one.reason, one.key_id, "reporter_named", one.id, "reason"),
        )
        for one in rows.named(ctx.session, reporter_id)
    )


def _views(ctx: Context, reporter_id: str) -> tuple[Entry, ...]:
    ring = ctx.tools.ring
    return tuple(
        Entry(
            id=one.id,
            person=one.person,
            named_by="",
            at=one.at,
            reason=ring.open(one.reason, one.key_id, "reporter_view", one.id, "reason"),
        )
        for one in rows.views(ctx.session, reporter_id)
    )


def _feedback(ctx: Context, reporter_id: str) -> tuple[Feedback, ...]:
    wanted = select(reporter_feedback).where(reporter_feedback.c.reporter_id == reporter_id)
    found = ctx.session.execute(wanted.order_by(reporter_feedback.c.at)).all()
    known = names.of_people(ctx.session, {row.by_id for row in found})
    ring = ctx.tools.ring
    return tuple(
        Feedback(
            id=row.id,
            given_on=row.given_on,
            form=FORM_WORDS[FeedbackForm(row.form)],
            acknowledged=row.acknowledged,
            by=known.get(row.by_id, ""),
            content=ring.open(row.content, row.key_id, "reporter_feedback", row.id, "content"),
            answer=ring.open(row.answer, row.key_id, "reporter_feedback", row.id, "answer")
            if row.answer
            else "",
        )
        for row in found
    )


def _others(ctx: Context, line: Line) -> tuple[str, ...]:
    """Other reports under the same name to the same office; anonymous ones are never linked."""
    own = select(reporter.c.lookup).where(reporter.c.id == line.id).scalar_subquery()
    actor = posts.with_posts(ctx)
    wanted = select(reporter.c.id).where(
        reporter.c.lookup == own,
        reporter.c.id != line.id,
        reporter.c.unit_id == line.unit_id,
        rows.readable(actor),
    )
    ids = list(ctx.session.scalars(wanted))
    found = rows.references(ctx.session, ids)
    return tuple(sorted({one for references in found.values() for one in references}))

"""Meetings that came round, and the minutes of one meeting over many cases, as far as one may see.

Whoever keeps away from one of the cases reads the minutes without it; the numbers on the agenda
stay as they are.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, or_, select

from server.domain.agendas import ROUND_WORDS, RoundState, period_words
from server.domain.errors import NotFound
from server.models.decision import agenda_round, meeting
from server.models.identity import Unit
from server.queries.meetings import asked_to
from server.services.case import case_rows
from server.services.context import Context
from server.services.files import decision_sheets, meeting_lists
from server.services.files.decision_sheets import DecisionSheet
from server.services.files.meeting_lists import MeetingLine
from server.services.identity import posts

#: lines that are shown at once
MOST: Final = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundLine:
    """What became of one meeting that was to come round."""

    title: str
    office: str
    #: 2026年11月
    period: str
    due_on: date
    #: the day it is held on, None where it was not convened
    held_on: date | None
    state: RoundState
    words: str
    meeting_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Minutes:
    """One meeting with every matter on its agenda that the reader may see."""

    line: MeetingLine
    sheets: tuple[DecisionSheet, ...]


def rounds(ctx: Context) -> tuple[RoundLine, ...]:
    """The meetings that come round of the actor's offices, the latest first."""
    actor = posts.with_posts(ctx)
    units = sorted({post.unit_id for post in actor.posts})
    mine = or_(agenda_round.c.unit_id.in_(units), agenda_round.c.meeting_id.in_(asked_to(actor)))
    return _lines(ctx, mine)


def missed(ctx: Context) -> tuple[RoundLine, ...]:
    """Those of the offices the actor heads that nobody held, or that had nothing to discuss."""
    return _lines(
        ctx,
        agenda_round.c.unit_id.in_(posts.with_posts(ctx).headed),
        agenda_round.c.state.in_([RoundState.MISSED, RoundState.EMPTY]),
    )


def minutes(ctx: Context, meeting_id: str) -> Minutes:
    """One meeting, with all of its matters the actor may read. Raises NotFound."""
    case_rows.refuse_odd(meeting_id)
    found = next((one for one in meeting_lists.meetings(ctx) if one.id == meeting_id), None)
    if found is None:
        raise NotFound
    return Minutes(
        line=found, sheets=tuple(decision_sheets.sheet(ctx, item.id) for item in found.agenda)
    )


def _lines(ctx: Context, *conditions: ColumnElement[bool]) -> tuple[RoundLine, ...]:
    rows = ctx.session.execute(
        select(
            agenda_round.c.title,
            agenda_round.c.period,
            agenda_round.c.due_on,
            agenda_round.c.state,
            agenda_round.c.meeting_id,
            Unit.name.label("office"),
            meeting.c.held_on,
        )
        .join(Unit, Unit.id == agenda_round.c.unit_id)
        .outerjoin(meeting, meeting.c.id == agenda_round.c.meeting_id)
        .where(*conditions)
        .order_by(agenda_round.c.due_on.desc(), agenda_round.c.id)
        .limit(MOST)
    )
    return tuple(map(_line, rows))


def _line(row: Row[Any]) -> RoundLine:
    state = RoundState(row.state)
    return RoundLine(
        title=row.title,
        office=row.office,
        period=period_words(row.period),
        due_on=row.due_on,
        held_on=row.held_on,
        state=state,
        words=ROUND_WORDS[state],
        meeting_id=row.meeting_id,
    )

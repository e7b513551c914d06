"""One collective decision as one person may see it (SECURITY section 6).

A member sees his own vote and opinion, and those of the others once everybody who is there has
voted; whoever keeps the record of an open vote sees it as it grows. In a secret vote nobody sees
more than who has voted, and the counts in the end. Whoever is recused sees nothing at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from server.domain import meeting_ends, votes
from server.domain.errors import NotFound
from server.domain.findings import Finding
from server.domain.meeting_ends import Condition
from server.domain.perspectives import Matter
from server.domain.texts import _
from server.domain.votes import Tally
from server.models.case import case as case_table
from server.models.case import subject
from server.services.case import sights
from server.services.case.facts import Facts
from server.services.clocks import deadline_sheets
from server.services.clocks.deadline_sheets import DeadlineSheet, Rule
from server.services.context import Context
from server.services.files import decision_acts, decision_seats, meeting_lists
from server.services.files.decision_seats import Line, Seat
from server.services.files.meeting_lists import AgendaItem
from server.services.identity import people
from server.services.law import charts
from server.services.verbs import decision_ends, decision_rows, decision_terms
from server.services.verbs.decision_rows import Held, MeetingRow


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionSheet:
    """A decision with its meeting, its members, the count and what may be done now."""

    id: str
    version: int
    #: none, open, closed or cancelled
    state: str
    title: str
    item_id: str
    case_id: str
    reference: str
    matter: str
    subjects: tuple[str, ...]
    body: str
    meeting: MeetingRow | None
    secretary: str
    attendants: tuple[str, ...]
    chair: str
    agenda: tuple[AgendaItem, ...]
    question: str
    motion: str
    is_secret: bool
    round: int
    options: tuple[Line, ...]
    not_adopted: str
    seats: tuple[Seat, ...]
    tally: Tally | None
    #: the count in words, empty until everybody has voted
    sentence: str
    #: the option the sentence is about, in words
    counted: str
    conditions: tuple[Condition, ...]
    #: what is wrong with the rest of the form as it stands
    unfilled: Sequence[Finding]
    resolution: str
    decided_on: date | None
    closed_at: datetime | None
    minutes: str
    #: written by the program, not yet kept
    is_draft: bool
    grounds: Sequence[tuple[str, str]]
    rules: tuple[Rule, ...]
    deadline: DeadlineSheet | None
    #: names of the verbs this person may use now, and why he cannot vote
    actions: tuple[str, ...]
    hindrance: str
    is_recorder: bool
    is_secretary: bool
    me: Seat | None


def sheet(ctx: Context, decision_id: str) -> DecisionSheet:
    """The decision as the actor may see it.

    Raises:
        NotFound: there is none, or it does not exist for him.
    """
    return shown(ctx, readable(ctx, decision_id))


def readable(ctx: Context, decision_id: str) -> Held:
    """The decision for somebody who may look at it. Raises NotFound."""
    found = decision_rows.held(ctx, decision_id, to_write=False)
    if any(one.person_id == found.actor.person_id and one.recusal for one in found.members):
        raise NotFound
    if found.me is None and not found.is_secretary:
        is_closed = found.row is not None and found.row.state == "closed"
        sight = sights.of(ctx, found.case.id)
        if not (is_closed and sight.sees(Matter.VOTES)):
            raise NotFound
    return found


def shown(ctx: Context, found: Held) -> DecisionSheet:
    """The sheet of a decision the actor may look at."""
    row, entry = found.row, found.entry
    is_on = row is not None and row.state != "cancelled"
    counted = found.tally if is_on else None
    texts = decision_seats.texts(found)
    seats = tuple(decision_seats.seats(ctx, found, counted, texts))
    known = decision_terms.known(ctx, found.release, found.case)
    told = counted if counted is not None and counted.is_complete else None
    result = decision_seats.result(found, told)
    names = decision_ends.names_of(ctx, _people(found))
    is_recorder = is_on and found.is_recorder
    is_open = row is not None and row.state == "open"
    unfilled = decision_ends.unfilled(ctx, found) if is_open and told else ()
    has_form = bool(told) and not unfilled
    conditions = decision_ends.conditions(ctx, found, has_form=has_form) if is_on else ()
    matter = _matter(ctx, found.case.id)
    actions, hindrance = decision_acts.now(ctx, found, counted, conditions)
    standing = row if is_on else None
    question = standing.question if standing else decision_terms.text(ctx, entry.question, known)
    draft = ""
    if is_on and counted is not None and row is not None and not row.minutes:
        voices = decision_ends.voices_of(ctx, found)
        draft = meeting_ends.minutes(
            counted,
            voices,
            matter=_("、").join(matter["subjects"]) or matter["matter"] or found.case.reference,
            question=question,
            result=texts.get(result, ""),
        )
    return DecisionSheet(
        id=found.id,
        version=row.version if row else 0,
        state=row.state if row else "none",
        title=entry.title,
        item_id=found.item.id,
        case_id=found.case.id,
        reference=found.case.reference,
        matter=matter["matter"],
        subjects=matter["subjects"],
        body=people.unit(ctx, found.item.candidate_unit or "").name,
        meeting=found.meeting,
        secretary=names.get(found.meeting.secretary_id or "", "") if found.meeting else "",
        attendants=tuple(
            names.get(one, "") for one in (found.meeting.attendants if found.meeting else ())
        ),
        chair=names.get(found.chair_id or "", ""),
        agenda=meeting_lists.agenda(ctx, row.meeting_id) if is_on and row else (),
        question=question,
        motion=_motion(ctx, found, known, texts),
        is_secret=bool(standing and standing.is_secret),
        round=standing.round if standing else 1,
        options=tuple(decision_seats.lines(found, told, texts, result)),
        not_adopted=texts.get(entry.not_adopted, ""),
        seats=seats,
        tally=counted,
        sentence=votes.sentence(told, decision_seats.about(found, told)) if told else "",
        counted=texts.get(decision_seats.about(found, told), "") if told else "",
        conditions=conditions,
        unfilled=unfilled,
        resolution=texts.get(result, "") if told or (row and row.state == "closed") else "",
        decided_on=standing.decided_on if standing else None,
        closed_at=standing.closed_at if standing else None,
        minutes=(standing.minutes if standing else "") or draft,
        is_draft=bool(draft),
        grounds=decision_terms.grounds(found.release, entry, found.item.form_key),
        rules=tuple(_rules(found)),
        deadline=_deadline(ctx, found),
        actions=actions,
        hindrance=hindrance,
        is_recorder=is_recorder,
        is_secretary=found.is_secretary,
        me=next((one for one in seats if one.is_me), None),
    )


def _motion(ctx: Context, found: Held, known: Facts, texts: Mapping[str, str]) -> str:
    """Code of what is proposed, empty for nothing."""
    if found.row is not None:
        return found.row.motion
    code = decision_terms.text(ctx, found.entry.motion, known)
    return code if code in texts else ""


def _people(found: Held) -> list[str]:
    ids = [one.person_id for one in found.members]
    if found.meeting is not None:
        ids += [found.meeting.secretary_id or "", *found.meeting.attendants]
    return ids


def _matter(ctx: Context, case_id: str) -> dict[str, Any]:
    matter = ctx.session.scalar(select(case_table.c.title).where(case_table.c.id == case_id))
    names = ctx.session.scalars(
        select(subject.c.name)
        .where(subject.c.case_id == case_id)
        .order_by(subject.c.kind.desc(), subject.c.name)
    )
    return {"matter": matter or "", "subjects": tuple(dict.fromkeys(names))}


def _rules(found: Held) -> list[Rule]:
    entry, pack = found.entry, found.release.pack
    told = [(entry.basis, entry.title), (entry.quorum.basis, _("到会人数"))]
    told.append((entry.majority.basis, _("通过票数")))
    return [deadline_sheets.rule_of(pack, basis, about) for basis, about in told]


def _deadline(ctx: Context, found: Held) -> DeadlineSheet | None:
    nodes = charts.chart(found.release.files[found.case.procedure]).nodes
    key = nodes[found.item.node_key].deadline
    if key in ("", "none"):
        return None
    return deadline_sheets.newest(ctx, found.release.pack, found.case.id, key)

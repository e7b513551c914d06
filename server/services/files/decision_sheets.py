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
from server.queries import readings
from server.services.case import sights
from server.services.case.facts import Facts
from server.services.clocks import deadline_sheets
from server.services.clocks.deadline_sheets import DeadlineSheet, Rule
from server.services.context import Context
from server.services.files import decision_acts, decision_seats, meeting_lists
from server.services.files.decision_seats import Line, Seat
from server.services.files.meeting_lists import AgendaItem
from server.services.identity import people
from server.services.verbs import decision_ends, decision_rows, decision_terms
from server.services.verbs.decision_rows import Held
from server.services.verbs.decision_stored import DecisionRow, MeetingRow


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
    #: how many of those who are not recused looked at the task, and at the file of the case
    looks: Mapping[str, int]
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
            decision_rows.refuse_substitute(found)
            raise NotFound
    return found


def shown(ctx: Context, found: Held) -> DecisionSheet:
    """The sheet of a decision the actor may look at."""
    seen = _seen(ctx, found)
    row, entry, told, texts = found.row, found.entry, seen.told, seen.texts
    seats = tuple(decision_seats.seats(found, seen.counted, texts))
    is_open = row is not None and row.state == "open"
    unfilled = decision_ends.unfilled(ctx, found) if is_open and told else ()
    has_form = bool(told) and not unfilled
    conditions = decision_ends.conditions(found, has_form=has_form) if seen.is_on else ()
    actions, hindrance = decision_acts.now(ctx, found, seen.counted, conditions)
    is_closed = row is not None and row.state == "closed"
    deciding = [one.person_id for one in found.members if not one.recusal]
    return DecisionSheet(
        **_of_meeting(ctx, seen),
        **_of_minutes(ctx, seen),
        id=found.id,
        version=row.version if row else 0,
        state=row.state if row else "none",
        title=entry.title,
        item_id=found.item.id,
        case_id=found.case.id,
        reference=found.case.reference,
        options=tuple(decision_seats.lines(found, told, texts, seen.result)),
        not_adopted=texts.get(entry.not_adopted, ""),
        seats=seats,
        tally=seen.counted,
        sentence=votes.sentence(told, decision_seats.about(found, told)) if told else "",
        counted=texts.get(decision_seats.about(found, told), "") if told else "",
        conditions=conditions,
        unfilled=unfilled,
        resolution=texts.get(seen.result, "") if told or is_closed else "",
        grounds=decision_terms.grounds(found.release, entry, found.item.form_key),
        looks=readings.of(ctx.session, found.case.id, found.item.id, deciding),
        rules=tuple(_rules(found)),
        deadline=_deadline(ctx, found),
        actions=actions,
        hindrance=hindrance,
        is_recorder=seen.is_on and found.is_recorder,
        is_secretary=found.is_secretary,
        me=next((one for one in seats if one.is_me), None),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """A decision with what several parts of its sheet are made from."""

    found: Held
    #: it is convened, or was closed
    is_on: bool
    #: the count as it stands, None where nothing is counted
    counted: Tally | None
    #: the same once everybody has voted
    told: Tally | None
    #: options -> their words
    texts: Mapping[str, str]
    #: what it comes to, empty until everybody has voted
    result: str

    @property
    def standing(self) -> DecisionRow | None:
        """Its row, unless it was called off."""
        return self.found.row if self.is_on else None


def _seen(ctx: Context, found: Held) -> _Seen:
    is_on = found.row is not None and found.row.state != "cancelled"
    counted = found.tally if is_on else None
    told = counted if counted is not None and counted.is_complete else None
    return _Seen(
        found=found,
        is_on=is_on,
        counted=counted,
        told=told,
        texts=decision_seats.texts(found),
        result=decision_seats.result(found, told),
    )


def _of_meeting(ctx: Context, seen: _Seen) -> dict[str, Any]:
    """The body, who leads its meeting and keeps the record, and what else is on the agenda."""
    found, row = seen.found, seen.standing
    meeting = found.meeting
    return {
        "body": people.unit(ctx, found.item.candidate_unit or "").name,
        "meeting": meeting,
        "secretary": found.name_of(meeting.secretary_id if meeting else None),
        "attendants": tuple(map(found.name_of, meeting.attendants if meeting else ())),
        "chair": found.name_of(found.chair_id),
        "agenda": meeting_lists.agenda(ctx, row.meeting_id) if row else (),
        "is_secret": bool(row and row.is_secret),
        "round": row.round if row else 1,
        "decided_on": row.decided_on if row else None,
        "closed_at": row.closed_at if row else None,
    }


def _of_minutes(ctx: Context, seen: _Seen) -> dict[str, Any]:
    """What is to be decided, and the minutes; written by the program until somebody kept them."""
    found, row = seen.found, seen.standing
    known = decision_terms.known(ctx, found.release, found.case)
    question = row.question if row else decision_terms.text(ctx, found.entry.question, known)
    matter = _matter(ctx, found.case.id)
    draft = ""
    if row is not None and seen.counted is not None and not row.minutes:
        draft = meeting_ends.minutes(
            seen.counted,
            decision_ends.voices_of(found),
            matter=_("、").join(matter["subjects"]) or matter["matter"] or found.case.reference,
            question=question,
            result=seen.texts.get(seen.result, ""),
        )
    return {
        **matter,
        "question": question,
        "motion": _motion(ctx, found, known, seen.texts),
        "minutes": (row.minutes if row else "") or draft,
        "is_draft": bool(draft),
    }


def _motion(ctx: Context, found: Held, known: Facts, texts: Mapping[str, str]) -> str:
    """Code of what is proposed, empty for nothing."""
    if found.row is not None:
        return found.row.motion
    code = decision_terms.text(ctx, found.entry.motion, known)
    return code if code in texts else ""


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
    key = found.item.deadline_key
    return deadline_sheets.newest(ctx, found.release.pack, found.case.id, key) if key else None

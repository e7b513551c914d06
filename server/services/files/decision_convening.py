"""What can be chosen when a body is convened: people, meetings, options."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.domain.calendar import CHINA_TIME
from server.domain.decision_rules import Secrecy
from server.services.context import Context
from server.services.files import meeting_lists
from server.services.verbs import decision_terms, decisions, recusal_people
from server.services.verbs.decision_rows import Held

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """What the form offers, and what it is filled with at first."""

    chairs: Pairs
    secretaries: Pairs
    #: who handles the case and may report on it at the meeting
    attendants: Pairs
    options: Pairs
    #: meetings of the body that are still to come
    meetings: Pairs
    may_be_secret: bool
    must_be_secret: bool
    chair: str
    secretary: str
    held_on: date
    starts_at: str


def offered(ctx: Context, found: Held) -> Offered:
    """What can be chosen for this decision, which the actor may look at."""
    meeting = found.meeting
    options = decision_terms.options(found.release, found.entry, found.item.form_key)
    starts = meeting.starts_at if meeting else None
    return Offered(
        chairs=[
            (one.person_id, f"{found.name_of(one.person_id)} {one.title}")
            for one in found.members
            if not one.recusal
        ],
        secretaries=[
            (one.person_id, f"{one.name} {one.title}") for one in decisions.secretaries(ctx, found)
        ],
        attendants=_attendants(ctx, found),
        options=[(one.code, one.text) for one in options],
        meetings=[
            (one.id, f"{one.held_on.isoformat()} {one.title}")
            for one in meeting_lists.joinable(ctx, found.item.candidate_unit or "")
            if meeting is None or one.id != meeting.id
        ],
        may_be_secret=found.entry.secret is not Secrecy.NEVER,
        must_be_secret=found.entry.secret is Secrecy.REQUIRED,
        chair=found.chair_id or "",
        secretary=(meeting.secretary_id or "") if meeting else "",
        held_on=meeting.held_on if meeting else ctx.today,
        starts_at=starts.astimezone(CHINA_TIME).strftime("%H:%M") if starts else "",
    )


def _attendants(ctx: Context, found: Held) -> Pairs:
    """Who handles the case, and who was asked to attend already."""
    sitting = {one.person_id for one in found.members}
    offered = {
        one.person_id: f"{one.name} {one.title}"
        for one in recusal_people.of_case(ctx, found.case)
        if one.person_id not in sitting
    }
    asked = found.meeting.attendants if found.meeting else ()
    return [*offered.items(), *((one, found.name_of(one)) for one in asked if one not in offered)]

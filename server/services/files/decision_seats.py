"""Members and options of a decision as one person may see them, with their votes in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from server.domain.texts import _
from server.domain.votes import ABSTAIN, AGAINST, Attendance, Tally
from server.services.verbs import decision_ends, decision_terms
from server.services.verbs.decision_members import BY_DATA, MemberRow
from server.services.verbs.decision_rows import Held

#: choices besides the options, in words
_OTHER: Final = {AGAINST: _("不赞成"), ABSTAIN: _("弃权")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One option with the votes for it; None while they may not be told."""

    code: str
    text: str
    votes: int | None
    is_motion: bool
    is_adopted: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """One member as the reader may see him."""

    row: MemberRow
    name: str
    is_me: bool
    attendance: Attendance
    #: what he voted for, empty where he has not, or the reader may not know
    choice: str
    choice_text: str
    #: for, against or abstain, as to what is proposed or was adopted
    side: str
    opinion: str
    #: ground of his recusal in words
    ground: str


def texts(found: Held) -> dict[str, str]:
    """Choices in words."""
    if found.row is not None:
        options = dict(found.row.rule["options"])
    else:
        offered = decision_terms.options(found.release, found.entry, found.item.form_key)
        options = {one.code: one.text for one in offered}
    return {**options, **_OTHER}


def result(found: Held, told: Tally | None) -> str:
    """What was decided, or would be; empty until everybody has voted."""
    row = found.row
    if row is not None and row.state == "closed":
        return row.resolution or ""
    return decision_ends.resolution(found) if told else ""


def about(found: Held, told: Tally | None) -> str:
    """The option the count is told of: what was adopted, else what was proposed, else the most."""
    if told is None:
        return ""
    if told.adopted:
        return told.adopted
    motion = found.convened.motion
    return motion or max(told.rule.options, key=lambda code: told.votes[code])


def lines(found: Held, told: Tally | None, texts: Mapping[str, str], decided: str) -> list[Line]:
    """The options; votes only once everybody has voted."""
    codes = [code for code in texts if code != ABSTAIN]
    motion = found.row.motion if found.row else ""
    return [
        Line(
            code=code,
            text=texts[code],
            votes=told.votes[code] if told else None,
            is_motion=code == motion,
            is_adopted=bool(decided) and code == decided,
        )
        for code in codes
    ]


def seats(found: Held, counted: Tally | None, texts: Mapping[str, str]) -> list[Seat]:
    """The members, what they voted and said only as far as the reader may know it."""
    row = found.row
    is_told = counted is not None and counted.is_complete
    is_open = row is not None and not row.is_secret
    sees_all = is_told or (is_open and found.is_secretary)
    chosen = {one.person_id: one.choice for one in found.ballots if one.person_id}
    of = about(found, counted) if is_told else (row.motion if row else "")
    grounds = dict(decision_terms.grounds(found.release, found.entry, found.item.form_key))
    found_seats = []
    for one in found.members:
        is_me = one.person_id == found.actor.person_id
        choice = chosen.get(one.person_id, "") if (sees_all or is_me) and is_open else ""
        found_seats.append(
            Seat(
                row=one,
                name=found.name_of(one.person_id),
                is_me=is_me,
                attendance=one.attendance,
                choice=choice,
                choice_text=texts.get(choice, ""),
                side=_side(choice, of),
                opinion=one.opinion if sees_all or is_me or found.is_recorder else "",
                ground=_ground(one, grounds),
            )
        )
    return found_seats


def _side(choice: str, of: str) -> str:
    if choice in ("", ABSTAIN):
        return choice
    return "for" if choice == of else AGAINST


def _ground(one: MemberRow, grounds: Mapping[str, str]) -> str:
    if not one.recusal:
        return ""
    return _("依法应当回避") if one.recusal == BY_DATA else grounds.get(one.recusal, _("回避"))

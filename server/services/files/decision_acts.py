"""What somebody may do with a decision now, by the same conditions as the verbs themselves."""

from collections.abc import Iterator, Sequence

from server.domain.lifecycle import CaseStatus
from server.domain.meeting_ends import Condition
from server.domain.votes import Attendance, Tally
from server.services.context import Context
from server.services.verbs import decision_votes
from server.services.verbs.decision_rows import Held


def now(
    ctx: Context, found: Held, counted: Tally | None, conditions: Sequence[Condition]
) -> tuple[tuple[str, ...], str]:
    """The names of the verbs, and why a member who has not voted cannot vote yet."""
    row = found.row
    if found.case.status != CaseStatus.OPEN or (row is not None and row.state == "closed"):
        return (), ""
    if row is None or row.state == "cancelled" or counted is None:
        waits = found.item.state in ("offered", "claimed") and found.me is not None
        return (("convene",) if waits else ()), ""
    me = found.me
    why = decision_votes.hindrance(ctx, found, me) if me and not me.has_voted else ""
    names = [*_of_record(found, counted), *_of_member(found, counted, why)]
    lacks = [one for one in conditions if not one.is_met]
    if found.is_chair and not lacks:
        names.append("close")
    return tuple(dict.fromkeys(names)), why


def _of_record(found: Held, counted: Tally) -> Iterator[str]:
    has_begun = any(one.has_voted for one in found.members)
    is_host = found.is_recorder or found.convened.convened_by == found.actor.person_id
    if is_host:
        yield "dissolve"
        if not has_begun:
            yield "convene"
    if found.is_recorder:
        yield "note"
        if has_begun:
            yield "renew"
        others = [one for one in found.members if one.person_id != found.actor.person_id]
        if counted.is_complete and any(
            one.counted.is_there and one.signed_at is None for one in others
        ):
            yield "remind"


def _of_member(found: Held, counted: Tally, why: str) -> Iterator[str]:
    me = found.me
    if me is None:
        return
    if not counted.is_complete and not me.has_voted:
        yield "attend"
    if me.attendance is Attendance.PRESENT and not me.has_voted and not why:
        yield "vote"
    yield "opinion"
    if me.opinion and me.confirmed_at is None:
        yield "confirm"
    if counted.is_complete and me.counted.is_there and me.signed_at is None:
        yield "sign"

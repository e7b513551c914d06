"""Who is told of a meeting: that it is convened or moved, and that his signature is missing.

Told of it, nobody sees more of the case than he did before.
"""

from collections.abc import Collection

from sqlalchemy import func, select

from server.domain.calendar import CHINA_TIME, weekday_word
from server.domain.rung_texts import RungKind
from server.domain.texts import _
from server.models.base import new_id
from server.models.outbox import notification
from server.services.context import Context
from server.services.notices import between
from server.services.verbs.decision_rows import Held
from server.services.verbs.decision_stored import MeetingRow


def convened(ctx: Context, found: Held, sitting: MeetingRow, before: MeetingRow | None) -> None:
    """Ask members, secretary and attendants to come; ``before`` is the meeting as it was, if any.

    Of one that was not moved only those are told who were not asked before.
    """
    beside = {sitting.secretary_id or "", *sitting.attendants}
    asked = beside | {one.person_id for one in found.members if not one.recusal}
    if before is not None and _when(before) == _when(sitting):
        asked = beside - {before.secretary_id, *before.attendants}
    text = _("请您参加会议：{when}").format(when=_when(sitting))
    _tell(ctx, found, asked, new_id(), text)


def to_sign(ctx: Context, found: Held, cause: str) -> bool:
    """Ask those who have not signed to do so, once a day for the same cause; was anybody told."""
    unsigned = {
        one.person_id for one in found.members if one.counted.is_there and one.signed_at is None
    }
    of_day = f"{cause}-{ctx.today.isoformat()}"
    keys = notification.c.dedupe_key.like(f"{RungKind.MEETING}:{found.item.id}:{of_day}:%")
    before = ctx.session.scalar(select(func.count()).where(keys)) or 0
    _tell(ctx, found, unsigned, of_day, _("会议记录等待您核对和签名"))
    return (ctx.session.scalar(select(func.count()).where(keys)) or 0) > before


def _tell(ctx: Context, found: Held, ids: Collection[str], cause: str, text: str) -> None:
    others = sorted(set(ids) - {"", ctx.actor.person_id})
    act = (found.case.id, found.item.id, cause)
    between.tell(ctx, RungKind.MEETING, act, [(one, text) for one in others])


def _when(sitting: MeetingRow) -> str:
    day = f"{sitting.held_on.isoformat()}（{weekday_word(sitting.held_on)}）"
    if sitting.starts_at:
        day += sitting.starts_at.astimezone(CHINA_TIME).strftime("%H:%M")
    return _("{day}，{place}").format(day=day, place=sitting.place) if sitting.place else day

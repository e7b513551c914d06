"""A version of a pack that waits for a second person: who may make it law, and until when.

::

    proposed -> published   by another designer, as long as what it was compared with is the newest
             -> given up    by whoever proposed it, or by another designer with a reason

What is given up leaves its drafts and its record; it never was law.
"""

from dataclasses import dataclass
from datetime import date, datetime

from server.domain.access import Actor
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.findings import Finding
from server.domain.texts import _


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposedVersion:
    """What waits, as its decision looks at it."""

    proposed_by: str
    proposed_at: datetime
    #: day it is to be in force from
    valid_from: date


def approve(
    proposed: ProposedVersion, actor: Actor, *, newest_at: datetime | None, today: date
) -> None:
    """Return when the actor may make it law now; ``newest_at``: when the newest was published.

    Raises:
        Forbidden: he proposed it himself.
        Conflict: a version was published since, or its day went by while it waited.
    """
    if is_own(proposed, actor):
        raise Forbidden(_("自己提出的版本须由另一名流程设计人员核准发布"))
    if newest_at is not None and newest_at > proposed.proposed_at:
        raise Conflict(_("提出以后又发布了新版本，请撤回后对照新版本重新提出"))
    proposed_on = proposed.proposed_at.astimezone(CHINA_TIME).date()
    if proposed_on <= proposed.valid_from < today:
        raise Conflict(_("施行日期在等待核准时已过，请撤回后重新确定施行日期"))


def refuse(proposed: ProposedVersion, actor: Actor, reason: str) -> None:
    """Return when the actor may send it back.

    Raises:
        Forbidden: he proposed it himself, and may withdraw it.
        Invalid: he says no reason.
    """
    if is_own(proposed, actor):
        raise Forbidden(_("自己提出的版本可以撤回"))
    if not reason.strip():
        message = _("写明不同意的理由")
        raise Invalid(message, [Finding(code="VERSION_FIELD", field="answer", message=message)])


def withdraw(proposed: ProposedVersion, actor: Actor) -> None:
    """Return when the actor may take it back. Raises Forbidden when somebody else proposed it."""
    if not is_own(proposed, actor):
        raise Forbidden(_("只有提出的人可以撤回"))


def is_own(proposed: ProposedVersion, actor: Actor) -> bool:
    """Is he the one who proposed it, or does he stand in for him?"""
    return proposed.proposed_by in (actor.person_id, actor.on_behalf_of)

"""What of meetings waits for somebody, to be asked within another statement (``headings``)."""

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from server.domain.access import Actor
from server.models.decision import decision, decision_member, meeting
from server.models.work import participant
from server.queries.visibility import recused_from


def has_any(actor: Actor) -> ColumnElement[bool]:
    """Is there a meeting of his bodies, or one he keeps the record of."""
    return select(meeting.c.id).where(_his(actor)).exists()


def waiting(actor: Actor) -> Select[tuple[int]]:
    """How many open matters want him now: to say where he is and vote, to sign, or to close."""
    own = decision_member
    is_voted = decision.c.decided_on.is_not(None)
    to_vote = and_(~is_voted, ~own.c.has_voted, func.coalesce(own.c.attends, True))
    to_sign = and_(is_voted, own.c.attends, own.c.signed_at.is_(None))
    return (
        select(func.count())
        .select_from(own)
        .join(decision, decision.c.id == own.c.decision_id)
        .where(
            own.c.person_id == actor.person_id,
            own.c.recusal == "",
            decision.c.state == "open",
            or_(
                decision.c.body_unit_id.in_(_units(actor)),
                decision.c.case_id.in_(_taking_part(actor)),
            ),
            decision.c.case_id.not_in(recused_from(actor)),
            or_(to_vote, to_sign, and_(is_voted, own.c.is_chair)),
        )
    )


def _his(actor: Actor) -> ColumnElement[bool]:
    return or_(
        meeting.c.body_unit_id.in_(_units(actor)),
        meeting.c.secretary_id == actor.person_id,
        meeting.c.id.in_(asked_to(actor)),
    )


def asked_to(actor: Actor) -> Select[tuple[str]]:
    """Ids of the meetings he is a member of, of whatever body they are."""
    return (
        select(decision.c.meeting_id)
        .join(decision_member, decision_member.c.decision_id == decision.c.id)
        .where(decision_member.c.person_id == actor.person_id, decision.c.meeting_id.is_not(None))
    )


def _taking_part(actor: Actor) -> Select[tuple[str]]:
    """The cases in which one of his offices has a part."""
    return select(participant.c.case_id).where(
        participant.c.unit_id.in_(_units(actor)), participant.c.to_at.is_(None)
    )


def _units(actor: Actor) -> list[str]:
    return sorted({post.unit_id for post in actor.posts})

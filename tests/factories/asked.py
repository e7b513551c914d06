"""Who was asked to consent to an act that takes two persons."""

from sqlalchemy import select

from server.models.identity import Person
from server.models.outbox import notification
from server.services.context import Tools


def decider(tools: Tools, request_id: str) -> str:
    """Login of somebody who was asked."""
    with tools.readers() as session:
        told = select(notification.c.recipient_id).where(
            notification.c.dedupe_key.startswith(f"request:{request_id}:asked")
        )
        logins = session.scalars(
            select(Person.login).where(Person.id.in_(told)).order_by(Person.login)
        )
        return logins.all()[0]

"""Questions about dates of events, put and decided by people of the region."""

from datetime import date, datetime
from io import BytesIO

from server.services.files import attachments
from server.services.verbs import corrections
from tests.factories.tiny import DESK, HEAD, NOW, Tiny


def evidence(tiny: Tiny, login: str = DESK, now: datetime = NOW) -> str:
    """A file of this person that he has not handed in yet."""
    received = attachments.receive(tiny.tools, BytesIO("收文登记".encode()), "登记簿.txt")
    return tiny.act(login, lambda ctx: attachments.add(ctx, received), now)


def asked(
    tiny: Tiny,
    case_id: str,
    event: str,
    to_on: date,
    *,
    by: str = DESK,
    now: datetime = NOW,
) -> str:
    """A question with its evidence; its id."""
    file = evidence(tiny, by, now)
    return tiny.act(
        by,
        lambda ctx: corrections.ask(
            ctx, case_id, event, to_on=to_on, reason="录入错误", evidence=file
        ),
        now,
    )


def corrected(
    tiny: Tiny, case_id: str, event: str, to_on: date, now: datetime = NOW, *, by: str = HEAD
) -> None:
    """Ask and approve, by two people."""
    question = asked(tiny, case_id, event, to_on, now=now)
    tiny.act(by, lambda ctx: corrections.approve(ctx, question), now)

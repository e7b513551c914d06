"""Nothing waits with somebody whose post or account has ended."""

from datetime import timedelta

from sqlalchemy import select, update

from server.models.identity import Person, Post
from server.models.outbox import notification
from server.services.verbs import delegations, left_behind, work
from tests.factories.invariants import violations
from tests.factories.tiny import COLLEAGUE, DESK, HEAD, NOW, Tiny

TOMORROW = NOW + timedelta(days=1)


def test_what_is_left_behind_goes_back_to_the_office_and_its_head_is_told_once(tiny: Tiny) -> None:
    case_id = tiny.open()
    item_id = tiny.item(case_id, "register").id
    tiny.act(DESK, lambda ctx: work.claim(ctx, item_id))
    assert left_behind.give_back(tiny.tools, NOW) == 0
    ends(tiny, DESK)
    assert left_behind.give_back(tiny.tools, TOMORROW) == 1
    assert tiny.item(case_id, "register").assignee_id is None
    assert left_behind.give_back(tiny.tools, TOMORROW) == 0
    assert told(tiny) == [tiny.person(HEAD)]
    assert violations(tiny.tools, case_id) == []


def test_what_a_delegate_leaves_goes_back_to_who_asked_him(tiny: Tiny) -> None:
    case_id = tiny.open()
    item_id = tiny.item(case_id, "register").id
    tiny.act(DESK, lambda ctx: work.claim(ctx, item_id))
    to = tiny.person(COLLEAGUE)
    tiny.act(DESK, lambda ctx: delegations.delegate(ctx, item_id, to=to, reason="拟稿"))
    disabled = update(Person).where(Person.id == to).values(state="disabled")
    tiny.program(lambda ctx: ctx.session.execute(disabled))
    assert left_behind.give_back(tiny.tools, NOW) == 1
    assert tiny.item(case_id, "register").assignee_id == tiny.person(DESK)
    assert told(tiny) == [tiny.person(DESK)]


def test_what_somebody_asked_for_who_left_goes_back_to_the_office(tiny: Tiny) -> None:
    case_id = tiny.open()
    item_id = tiny.item(case_id, "register").id
    tiny.act(DESK, lambda ctx: work.claim(ctx, item_id))
    to = tiny.person(COLLEAGUE)
    tiny.act(DESK, lambda ctx: delegations.delegate(ctx, item_id, to=to, reason="拟稿"))
    ends(tiny, DESK)
    left_behind.give_back(tiny.tools, TOMORROW)
    assert tiny.item(case_id, "register").assignee_id is None


def ends(tiny: Tiny, login: str) -> None:
    today = NOW.date()
    ended = update(Post).where(Post.person_id == tiny.person(login)).values(to_on=today)
    tiny.program(lambda ctx: ctx.session.execute(ended))


def told(tiny: Tiny) -> list[str | None]:
    with tiny.tools.readers() as session:
        return list(
            session.scalars(
                select(notification.c.recipient_id).where(notification.c.kind == "work")
            )
        )

"""Nothing waits with somebody whose post or account has ended."""

from datetime import timedelta

from sqlalchemy import select, update

from server.models.identity import Person, Post
from server.models.outbox import notification
from server.models.work import work_item
from server.services.context import Context
from server.services.identity import people
from server.services.verbs import correction_heads, delegations, left_behind, work
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


def test_of_an_office_without_a_head_the_nearest_above_is_told(tiny: Tiny) -> None:
    case_id = tiny.open()
    item_id = tiny.item(case_id, "register").id
    tiny.act(DESK, lambda ctx: work.claim(ctx, item_id))
    for login in (DESK, HEAD):
        ends(tiny, login)
    assert left_behind.give_back(tiny.tools, TOMORROW) == 1
    (head,) = told(tiny)
    assert head not in (None, tiny.person(HEAD))
    assert head in tiny.program(lambda ctx: heads_above(ctx, office_of(ctx, item_id)))


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


def office_of(ctx: Context, item_id: str) -> str:
    asked = select(work_item.c.candidate_unit).where(work_item.c.id == item_id)
    return ctx.session.execute(asked).scalar_one() or ""


def heads_above(ctx: Context, office_id: str) -> set[str]:
    _own, *above = correction_heads.upwards(ctx, people.unit(ctx, office_id))
    return {
        holder.person_id
        for office in above
        for holder in people.holders(ctx, office.id, TOMORROW.date(), head_only=True)
    }


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

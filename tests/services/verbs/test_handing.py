"""Work that goes to a colleague and back, to another office, and what its clock does then."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select

from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.lifecycle import DeadlineState
from server.models.base import Base
from server.models.work import work_act, work_item
from server.queries import inbox
from server.services.context import Context
from server.services.files import open_tasks, sheets
from server.services.identity import people
from server.services.verbs import (
    delegations,
    handovers,
    priorities,
    signers,
    transfers,
    work,
)
from tests.factories.invariants import violations
from tests.factories.tiny import ACCEPT, COLLEAGUE, DESK, HEAD, NOW, Tiny

CITY = "city1.case_supervision.1"
LATER = NOW + timedelta(days=12)


def test_a_delegate_prepares_and_the_owner_hands_it_in(tiny: Tiny) -> None:
    case_id, item_id = held(tiny)
    tiny.act(DESK, delegating(tiny, item_id))
    assert lists(tiny, COLLEAGUE) == [item_id]
    assert lists(tiny, DESK) == []
    tiny.act(COLLEAGUE, lambda ctx: work.complete(ctx, item_id, {**ACCEPT, "reason": "齐全"}))
    assert tiny.item(case_id, "register").assignee_id == tiny.person(DESK)
    sheet = tiny.act(DESK, lambda ctx: sheets.sheet(ctx, item_id))
    assert sheet.form is not None
    assert sheet.form.data["reason"] == "齐全"
    tiny.act(DESK, lambda ctx: work.complete(ctx, item_id, ACCEPT))
    assert sorted(acts(tiny, item_id)) == ["delegate", "resolve"]
    assert violations(tiny.tools, case_id) == []


def test_what_is_delegated_goes_no_further_and_is_taken_back_by_its_owner(tiny: Tiny) -> None:
    case_id, item_id = held(tiny)
    tiny.act(DESK, delegating(tiny, item_id))
    onward = delegating(tiny, item_id, to=HEAD)
    with pytest.raises(Forbidden, match="委派"):
        tiny.act(COLLEAGUE, onward)
    with pytest.raises(Forbidden, match="交回"):
        tiny.act(COLLEAGUE, giving(item_id, tiny.person(HEAD)))
    with pytest.raises(Forbidden):
        tiny.act(COLLEAGUE, lambda ctx: delegations.recall(ctx, item_id))
    tiny.act(DESK, lambda ctx: delegations.recall(ctx, item_id))
    assert tiny.item(case_id, "register").assignee_id == tiny.person(DESK)
    with pytest.raises(Conflict):
        tiny.act(COLLEAGUE, lambda ctx: work.complete(ctx, item_id, ACCEPT))


def test_a_delegate_who_gives_it_back_unprepared_leaves_it_with_the_owner(tiny: Tiny) -> None:
    case_id, item_id = held(tiny)
    tiny.act(DESK, delegating(tiny, item_id))
    tiny.act(COLLEAGUE, lambda ctx: work.release(ctx, item_id))
    assert tiny.item(case_id, "register").assignee_id == tiny.person(DESK)


def test_nobody_is_delegated_to_who_could_not_claim_it(tiny: Tiny) -> None:
    case_id, item_id = held(tiny)
    with pytest.raises(Invalid):
        tiny.act(DESK, delegating(tiny, item_id, to=CITY))
    tiny.recuse(case_id, COLLEAGUE)
    with pytest.raises(Invalid):
        tiny.act(DESK, delegating(tiny, item_id))
    with pytest.raises(Invalid, match="理由"):
        tiny.act(DESK, delegating(tiny, item_id, to=HEAD, reason=" "))


def test_whoever_signs_in_a_task_is_not_given_it_as_well(tiny: Tiny) -> None:
    case_id, item_id = held(tiny)
    beside = [tiny.person(COLLEAGUE)]
    tiny.act(
        DESK,
        lambda ctx: signers.add(ctx, item_id, persons=beside, position="parallel", reason="会同"),
    )
    for give in (giving(item_id, tiny.person(COLLEAGUE)), delegating(tiny, item_id)):
        with pytest.raises(Invalid):
            tiny.act(DESK, give)
    assert violations(tiny.tools, case_id) == []


def test_the_head_takes_an_item_back_with_a_reason_and_a_colleague_does_not(tiny: Tiny) -> None:
    case_id, item_id = held(tiny)
    with pytest.raises(Invalid, match="理由"):
        tiny.act(HEAD, lambda ctx: work.release(ctx, item_id))
    with pytest.raises(Conflict):
        tiny.act(COLLEAGUE, lambda ctx: work.release(ctx, item_id, reason="急"))
    tiny.act(HEAD, lambda ctx: work.release(ctx, item_id, reason="出差"))
    assert tiny.item(case_id, "register").assignee_id is None
    assert acts(tiny, item_id) == ["release"]


def test_another_office_takes_over_and_its_clock_begins_on_that_day(tiny: Tiny) -> None:
    case_id, item_id = held(tiny)
    city = office(tiny, "city")
    tiny.act(DESK, giving(item_id, city))
    [there] = [each for each in tiny.facts(case_id).work if each.node_key == "register"]
    assert there.assignee_id is None
    assert [each.state for each in clocks(tiny, case_id)] == [DeadlineState.RUNNING]
    tiny.act(CITY, lambda ctx: work.claim(ctx, there.id), LATER)
    before, after = clocks(tiny, case_id)
    assert before.state == DeadlineState.CANCELLED
    assert (after.state, after.origin_on) == (DeadlineState.RUNNING, LATER.date())
    assert violations(tiny.tools, case_id) == []
    with pytest.raises(Conflict):
        tiny.act(DESK, lambda ctx: delegations.recall(ctx, item_id), LATER)


def test_a_period_that_ran_over_before_stays_late_for_who_let_it(tiny: Tiny) -> None:
    case_id, item_id = held(tiny)
    tiny.act(DESK, giving(item_id, office(tiny, "city")))
    there = tiny.item(case_id, "register")
    tiny.act(CITY, lambda ctx: work.claim(ctx, there.id), NOW + timedelta(days=40))
    before, after = clocks(tiny, case_id)
    assert (before.state, after.state) == (DeadlineState.MET_LATE, DeadlineState.RUNNING)


def test_later_tasks_of_the_lane_go_to_the_office_that_took_it_over(tiny: Tiny) -> None:
    case_id, item_id = held(tiny)
    city = office(tiny, "city")
    tiny.act(DESK, giving(item_id, city))
    tiny.do(CITY, case_id, "register", ACCEPT)
    with tiny.tools.readers() as session:
        unit = session.scalar(
            select(work_item.c.candidate_unit).where(
                work_item.c.case_id == case_id, work_item.c.node_key == "verify"
            )
        )
    assert unit == city
    tiny.do(CITY, case_id, "verify", {"finding": "属实"})


def test_what_nobody_took_is_taken_back_by_who_gave_it(tiny: Tiny) -> None:
    case_id, item_id = held(tiny)
    tiny.act(DESK, giving(item_id, office(tiny, "city")))
    there = tiny.item(case_id, "register")
    sheet = tiny.act(DESK, lambda ctx: sheets.sheet(ctx, item_id))
    assert {"recall", "transfer", "complete"} & set(sheet.actions) == {"recall"}
    with pytest.raises(Forbidden):
        tiny.act(COLLEAGUE, lambda ctx: delegations.recall(ctx, item_id))
    tiny.act(DESK, lambda ctx: delegations.recall(ctx, item_id))
    back = tiny.item(case_id, "register")
    assert (back.id, back.assignee_id) == (item_id, tiny.person(DESK))
    with pytest.raises(NotFound):
        tiny.act(CITY, lambda ctx: work.claim(ctx, there.id))
    tiny.act(DESK, lambda ctx: work.complete(ctx, item_id, ACCEPT))
    assert violations(tiny.tools, case_id) == []


def test_an_office_sends_back_what_it_does_not_take_and_knows_of_it_no_more(tiny: Tiny) -> None:
    case_id, item_id = held(tiny)
    tiny.act(DESK, giving(item_id, office(tiny, "city")))
    there = tiny.item(case_id, "register")
    with pytest.raises(Invalid, match="理由"):
        tiny.act(CITY, lambda ctx: handovers.decline(ctx, there.id, reason=""))
    with pytest.raises(Forbidden):
        tiny.act(DESK, lambda ctx: handovers.decline(ctx, there.id, reason="不归"))
    tiny.act(CITY, lambda ctx: handovers.decline(ctx, there.id, reason="不归本级管"))
    assert tiny.item(case_id, "register").assignee_id == tiny.person(DESK)
    with pytest.raises(NotFound):
        tiny.act(CITY, lambda ctx: sheets.sheet(ctx, there.id))
    with pytest.raises(Conflict):
        tiny.act(DESK, lambda ctx: handovers.decline(ctx, item_id, reason="再退"))


def test_only_the_offices_the_pack_names_are_offered(tiny: Tiny) -> None:
    _case_id, item_id = held(tiny)
    offered = {each.value for each in tiny.act(DESK, lambda ctx: transfers.choices(ctx, item_id))}
    assert offered == {tiny.person(COLLEAGUE), tiny.person(HEAD), office(tiny, "city")}
    with pytest.raises(Invalid):
        tiny.act(DESK, giving(item_id, office(tiny, "province")))


def test_what_comes_back_from_another_office_goes_first_if_its_case_does_by_now(tiny: Tiny) -> None:
    case_id, item_id = held(tiny)
    tiny.act(DESK, giving(item_id, office(tiny, "city")))
    tiny.act(HEAD, lambda ctx: priorities.hasten(ctx, case_id, reason="上级交办"))
    tiny.act(DESK, lambda ctx: delegations.recall(ctx, item_id))
    assert violations(tiny.tools, case_id) == []


def held(tiny: Tiny) -> tuple[str, str]:
    case_id = tiny.open()
    item_id = tiny.item(case_id, "register").id
    tiny.act(DESK, lambda ctx: work.claim(ctx, item_id))
    return case_id, item_id


def delegating(
    tiny: Tiny, item_id: str, to: str = COLLEAGUE, reason: str = "请先拟稿"
) -> Callable[[Context], None]:
    person = tiny.person(to)
    return lambda ctx: delegations.delegate(ctx, item_id, to=person, reason=reason)


def giving(item_id: str, to: str) -> Callable[[Context], None]:
    return lambda ctx: transfers.transfer(ctx, item_id, to=to, reason="应由上级受理")


def office(tiny: Tiny, level: str) -> str:
    def find(ctx: Context) -> str:
        desk = people.posts_on(ctx, tiny.person(DESK), ctx.today)[0].office
        found = people.office(ctx, desk.kind, level=level, region=desk.region)
        assert found is not None
        return found.id

    return tiny.program(find)


def lists(tiny: Tiny, login: str) -> list[str]:
    def mine(ctx: Context) -> list[str]:
        page = inbox.page(ctx.session, tiny.actor(login), "mine", when=open_tasks.when(ctx))
        return [entry.id for entry in page.items]

    return tiny.act(login, mine)


def acts(tiny: Tiny, item_id: str) -> list[str]:
    with tiny.tools.readers() as session:
        wanted = select(work_act.c.verb).where(work_act.c.work_item_id == item_id)
        return list(session.scalars(wanted.order_by(work_act.c.at, work_act.c.id)))


def clocks(tiny: Tiny, case_id: str) -> Sequence[Row[Any]]:
    table = Base.metadata.tables["deadline"]
    with tiny.tools.readers() as session:
        wanted = select(table).where(table.c.case_id == case_id, table.c.rule_key == "registration")
        return session.execute(wanted.order_by(table.c.occurrence)).all()

"""What the program does a little later about whom an office entered as who took the decision."""

from collections.abc import Collection
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from server.domain.errors import NotFound
from server.models.base import new_id
from server.models.outbox import notification
from server.models.recusal import recusal
from server.models.work import work_item
from server.services.case import case_rows
from server.services.context import Context
from server.services.verbs import noted_recusals, recusal_decisions, recusal_people, work
from tests.factories.invariants import broken_chain, violations
from tests.factories.statements import statements
from tests.factories.tiny import ACCEPT, COLLEAGUE, DESK, HEAD, NOW, Tiny

CITY_HEAD = "city1.case_supervision.head"


def test_what_he_has_is_not_his_to_do_at_once_and_goes_back_with_the_next_round(tiny: Tiny) -> None:
    case_id = tiny.open()
    verifying = registered(tiny, case_id, by=DESK, author=COLLEAGUE, then_claims=COLLEAGUE)
    with pytest.raises(NotFound):
        tiny.act(COLLEAGUE, lambda ctx: work.complete(ctx, verifying, {"finding": "属实"}))

    assert noted_recusals.settle(tiny.tools, NOW) == 1

    assert tiny.item(case_id, "verify").assignee_id is None
    assert told(tiny, case_id, HEAD) == ["有一项回避，请您决定"]
    assert violations(tiny.tools, case_id, NOW) == []
    assert broken_chain(tiny.tools) is None


def test_the_head_confirms_it_and_it_is_owed_once(tiny: Tiny) -> None:
    case_id = tiny.open()
    registered(tiny, case_id, by=DESK, author=COLLEAGUE)

    rounds = [noted_recusals.settle(tiny.tools, NOW) for _round in range(2)]

    assert rounds == [1, 0]
    row = the_recusal(tiny, case_id)
    assert (row.capacity, row.state) == ("case_supervision_office", "declared")
    decide(tiny, HEAD, row.id)
    assert the_recusal(tiny, case_id).state == "granted"


def test_the_head_who_entered_it_does_not_confirm_it(tiny: Tiny) -> None:
    case_id = tiny.open()
    registered(tiny, case_id, by=HEAD, author=COLLEAGUE)
    noted_recusals.settle(tiny.tools, NOW)

    row = the_recusal(tiny, case_id)

    assert (told(tiny, case_id, HEAD), len(told(tiny, case_id, CITY_HEAD))) == ([], 1)
    decide(tiny, CITY_HEAD, row.id)


def test_of_somebody_who_has_no_part_in_the_case_the_office_that_has_it_decides(tiny: Tiny) -> None:
    case_id = tiny.open()
    registered(tiny, case_id, by=DESK, author="county1.audit.1")
    noted_recusals.settle(tiny.tools, NOW)

    row = the_recusal(tiny, case_id)

    assert row.capacity == ""
    decide(tiny, HEAD, row.id)


def test_who_handles_a_case_is_asked_in_as_many_statements_however_many_offices(
    tiny: Tiny,
) -> None:
    case_id = tiny.open()
    found = [handlers(tiny, case_id)]
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.do(DESK, case_id, "verify", {"finding": "属实"})
    tiny.deliver(case_id, "evidence_received", {"evidence_weight": 1})
    tiny.program(lambda ctx: moved_to(ctx, case_id, tiny.actor(CITY_HEAD).headed))
    found.append(handlers(tiny, case_id))

    assert [len(offices) for offices, _cost in found] == [1, 1 + len(tiny.actor(CITY_HEAD).headed)]
    assert found[0][1] == found[1][1]


def handlers(tiny: Tiny, case_id: str) -> tuple[set[str], int]:
    """The offices of those who handle the case, and how many statements it took to ask."""
    with statements(tiny.tools.database) as said:
        found = tiny.program(lambda ctx: recusal_people.of_case(ctx, case_rows.found(ctx, case_id)))
    return {each.unit_id for each in found}, len(said)


def moved_to(ctx: Context, case_id: str, offices: Collection[str]) -> None:
    """Let each office have had work in the case."""
    [row] = ctx.session.execute(
        select(work_item).where(work_item.c.case_id == case_id, work_item.c.node_key == "verify")
    ).mappings()
    for office in offices:
        copy = {**row, "id": new_id(), "group_id": new_id(), "candidate_unit": office}
        ctx.session.execute(insert(work_item).values(copy))


def registered(tiny: Tiny, case_id: str, *, by: str, author: str, then_claims: str = "") -> str:
    """Id of the task after the first, in which somebody was entered as who took the decision.

    ``then_claims`` has got it into his hands before he was: as when two answer at once.
    """
    tiny.do(by, case_id, "register", {**ACCEPT, "decision_maker": tiny.person(author)})
    item = tiny.item(case_id, "verify")
    if then_claims:
        tiny.program(lambda ctx: in_hands(ctx, item.id, tiny.person(then_claims)))
    return item.id


def in_hands(ctx: Context, item_id: str, person_id: str) -> None:
    """Put the task into his hands, whatever the rules say."""
    claimed = {"state": "claimed", "assignee_id": person_id, "claimed_at": NOW}
    ctx.session.execute(update(work_item).where(work_item.c.id == item_id).values(**claimed))


def the_recusal(tiny: Tiny, case_id: str) -> Any:
    """The only recusal of the case."""
    with tiny.tools.readers() as session:
        return session.execute(select(recusal).where(recusal.c.case_id == case_id)).one()


def decide(tiny: Tiny, login: str, recusal_id: str) -> None:
    """This head confirms it."""
    tiny.act(
        login,
        lambda ctx: recusal_decisions.decide(ctx, recusal_id, granted=True, answer="经核实"),
    )


def told(tiny: Tiny, case_id: str, login: str) -> list[str]:
    """What was said to somebody about recusals of the case."""
    mine = select(notification.c.text).where(
        notification.c.case_id == case_id,
        notification.c.recipient_id == tiny.person(login),
        notification.c.kind == "recusal",
    )
    with tiny.tools.readers() as session:
        return list(session.scalars(mine))

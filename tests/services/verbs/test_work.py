from collections.abc import Callable
from functools import partial
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.models.case import case_step
from server.models.work import work_item
from server.services.context import Context
from server.services.verbs import work
from tests.factories.tiny import (
    ACCEPT,
    APPLICANT,
    AUDIT,
    COLLEAGUE,
    DESK,
    HEAD,
    NOW,
    STRANGER,
    Tiny,
)


def test_a_claimed_item_is_in_the_hands_of_who_claimed_it(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    tiny.act(DESK, claiming(item.id))
    assert tiny.item(item_case(tiny, item.id), "register").assignee_id == tiny.person(DESK)


def test_claiming_a_claimed_item_is_a_conflict(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    tiny.act(DESK, claiming(item.id))
    with pytest.raises(Conflict):
        tiny.act(COLLEAGUE, claiming(item.id))


def test_whoever_may_not_see_the_case_does_not_find_the_item(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    with pytest.raises(NotFound):
        tiny.act(STRANGER, claiming(item.id))


def test_the_tasks_of_the_desk_do_not_exist_for_the_applicant_of_the_case(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    with pytest.raises(NotFound):
        tiny.act(APPLICANT, claiming(item.id))


def test_a_task_for_heads_is_not_for_others_of_the_office(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.do(DESK, case_id, "verify", {"finding": "属实"})
    tiny.deliver(case_id, "evidence_received", {})
    with pytest.raises(Forbidden):
        tiny.act(DESK, claiming(tiny.item(case_id, "decide").id))


def test_an_applicant_who_works_at_the_desk_is_barred(tiny: Tiny) -> None:
    case_id = tiny.open({"managed_by": "county", "facts": "无"}, by=AUDIT)
    tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": ["audit_office"]})
    with pytest.raises(Forbidden):
        tiny.act(AUDIT, claiming(tiny.item(case_id, "consult").id))


def test_a_released_item_can_be_claimed_by_a_colleague(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    tiny.act(DESK, claiming(item.id))
    tiny.act(DESK, lambda ctx: work.release(ctx, item.id))
    tiny.act(COLLEAGUE, claiming(item.id))
    assert tiny.item(item_case(tiny, item.id), "register").assignee_id == tiny.person(COLLEAGUE)


def test_only_the_holder_may_release(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    tiny.act(DESK, claiming(item.id))
    with pytest.raises(Conflict):
        tiny.act(COLLEAGUE, lambda ctx: work.release(ctx, item.id))


def test_completing_what_nobody_claimed_is_a_conflict(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    with pytest.raises(Conflict):
        tiny.act(DESK, lambda ctx: work.complete(ctx, item.id, ACCEPT))


def test_completing_what_a_colleague_holds_is_a_conflict(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    tiny.act(DESK, claiming(item.id))
    with pytest.raises(Conflict):
        tiny.act(COLLEAGUE, lambda ctx: work.complete(ctx, item.id, ACCEPT))


def test_a_stale_version_is_a_conflict(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id, seen=1))
    with pytest.raises(Conflict):
        tiny.act(DESK, lambda ctx: work.complete(ctx, item.id, ACCEPT, seen=1))
    tiny.act(DESK, lambda ctx: work.complete(ctx, item.id, ACCEPT, seen=2))


def test_refused_answers_change_nothing(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, claiming(item.id))
    before = tiny.facts(case_id)
    with pytest.raises(Invalid) as refused:
        tiny.act(DESK, lambda ctx: work.complete(ctx, item.id, {"registered": "refuse"}))
    assert [finding.field for finding in refused.value.findings] == ["reason"]
    assert tiny.facts(case_id) == before


def test_answers_stay_with_the_step_and_only_routing_variables_travel(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "reason": "材料齐全"})
    with tiny.tools.readers() as session:
        answers = session.scalars(
            select(case_step.c.answers).where(
                case_step.c.case_id == case_id, case_step.c.node_key == "register"
            )
        ).one()
    assert answers["reason"] == "材料齐全"
    assert "facts" not in tiny.facts(case_id).variables
    assert tiny.facts(case_id).variables["registered"] == "accept"


def test_a_hidden_answer_of_an_earlier_round_decides_nothing(tiny: Tiny) -> None:
    case_id = tiny.open()
    dated = {"registered": "supplement", "reason": "缺", "registered_on": "2026-02-12"}
    tiny.do(DESK, case_id, "register", dated)
    tiny.do(APPLICANT, case_id, "supplement", {"supplemented": "补"})
    assert tiny.facts(case_id).variables["registered_on"] == "2026-02-12"
    tiny.do(DESK, case_id, "register", {**ACCEPT, "undated": True, "registered_on": "2026-02-12"})
    facts = tiny.facts(case_id)
    assert facts.variables["registered_on"] is None
    registration = facts.clock_of("registration")
    assert registration is not None
    assert registration.met_on == NOW.date()
    tiny.do(DESK, case_id, "verify", {"finding": "属实"})
    tiny.deliver(case_id, "evidence_received", {})
    assert tiny.facts(case_id).clock_of("decision") is None


def test_a_hidden_answer_is_not_stored_and_a_hidden_locked_one_stays_known(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "undated": True, "registered_on": "2026-02-12"})
    with tiny.tools.readers() as session:
        stored = session.scalars(
            select(case_step.c.answers).where(
                case_step.c.case_id == case_id, case_step.c.node_key == "register"
            )
        ).one()
    assert stored == {
        "registered": "accept",
        "undated": True,
        "reason": None,
        "organs": [],
        "decision_maker": None,
    }
    assert tiny.facts(case_id).variables["managed_by"] == "county"


def test_each_item_of_a_multi_instance_task_waits_at_its_own_office(tiny: Tiny) -> None:
    case_id = tiny.open()
    organs = ["audit_office", "petition_bureau"]
    tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": organs})
    consulted = [work for work in tiny.facts(case_id).work if work.node_key == "consult"]
    assert sorted(work.office for work in consulted) == sorted(organs)
    mine = next(work for work in consulted if work.office == "audit_office")
    tiny.act(AUDIT, claiming(mine.id))
    tiny.act(AUDIT, lambda ctx: work.complete(ctx, mine.id, {"opinion": "无异议"}))
    left = [work for work in tiny.facts(case_id).work if work.node_key == "consult"]
    assert [work.office for work in left] == ["petition_bureau"]


def test_a_completed_item_cannot_be_completed_again(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.do(DESK, case_id, "register", ACCEPT)
    with pytest.raises(Conflict):
        tiny.act(DESK, lambda ctx: work.complete(ctx, item.id, ACCEPT))


def test_a_case_runs_to_its_outcome(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.decided(case_id)
    facts = tiny.facts(case_id)
    assert (facts.status, facts.outcome, facts.work) == ("closed", "tolerated", ())


def test_a_head_may_do_the_work_of_his_office(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(HEAD, case_id, "register", ACCEPT)
    assert tiny.item(case_id, "verify").office == "case_supervision_office"


def test_of_two_who_claim_at_once_one_gets_it(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    outcomes = together(
        *(partial(tiny.act, login, claiming(item.id)) for login in (DESK, COLLEAGUE, HEAD))
    )
    assert sorted(outcomes) == ["conflict", "conflict", "done"]


def test_of_two_pages_that_complete_one_item_one_does(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, claiming(item.id))

    def complete() -> None:
        tiny.act(DESK, lambda ctx: work.complete(ctx, item.id, ACCEPT, seen=2))

    assert sorted(together(complete, complete)) == ["conflict", "done"]
    assert [each.node_key for each in tiny.facts(case_id).work] == ["verify"]


def together(*acts: Callable[[], None]) -> list[str]:
    """What came of acts that begin at the same moment."""
    found: list[str] = []
    ready = Barrier(len(acts))

    def run(act: Callable[[], None]) -> None:
        ready.wait()
        try:
            act()
        except Conflict:
            found.append("conflict")
        else:
            found.append("done")

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def claiming(item_id: str) -> Callable[[Context], None]:
    return lambda ctx: work.claim(ctx, item_id)


def item_case(tiny: Tiny, item_id: str) -> str:
    with tiny.tools.readers() as session:
        found = select(work_item.c.case_id).where(work_item.c.id == item_id)
        return str(session.scalar(found))

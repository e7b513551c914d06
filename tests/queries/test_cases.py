from datetime import date

from tests.factories.tiny import ACCEPT, DESK, Tiny


def test_the_whole_case_is_told_in_the_order_it_went(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "registered_on": "2026-02-12"})
    tiny.decided(case_id)
    facts = tiny.facts(case_id)
    passed = [node for node in facts.visited if node in ("register", "verify", "decide")]
    assert passed == ["register", "verify", "decide"]
    assert facts.flows[0] == "f_begin__route"
    assert facts.flows[-1] == "f_result_sent__end_decided"


def test_the_newest_clock_of_a_rule_is_its_clock(tiny: Tiny) -> None:
    facts = tiny.facts(tiny.open())
    clock = facts.clock_of("registration")
    assert clock is not None
    assert (clock.is_open, clock.due_on) == (True, date(2026, 2, 26))
    assert facts.clock_of("decision") is None


def test_an_open_task_says_where_it_waits_and_under_which_deadline(tiny: Tiny) -> None:
    (item,) = tiny.facts(tiny.open()).work
    assert (item.title, item.form_key, item.office, item.level, item.deadline_key) == (
        "登记",
        "registration",
        "case_supervision_office",
        "county",
        "registration",
    )

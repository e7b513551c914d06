"""Where a case went, told to whoever moved it."""

from server.services.files import onward
from server.services.files.onward import Onward
from tests.factories.tiny import ACCEPT, APPLICANT, AUDIT, DESK, Tiny


def test_the_next_task_of_the_same_person_comes_first(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)

    found = after(tiny, DESK, case_id)

    assert found.task_id == tiny.item(case_id, "verify").id
    assert found.words == "已提交，请接着办理本事项的下一步"


def test_another_office_is_named_with_its_organ(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": ["audit_office"]})

    found = after(tiny, AUDIT, case_id)

    assert found.task_id == tiny.item(case_id, "consult").id


def test_a_party_is_told_no_office(tiny: Tiny) -> None:
    case_id = tiny.open()

    assert after(tiny, APPLICANT, case_id) == Onward(
        task_id=None, words="已提交，由办理机关继续办理"
    )


def test_an_office_with_nothing_left_to_do_learns_where_it_went(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": ["audit_office"]})
    tiny.do(AUDIT, case_id, "consult", {"opinion": "无异议"})

    found = after(tiny, AUDIT, case_id)

    assert found.task_id is None
    assert found.words.startswith(
        "已提交，转中共云溪县纪律检查委员会、云溪县监察委员会案件监督管理室"
    )


def test_the_end_is_told_as_such(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.decided(case_id)

    assert after(tiny, DESK, case_id) == Onward(task_id=None, words="已提交，本事项已经办结")


def after(tiny: Tiny, login: str, case_id: str) -> Onward:
    return tiny.act(login, lambda ctx: onward.onward(ctx, case_id))

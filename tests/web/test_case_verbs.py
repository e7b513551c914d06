"""暂停、中止期限等 in the browser without JavaScript: what would become of it is shown first."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.domain.errors import EngineError
from server.services.case import incidents
from tests.factories import site
from tests.factories.asked import decider
from tests.factories.tiny import ACCEPT, APPLICANT, DESK, HEAD, NOW, STRANGER, Tiny

Enter = Callable[[str], FlaskClient]


@pytest.fixture(name="enter")
def enter_tiny(tiny: Tiny) -> Enter:
    """A new browser in which the person with this login is signed in."""
    app = site.served(tiny.tools, site.Clock(NOW))
    return lambda login: site.signed_in(app, login)


def test_a_clock_is_stopped_after_it_was_seen_what_becomes_of_it(enter: Enter, tiny: Tiny) -> None:
    case_id = tiny.open()
    desk = enter(DESK)
    address = f"/cases/{case_id}/stop?rule_key=registration"
    assert f'href="{address}"' in text(desk.get(f"/cases/{case_id}"))
    given = {"rule_key": "registration", "reason": "illness", "note": "当事人住院"}
    first = send(desk, address, given)
    assert first.status_code == 200
    shown = text(first)
    assert "恢复后确定" in shown
    assert "余5个工作日" in shown
    assert "尚未恢复，剩余5个工作日" in shown
    assert state(tiny, case_id) == "running"
    changed = send(desk, address, {**given, "note": "改", **hidden(shown)})
    assert "这样做的结果" in text(changed)
    assert state(tiny, case_id) == "running"
    done = send(desk, address, {**given, "note": "改", **hidden(text(changed))})
    assert done.status_code == 303
    assert state(tiny, case_id) == "stopped"
    page = text(desk.get(f"/cases/{case_id}"))
    assert f"/cases/{case_id}/restart?rule_key=registration" in page
    assert f"/cases/{case_id}/stop" not in page
    board = text(enter(HEAD).get("/board"))
    assert f"/cases/{case_id}/restart?rule_key=registration" in board


def test_a_head_suspends_the_case_and_others_are_offered_nothing(enter: Enter, tiny: Tiny) -> None:
    case_id = tiny.open()
    head, desk = enter(HEAD), enter(DESK)
    address = f"/cases/{case_id}/suspend"
    assert address in text(head.get(f"/cases/{case_id}"))
    assert address not in text(desk.get(f"/cases/{case_id}"))
    assert "现在不能这样操作" in text(desk.get(address))
    assert send(desk, address, {"reason": "核对"}).status_code == 403
    assert enter(STRANGER).get(address).status_code == 404
    refused = send(head, address, {"reason": ""})
    assert refused.status_code == 422
    assert 'href="#reason"' in text(refused)
    assert send(head, address, {"reason": "等待核对"}).status_code == 303
    assert tiny.facts(case_id).status == "suspended"
    page = text(head.get(f"/cases/{case_id}"))
    assert f"/cases/{case_id}/resume" in page
    assert address not in page
    assert "等待核对" in page


def test_an_extension_names_its_limits_and_says_what_is_wrong(enter: Enter, tiny: Tiny) -> None:
    case_id = tiny.open()
    head = enter(HEAD)
    address = f"/cases/{case_id}/extend"
    assert "每次至多" in text(head.get(address))
    given = {"rule_key": "registration", "n": "60", "note": "案情复杂"}
    refused = send(head, address, given)
    assert refused.status_code == 422
    assert "案情复杂" in text(refused)
    shown = text(send(head, address, given | {"n": "2"}))
    assert "还剩" in shown
    assert send(head, address, given | {"n": "2"} | hidden(shown)).status_code == 303


def send(client: FlaskClient, address: str, given: dict[str, str]) -> Any:
    token = site.token(client, "/me")
    return client.post(address.partition("?")[0], data={"csrf_token": token, **given})


def hidden(page: str) -> dict[str, str]:
    found = re.search(r'name="shown" value="([^"]+)"', page)
    assert found
    return {"shown": found[1]}


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def state(tiny: Tiny, case_id: str) -> str:
    found = tiny.facts(case_id).clock_of("registration")
    assert found is not None
    return found.state


def test_more_time_is_asked_for_on_the_case_and_granted_on_the_request(
    enter: Enter, tiny: Tiny
) -> None:
    case_id = tiny.open()
    desk, head = enter(DESK), enter(HEAD)
    address = f"/cases/{case_id}/ask-extension?rule_key=registration"
    assert f'href="{address}"' in text(desk.get(f"/cases/{case_id}"))
    given = {"rule_key": "registration", "n": "2", "reason": "案情复杂"}
    shown = text(send(desk, address, given))
    assert "2026-02-28（周六）" in shown
    assert send(desk, address, given | hidden(shown)).status_code == 303
    page = text(desk.get(f"/cases/{case_id}"))
    assert address not in page
    assert "延长期限：“登记”延长2个工作日" in page
    assert "没有等您决定的请示" in text(desk.get("/requests"))
    waiting = text(head.get("/requests"))
    found = re.search(r'href="(/requests/[0-9a-f-]{36})"', waiting)
    assert found
    one = text(head.get(found[1]))
    assert "同意后的变化" in one
    assert "2026-02-28（周六）" in one
    assert "同意</button>" not in text(desk.get(found[1]))
    assert enter(STRANGER).get(found[1]).status_code == 404
    assert enter(APPLICANT).get(found[1]).status_code == 404
    refused = send(head, f"{found[1]}/refuse", {"version": "1", "answer": ""})
    assert refused.status_code == 422
    answer = {"version": "1", "answer": "同意延期"}
    assert send(head, f"{found[1]}/consent", answer).status_code == 303
    page = text(desk.get(found[1]))
    assert "已同意" in page
    assert "办理前后" in page
    assert "延长2个工作日" in page
    page = text(desk.get(f"/cases/{case_id}"))
    assert "同意延期" in page
    assert "案情复杂" in page
    again = send(head, f"{found[1]}/consent", answer)
    assert again.status_code == 409
    assert "同意延期" in text(again)


def test_a_head_asks_to_move_the_case_and_sees_what_would_close_and_open(
    enter: Enter, tiny: Tiny
) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    head = enter(HEAD)
    page = text(head.get(f"/cases/{case_id}"))
    assert f"/cases/{case_id}/move" in page
    assert f"/cases/{case_id}/amend" in page
    assert f"/cases/{case_id}/move" not in text(enter(DESK).get(f"/cases/{case_id}"))
    given = {"to": "register", "reason": "登记有误"}
    shown = text(send(head, f"/cases/{case_id}/move", given))
    assert "关闭的环节" in shown
    assert "核实" in shown
    assert "按退回处理" in shown
    assert send(head, f"/cases/{case_id}/move", given | hidden(shown)).status_code == 303
    page = text(head.get(f"/cases/{case_id}"))
    assert "调整环节：转到“登记”" in page
    found = re.search(r'href="(/requests/[0-9a-f-]{36})"', page)
    assert found
    assert "同意</button>" not in text(head.get(found[1]))
    above = enter(decider(tiny.tools, found[1].rpartition("/")[2]))
    assert found[1] in text(above.get("/requests"))
    assert "关闭的环节" in text(above.get(found[1]))
    assert send(above, f"{found[1]}/consent", {"version": "1", "answer": ""}).status_code == 303
    assert [each.node_key for each in tiny.facts(case_id).work] == ["register"]
    page = text(head.get(f"/cases/{case_id}"))
    assert f"/cases/{case_id}/amend" in page
    form = text(head.get(f"/cases/{case_id}/amend"))
    assert "现为" in form
    given = {"name": "evidence_weight", "value": "很多", "reason": "登记有误"}
    refused = send(head, f"/cases/{case_id}/amend", given)
    assert refused.status_code == 422
    assert 'href="#value"' in text(refused)


def test_a_case_that_stopped_is_listed_for_its_head_who_lets_it_go_on(
    enter: Enter, tiny: Tiny
) -> None:
    case_id = tiny.open()
    incidents.suspend(tiny.tools, NOW, case_id, EngineError("没有找到机关", element="register"))
    head = enter(HEAD)
    listed = text(head.get("/requests"))
    assert "停住的事项" in listed
    assert "没有找到机关" in listed
    assert "登记" in listed
    assert "停住的事项" not in text(enter(DESK).get("/requests"))
    address = f"/cases/{case_id}/retry"
    assert address in listed
    assert send(head, address, {"reason": "机关已经补上"}).status_code == 303
    assert tiny.facts(case_id).status == "open"
    assert "停住的事项" not in text(head.get("/requests"))
    assert "机关已经补上" in text(head.get(f"/cases/{case_id}"))

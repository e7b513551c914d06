"""退回、撤回、重新办理 in the browser without JavaScript."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.services.verbs import work
from tests.factories import site
from tests.factories.tiny import ACCEPT, APPLICANT, DESK, HEAD, NOW, Tiny

Enter = Callable[[str], FlaskClient]


@pytest.fixture(name="enter")
def enter_tiny(tiny: Tiny) -> Enter:
    """A new browser in which the person with this login is signed in."""
    app = site.served(tiny.tools, site.Clock(NOW))
    return lambda login: site.signed_in(app, login)


def test_a_task_is_returned_and_who_did_the_step_reads_why(enter: Enter, tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    item = tiny.item(case_id, "verify").id
    tiny.act(HEAD, lambda ctx: work.claim(ctx, item))
    head, desk = enter(HEAD), enter(DESK)
    address = f"/tasks/{item}/return"
    assert address in text(head.get(f"/tasks/{item}"))
    assert address not in text(desk.get(f"/tasks/{item}"))
    form = text(head.get(address))
    assert re.search(r'value="register"[^>]*>登记', form)
    refused = send(head, address, {"to_task": "register", "reason": ""})
    assert refused.status_code == 422
    assert 'value="register" checked' in text(refused)
    assert send(head, address, {"to_task": "decide", "reason": "重来"}).status_code == 422
    given = {"to_task": "register", "reason": "管理权限填错", "once": "1"}
    assert send(head, address, given).status_code == 303
    assert send(head, address, given).status_code == 303
    (back,) = tiny.facts(case_id).work
    page = text(desk.get(f"/tasks/{back.id}"))
    assert "由“核实”退回，请重新办理" in page
    assert "管理权限填错" in page
    assert "被退回，需要重新办理" in text(desk.get("/notices"))
    file = text(desk.get(f"/cases/{case_id}"))
    assert "退回" in file
    assert "管理权限填错" in file
    assert "管理权限填错" not in text(enter(APPLICANT).get(f"/applications/{case_id}"))


def test_what_was_handed_in_is_withdrawn_from_its_own_page(enter: Enter, tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register").id
    tiny.do(DESK, case_id, "register", ACCEPT)
    desk = enter(DESK)
    address = f"/tasks/{item}/withdraw"
    assert address in text(desk.get(f"/tasks/{item}"))
    done = send(desk, address, {"reason": ""})
    assert done.headers["Location"].endswith(f"/tasks/{item}")
    page = text(desk.get(f"/tasks/{item}"))
    assert "还没有提交的内容" in page
    tiny.act(DESK, lambda ctx: work.complete(ctx, item, ACCEPT))
    verify = tiny.item(case_id, "verify").id
    tiny.act(HEAD, lambda ctx: work.claim(ctx, verify))
    assert address not in text(desk.get(f"/tasks/{item}"))
    refused = send(desk, address, {})
    assert refused.status_code == 409
    assert "下一环节“核实”" in text(refused)


def test_a_closed_case_is_taken_up_again_by_the_head(enter: Enter, tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.decided(case_id)
    head, desk = enter(HEAD), enter(DESK)
    address = f"/cases/{case_id}/reopen"
    assert address in text(head.get(f"/cases/{case_id}"))
    assert address not in text(desk.get(f"/cases/{case_id}"))
    assert send(desk, address, {"to_task": "decide", "reason": "重审"}).status_code == 403
    assert send(head, address, {"to_task": "decide", "reason": "发现新证据"}).status_code == 303
    facts = tiny.facts(case_id)
    assert (facts.status, facts.outcome) == ("open", None)
    page = text(head.get(f"/tasks/{facts.work[0].id}"))
    assert "已办结的事项恢复办理" in page
    assert "发现新证据" in page


def send(client: FlaskClient, address: str, given: dict[str, str]) -> Any:
    token = site.token(client, "/me")
    return client.post(address, data={"csrf_token": token, **given})


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))

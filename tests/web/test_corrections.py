"""更正日期 in the browser without JavaScript: asked with a file, decided by the head."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.models.time import correction
from server.services.context import Tools
from tests.factories import site
from tests.factories.filed import APPLICANT, DESK, DESK_HEAD, STRANGER, Filed

Enter = Callable[[str], FlaskClient]


def test_the_desk_asks_and_the_head_approves(
    enter: Enter, filed: Filed, filed_tools: Tools
) -> None:
    desk, head = enter(DESK), enter(DESK_HEAD)
    page = text(desk.get(f"/cases/{filed.open}"))
    address = f"/cases/{filed.open}/corrections/new?event=accepted"
    assert f'href="{address}"' in page
    form = text(desk.get(address))
    assert "现在记录的日期" in form
    assert 'type="date" max="2026-03-03"' in form

    answer = send(desk, filed.open, form, date="2026-01-30")
    assert answer.status_code == 303
    question = answer.headers["Location"]
    assert "等待决定" in text(desk.get(question))
    assert "批准更正</button>" not in text(desk.get(question))
    board = text(head.get("/board"))
    assert "待决定的日期更正" in board
    assert question in board

    seen = text(head.get(question))
    assert "批准后期限的变化" in seen
    refused = post(head, seen, f"{question}/refuse", answer="")
    assert refused.status_code == 422
    assert "不同意更正的，须写明理由" in text(refused)
    done = post(head, seen, f"{question}/approve", answer="属实")
    assert done.status_code == 303
    assert "已批准" in text(head.get(question))
    page = text(desk.get(f"/cases/{filed.open}"))
    assert "原记" in page
    assert "起算日期由" in page
    again = post(head, seen, f"{question}/approve", answer="属实")
    assert again.status_code == 409
    assert count(filed_tools) == 1


def test_the_same_form_sent_twice_asks_once(enter: Enter, filed: Filed, filed_tools: Tools) -> None:
    desk = enter(DESK)
    form = text(desk.get(f"/cases/{filed.open}/corrections/new?event=accepted"))
    first, again = (send(desk, filed.open, form, date="2026-01-30") for _ in range(2))
    assert first.headers["Location"] == again.headers["Location"]
    assert count(filed_tools) == 1


def test_what_is_wrong_stands_at_its_field_and_the_file_is_kept(enter: Enter, filed: Filed) -> None:
    desk = enter(DESK)
    form = text(desk.get(f"/cases/{filed.open}/corrections/new?event=accepted"))
    answer = send(desk, filed.open, form, date="2026-12-01", reason="写错了")
    page = text(answer)
    assert answer.status_code == 422
    assert 'href="#date"' in page
    assert "日期不得晚于今天" in page
    assert "写错了" in page
    assert "已经上传：登记簿.txt" in page
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept
    data = {"date": "2026-01-30", "reason": "写错了", "kept": kept[1]}
    assert (
        post(desk, page, f"/cases/{filed.open}/corrections", event="accepted", **data).status_code
        == 303
    )


def test_everything_missing_is_told_at_once(enter: Enter, filed: Filed) -> None:
    desk = enter(DESK)
    form = text(desk.get(f"/cases/{filed.open}/corrections/new?event=accepted"))
    answer = post(desk, form, f"/cases/{filed.open}/corrections", event="accepted")
    page = text(answer)
    assert answer.status_code == 422
    for field in ("date", "reason", "evidence"):
        assert f'href="#{field}"' in page


@pytest.mark.parametrize("part", [APPLICANT, STRANGER])
def test_parties_and_strangers_do_not_get_the_form(enter: Enter, filed: Filed, part: str) -> None:
    browser = enter(part)
    answer = browser.get(f"/cases/{filed.open}/corrections/new?event=accepted")
    assert answer.status_code in (403, 404)
    page = browser.get(f"/cases/{filed.open}", follow_redirects=True)
    assert "更正日期" not in text(page)


def test_a_file_of_a_kind_that_is_not_accepted_is_refused_at_its_field(
    enter: Enter, filed: Filed
) -> None:
    desk = enter(DESK)
    form = text(desk.get(f"/cases/{filed.open}/corrections/new?event=accepted"))
    answer = send(desk, filed.open, form, date="2026-01-30", name="程序.exe")
    assert answer.status_code == 422
    assert 'href="#evidence"' in text(answer)


def send(browser: FlaskClient, case_id: str, form: str, **given: str) -> Any:
    once = re.search(r'name="once" value="([^"]+)"', form)
    assert once
    data = {
        "event": "accepted",
        "date": given["date"],
        "reason": given.get("reason", "登记时误录"),
        "once": once[1],
        "csrf_token": token(form),
        "evidence": (BytesIO("收文登记".encode()), given.get("name", "登记簿.txt")),
    }
    return browser.post(
        f"/cases/{case_id}/corrections", data=data, content_type="multipart/form-data"
    )


def post(browser: FlaskClient, page: str, address: str, **given: str) -> Any:
    version = re.search(r'name="version" value="([^"]+)"', page)
    data = {**given, "csrf_token": token(page), **({"version": version[1]} if version else {})}
    return browser.post(address, data=data)


def token(page: str) -> str:
    found = site.TOKEN.search(page)
    assert found
    return found[1]


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def count(tools: Tools) -> int:
    with tools.readers() as session:
        return session.scalar(select(func.count()).select_from(correction)) or 0

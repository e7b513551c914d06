"""The list of limits that ran over, as a page and as a spreadsheet."""

import re
from datetime import datetime
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from server.adapters.packs import read_folder
from server.config import SHIPPED
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.models.audit import AuditEvent
from server.services.context import transaction
from server.services.files import overruns
from server.services.packs import definitions
from tests.factories import site
from tests.factories.tiny import DESK, HEAD, Tiny
from tests.factories.tools import PREPARED

LATE = datetime(2026, 3, 6, 9, 0, tzinfo=CHINA_TIME)


def test_a_head_reads_what_ran_over_and_takes_it_along(tiny: Tiny) -> None:
    case_id = tiny.open()
    reference = tiny.facts(case_id).reference
    browser = signed_in(tiny, HEAD)
    page = browser.get("/board/overruns").get_data(as_text=True)
    for word in (reference, "登记", "案件监督管理室", "仍未办结", "7个工作日"):
        assert word in page, word
    answer = browser.get("/board/overruns.xlsx")
    assert answer.status_code == 200
    sheet = load_workbook(BytesIO(answer.data)).worksheets[0]
    row = [cell.value for cell in sheet[5]]
    assert (row[1], row[3], row[7], row[8]) == (reference, "登记", 7, "仍未办结")
    with tiny.tools.readers() as session:
        verbs = session.scalars(
            select(AuditEvent.text).where(AuditEvent.verb == "overruns.export")
        ).all()
    assert len(verbs) == 1
    assert reference not in verbs[0]


def test_where_nothing_ran_over_the_page_says_so(tiny: Tiny) -> None:
    page = signed_in(tiny, HEAD).get("/board/overruns?page=0").get_data(as_text=True)
    assert "没有超过期限的事项" in page
    assert "导出表格" not in page


def test_it_is_for_heads_alone(tiny: Tiny) -> None:
    browser = signed_in(tiny, DESK)
    for address in ("/board/overruns", "/board/overruns.xlsx"):
        assert browser.get(address).status_code == 403


def test_a_case_is_begun_from_a_line_with_what_the_line_says(tiny: Tiny) -> None:
    reference = tiny.facts(tiny.open()).reference
    assert "提起责任倒查" not in signed_in(tiny, HEAD).get("/board/overruns").text
    with transaction(tiny.tools, SYSTEM, PREPARED) as ctx:
        definitions.publish(ctx, read_folder(SHIPPED / "processes" / "reverse_accountability"))
    browser = signed_in(tiny, HEAD)
    found = re.search(r'href="(/start/reverse_accountability\?overrun=[^"]+)"', shown(browser))
    assert found
    address = found[1]
    assert reference in browser.get(address).text
    data = browser.get(address.replace("?", "/form.json?")).get_json()["data"]
    assert data["source_reference"] == reference
    assert [row["overrun_reference"] for row in data["overruns"]] == [reference]
    assert (data["concerned_kind"], data["managed_by"]) == ("unit", "county")
    for path in ("", "/form.json"):
        strange = f"/start/reverse_accountability{path}?overrun=nobody"
        assert browser.get(strange).status_code == 404
    stranger = signed_in(tiny, DESK)
    assert stranger.get(address).status_code == 404


def test_more_than_one_export_may_hold_is_refused(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.open()
    monkeypatch.setattr(overruns, "MOST_ROWS", 0)
    answer = signed_in(tiny, HEAD).get("/board/overruns.xlsx")
    assert answer.status_code == 422
    assert "不能一次导出" in answer.get_data(as_text=True)


def shown(browser: FlaskClient) -> str:
    """The list as a page."""
    return browser.get("/board/overruns").get_data(as_text=True)


def signed_in(tiny: Tiny, login: str) -> FlaskClient:
    """The browser of this person, after the limit ran over."""
    return site.signed_in(site.served(tiny.tools, site.Clock(LATE)), login)

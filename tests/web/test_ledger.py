"""The ledger: what an office handles, as a list and as a spreadsheet."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import event, select, update

from server.models.audit import AuditEvent
from server.models.case import subject
from server.services.context import Tools
from server.services.files import ledgers
from tests.factories import site
from tests.factories.filed import (
    APPLICANT,
    ARCHIVE,
    CONSULTED,
    DESK,
    LEADER,
    STRANGER,
    TEAM,
    Filed,
)

SignIn = Callable[[str], FlaskClient]

#: who finds the cases in his ledger: those who handle them
MATRIX = {
    DESK: 2,
    TEAM: 2,
    LEADER: 2,
    APPLICANT: 0,
    CONSULTED: 0,
    ARCHIVE: 0,
    STRANGER: 0,
}


def test_the_results_to_choose_from_are_those_of_the_rules_with_their_words(enter: SignIn) -> None:
    page = enter(DESK).get("/ledger").text
    assert '<option value="excluded">排除</option>' in page
    assert '<option value="withdrawn">申请人撤回</option>' in page
    assert '<option value="cleared">' not in page


@pytest.mark.parametrize("login", MATRIX)
def test_the_ledger_and_its_spreadsheet_hold_what_the_offices_of_somebody_handle(
    login: str, enter: SignIn
) -> None:
    client, expected = enter(login), MATRIX[login]
    page = client.get("/ledger").get_data(as_text=True)
    assert page.count('scope="row"') == expected
    assert rows_of(client) == expected


@pytest.mark.parametrize("kind", ["system_admin", "security_admin", "audit_admin", "designer"])
def test_administrators_and_designers_have_no_ledger(kind: str, enter: SignIn) -> None:
    client = enter(f"p.{kind}.head")
    assert client.get("/ledger").status_code == 403
    assert client.get("/ledger.xlsx").status_code == 403


def test_a_row_tells_the_days_and_the_result(enter: SignIn, filed: Filed) -> None:
    headings, *rows = list_of(book(enter(DESK)))
    # both cases were opened in the same moment: either may come first
    row = next(each for each in rows if "宛容〔2026〕1号" in each)
    cells = {heading: cell for heading, cell in zip(headings, row, strict=True) if cell is not None}
    assert cells["编号"] == "宛容〔2026〕1号"
    assert cells["申请人"] == cells["当事人"] == filed.name
    assert cells["结果"] == "不予追究责任"
    assert cells["状态"] == "已办结"
    assert "提出拟办意见 2026-03-09 按期" in cells["法定期限"]
    assert cells["承办机构"] == "案件监督管理室"
    for day in ("提出日期", "受理日期", "审批日期", "调查开始", "决定日期", "反馈日期", "归档日期"):
        assert cells[day].date().isoformat() == "2026-03-02"
    assert "逾期的期限" not in cells


def test_filters_narrow_the_list_and_the_spreadsheet_alike(enter: SignIn) -> None:
    client = enter(DESK)
    for narrowed, expected in (
        ("status=closed", 1),
        ("outcome=no_pursuit", 1),
        ("outcome=lenient", 0),
        ("procedure=nanyang_five_step", 2),
        ("procedure=chuzhou_four_step", 0),
        ("from_on=2026-03-02&to_on=2026-03-02", 2),
        ("from_on=2026-03-03", 0),
        ("to_on=2026-03-01", 0),
        ("unit_id=nobody", 0),
        ("outcome=%00", 0),
    ):
        page = client.get(f"/ledger?{narrowed}").get_data(as_text=True)
        assert page.count('scope="row"') == expected, narrowed
        assert rows_of(client, narrowed) == expected, narrowed


def test_a_day_that_is_none_is_refused_with_its_form(enter: SignIn) -> None:
    answer = enter(DESK).get("/ledger?from_on=2026-13-01")
    assert answer.status_code == 422
    assert "2026-03-01" in answer.get_data(as_text=True)


def test_an_export_needs_the_password_again(enter: SignIn, late: site.Clock) -> None:
    client = enter(DESK)
    late.forward(minutes=16)
    assert client.get("/ledger").status_code == 200
    assert client.get("/ledger.xlsx").status_code in (302, 303)


def test_an_export_is_on_record_with_its_serial_and_says_who_made_it(
    enter: SignIn, filed: Filed, filed_tools: Tools
) -> None:
    page = book(enter(DESK))
    with filed_tools.readers() as session:
        text = session.scalars(
            select(AuditEvent.text).where(AuditEvent.verb == "ledger.export")
        ).one()
    serial = text.partition('"serial":"')[2][:12]
    assert serial in str(page["A2"].value)
    assert "导出" in str(page["A2"].value)
    assert filed.name not in text


def test_a_download_is_an_attachment_that_runs_nothing(enter: SignIn) -> None:
    answer = enter(DESK).get("/ledger.xlsx")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_name_that_looks_like_a_formula_is_a_name(enter: SignIn, filed_tools: Tools) -> None:
    with filed_tools.database.begin() as connection:
        connection.execute(update(subject).values(name='=HYPERLINK("http://a","b")'))
    page = book(enter(DESK))
    assert page["D5"].value == '=HYPERLINK("http://a","b")'
    assert page["D5"].data_type == "s"


def test_more_than_an_export_may_hold_is_refused_with_what_to_do(
    enter: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "MOST_ROWS", 1)
    answer = enter(DESK).get("/ledger.xlsx")
    assert answer.status_code == 422
    assert "缩短期间" in answer.get_data(as_text=True)


def test_the_ledger_costs_the_same_however_long_it_is(enter: SignIn, filed_tools: Tools) -> None:
    client, counts = enter(DESK), []
    client.get("/ledger")
    for narrowed in ("", "?status=closed"):
        asked: list[str] = []

        def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
            asked.append(statement)  # noqa: B023  # called within this round

        event.listen(filed_tools.database, "before_cursor_execute", note)
        client.get(f"/ledger{narrowed}")
        event.remove(filed_tools.database, "before_cursor_execute", note)
        counts.append(len([each for each in asked if each.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 30


def rows_of(client: FlaskClient, narrowed: str = "") -> int:
    return max(len(list_of(book(client, narrowed))) - 1, 0)


def list_of(page: Worksheet) -> list[tuple[Any, ...]]:
    """The headings and the rows."""
    return list(page.iter_rows(min_row=4, values_only=True))


def book(client: FlaskClient, narrowed: str = "") -> Worksheet:
    answer = client.get(f"/ledger.xlsx?{narrowed}")
    assert answer.status_code == 200
    return load_workbook(BytesIO(answer.data))["容错台账"]

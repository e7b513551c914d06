"""The pages of the working calendar: years, the missing one, a notice seen before it is taken."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.domain.access import SYSTEM
from server.services.calendar import calendar_gaps
from server.services.calendar.calendar_gaps import Gap
from server.services.context import Tools, reading, transaction
from server.services.identity import people
from server.services.verbs import cases
from tests.factories import site as factory

SignIn = Callable[[str], FlaskClient]

ADMIN = "p.system_admin.head"
DECEMBER = datetime(2026, 12, 29, 1, 0, tzinfo=UTC)

TYPED: Mapping[str, str] = {
    "year": "2027",
    "source": "国务院办公厅关于2027年部分节假日安排的通知",
    "published_on": "2026-11-05",
    "days_off": "2027-01-01至2027-01-03\n2027-02-05..2027-02-11\n",
    "makeup_workdays": "2027-02-13",
}
WRONG: Mapping[str, str] = {**TYPED, "days_off": "2027-01-32", "published_on": ""}


def test_the_published_years_come_with_their_notice(sign_in: SignIn) -> None:
    page = text(sign_in(ADMIN), "/calendars")

    assert "国务院办公厅关于2026年部分节假日安排的通知" in page
    assert "2025-11-04（周二）" in page
    assert "248" in page
    assert "2月15日—23日" in page
    assert "尚未导入" not in page


def test_a_year_is_drawn_with_its_rest_and_make_up_days(sign_in: SignIn) -> None:
    page = text(sign_in(ADMIN), "/calendars/2026")

    assert page.count("<table>") == 12
    assert page.count("休</small>") == 33
    assert page.count("班</small>") == 6
    assert sign_in(ADMIN).get("/calendars/2031").status_code == 404


@pytest.mark.parametrize("login", ["county1.case_supervision.head", "p.security_admin.head"])
def test_nobody_but_the_system_administrator_comes_here(sign_in: SignIn, login: str) -> None:
    client = sign_in(login)

    assert client.get("/calendars").status_code == 403
    assert sent(client, "/calendars/import", TYPED, "/me").status_code == 403


def test_from_november_on_next_year_is_missed_with_the_periods_that_wait(
    sign_in: SignIn, clock: factory.Clock, demo_tools: Tools
) -> None:
    clock.moment = DECEMBER
    file_case(demo_tools, DECEMBER)
    page = text(sign_in(ADMIN), "/calendars")

    assert "2027年放假安排尚未导入，1项期限待定" in page


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 10, 31), None),
        (date(2026, 11, 1), Gap(year=2027, waiting=0)),
        (date(2027, 1, 4), Gap(year=2027, waiting=0)),
    ],
)
def test_the_gap_begins_in_november_and_stays_into_the_year(
    demo_tools: Tools, day: date, expected: Gap | None
) -> None:
    moment = datetime(day.year, day.month, day.day, 4, 0, tzinfo=UTC)
    with reading(demo_tools, SYSTEM, moment) as ctx:
        assert calendar_gaps.missing_year(ctx) == expected


def test_a_typed_notice_is_seen_with_what_it_moves_before_it_is_taken(
    sign_in: SignIn, clock: factory.Clock, demo_tools: Tools
) -> None:
    clock.moment = DECEMBER
    file_case(demo_tools, DECEMBER)
    client = sign_in(ADMIN)
    answer = sent(client, "/calendars/preview", TYPED)
    page = answer.get_data(as_text=True)

    assert answer.status_code == 200
    assert "新的年份" in page
    assert "受理登记" in page
    assert "2027-01-06（周三）" in page
    assert "宛容" not in page
    assert "2027年" not in text(client, "/calendars").split('id="import"')[0].replace(
        "2027年放假安排尚未导入", ""
    )


def test_a_confirmed_notice_settles_what_waited_and_says_so_by_procedure(
    sign_in: SignIn, clock: factory.Clock, demo_tools: Tools
) -> None:
    clock.moment = DECEMBER
    file_case(demo_tools, DECEMBER)
    client = sign_in(ADMIN)
    notice = notice_in(sent(client, "/calendars/preview", TYPED).get_data(as_text=True))
    answer = sent(client, "/calendars/import", {"file": "填写", "notice": notice})
    page = text(client, "/calendars")

    assert answer.status_code == 303
    assert "已导入2027年放假安排，重新计算后有1项期限改变：南阳五步程序1项" in page
    assert "尚未导入" not in page
    assert "2月5日—11日" in page


def test_the_file_of_the_command_line_is_taken_as_well(sign_in: SignIn) -> None:
    client = sign_in(ADMIN)
    content = (
        "{year: 2027, source: 通知, published_on: 2026-11-05,"
        " days_off: [2027-01-01..2027-01-03], makeup_workdays: []}"
    )
    given = {"file": (BytesIO(content.encode()), "2027.yaml")}
    page = sent(client, "/calendars/preview", given).get_data(as_text=True)

    assert "2027.yaml" in page
    assert "没有正在计算的期限受影响" in page


def test_every_problem_of_a_notice_stands_at_its_field_with_what_was_typed(
    sign_in: SignIn,
) -> None:
    answer = sent(sign_in(ADMIN), "/calendars/preview", WRONG)
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert 'href="#days_off"' in page
    assert 'href="#published_on"' in page
    assert "2027-01-32" in page


def test_a_notice_that_is_too_large_or_no_notice_is_refused(sign_in: SignIn) -> None:
    client = sign_in(ADMIN)
    large = {"file": (BytesIO(b"x" * 70_000), "2027.yaml")}
    broken = {"file": (BytesIO(b"[["), "2027.yaml")}

    assert sent(client, "/calendars/preview", large).status_code == 422
    assert sent(client, "/calendars/preview", broken).status_code == 422
    assert sent(client, "/calendars/import", {"notice": "[["}).status_code == 422


def test_the_same_notice_again_changes_nothing(sign_in: SignIn) -> None:
    client = sign_in(ADMIN)
    for _n in range(2):
        given = {"file": "x.yaml", "notice": NOTICE}
        assert sent(client, "/calendars/import", given).status_code == 303

    assert "与已有的日历相同，没有改变" in text(client, "/calendars")
    assert "与已有的日历相同" in sent(client, "/calendars/preview", {"notice": NOTICE}).get_data(
        as_text=True
    )


NOTICE = (
    "{year: 2027, source: 通知, published_on: 2026-11-05,"
    " days_off: [2027-01-01], makeup_workdays: []}"
)


def file_case(tools: Tools, now: datetime) -> None:
    with reading(tools, SYSTEM, now) as ctx:
        applicant = people.actor(ctx, "county1.housing_works.1")
    with transaction(tools, applicant, now) as ctx:
        given = {"applicant_kind": "person", "managed_by": "county"}
        cases.open_case(ctx, "nanyang_five_step", given)


def notice_in(page: str) -> str:
    inside = page.split('name="notice">')[1].split("</textarea>")[0]
    return inside.replace("&#34;", '"')


def sent(
    client: FlaskClient, address: str, given: Mapping[str, Any], at: str = "/calendars"
) -> Any:
    token = factory.token(client, at)
    return client.post(address, data={**given, "csrf_token": token})


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)

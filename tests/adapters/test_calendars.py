"""Notices as YAML: read whole or refused whole, with every problem named."""

from datetime import date
from pathlib import Path

import pytest

from server.adapters import calendars

GOOD = """
year: 2027
source: 国务院办公厅关于2027年部分节假日安排的通知
published_on: 2026-11-04
days_off: [2027-01-01..2027-01-03, "2027-02-06"]
makeup_workdays: [2027-02-07]
"""


def test_a_notice_is_read_with_both_ends_of_a_range() -> None:
    years, findings = calendars.read_years("2027.yaml", GOOD.encode())

    assert findings == []
    assert len(years) == 1
    assert years[0].year == 2027
    assert years[0].days_off == {
        date(2027, 1, 1),
        date(2027, 1, 2),
        date(2027, 1, 3),
        date(2027, 2, 6),
    }
    assert years[0].makeup_workdays == {date(2027, 2, 7)}
    assert years[0].published_on == date(2026, 11, 4)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2027-01-01..2027-01-03", "2026-10-01", "CALENDAR_WRONG_YEAR"),
        ("2027-01-01..2027-01-03", "2026-12-30..2027-01-03", "CALENDAR_WRONG_YEAR"),
        ("2027-01-01..2027-01-03", "2027-01-03..2027-01-01", "CALENDAR_RANGE_REVERSED"),
        ("2027-01-01..2027-01-03", "2027-01-01..2029-01-03", "CALENDAR_RANGE_TOO_LONG"),
        ("2027-01-01..2027-01-03", "元旦", "CALENDAR_DATE"),
        ("2027-01-01..2027-01-03", "2027-01-01 08:00:00", "CALENDAR_DATE"),
        ("2027-01-01..2027-01-03", "20270101", "CALENDAR_DATE"),
        ("2027-01-01..2027-01-03", "2027-W01-1", "CALENDAR_DATE"),
        ("2027-01-01..2027-01-03", "2027-01-01..2027-13-03", "CALENDAR_DATE"),
        ("2027-01-01..2027-01-03", "2027-02-06", "CALENDAR_DAY_TWICE"),
        ("[2027-02-07]", "[2027-01-02]", "CALENDAR_OVERLAP"),
        ("[2027-02-07]", "[2027-02-08]", "CALENDAR_MAKEUP_WEEKDAY"),
        ("[2027-02-07]", "2027-02-07", "CALENDAR_LIST"),
        ("makeup_workdays:", "makeup_workday:", "CALENDAR_UNKNOWN_KEY"),
        ("makeup_workdays: [2027-02-07]", "", "CALENDAR_MISSING"),
        ("days_off:", "off:", "CALENDAR_OFF_KEY"),
        ("days_off: [2027-01-01..2027-01-03,", "days_off: [] #", "CALENDAR_DAYS_OFF"),
        ("year: 2027", "year: 二〇二七", "CALENDAR_YEAR"),
        ("year: 2027", "year: true", "CALENDAR_YEAR"),
        ("year: 2027", "year: 3027", "CALENDAR_YEAR"),
        ("source: 国务院办公厅关于2027年部分节假日安排的通知", "source: 1", "CALENDAR_SOURCE"),
        ("published_on: 2026-11-04", "published_on: 去年", "CALENDAR_PUBLISHED_ON"),
        ("days_off: [", "days_off: {", "YAML_SYNTAX"),
    ],
)
def test_a_mistake_is_named_and_no_year_comes_out(old: str, new: str, code: str) -> None:
    assert old in GOOD

    years, findings = calendars.read_years("2027.yaml", GOOD.replace(old, new).encode())

    assert years == ()
    assert code in {finding.code for finding in findings}
    assert all(finding.message and finding.fix for finding in findings)
    assert all(finding.file == "2027.yaml" for finding in findings)


def test_all_problems_are_reported_at_once() -> None:
    text = GOOD.replace("2027-01-01..", "2027-01-09..").replace("[2027-02-07]", "[2027-02-08]")

    _years, findings = calendars.read_years("2027.yaml", text.encode())

    assert {finding.code for finding in findings} == {
        "CALENDAR_RANGE_REVERSED",
        "CALENDAR_MAKEUP_WEEKDAY",
    }


@pytest.mark.parametrize("content", [GOOD.encode("gb18030"), GOOD.encode("utf-16")])
def test_another_encoding_than_utf8_is_refused(content: bytes) -> None:
    years, findings = calendars.read_years("2027.yaml", content)

    assert years == ()
    assert [finding.code for finding in findings] == ["YAML_ENCODING"]


@pytest.mark.parametrize(
    ("content", "code"), [("", "CALENDAR_SHAPE"), ("[]", "CALENDAR_EMPTY"), ("5", "CALENDAR_SHAPE")]
)
def test_a_file_without_a_notice_is_refused(content: str, code: str) -> None:
    years, findings = calendars.read_years("x.yaml", content.encode())

    assert years == ()
    assert [finding.code for finding in findings] == [code]


def test_a_year_given_twice_in_one_file_is_refused() -> None:
    entry = "- " + GOOD.strip().replace("\n", "\n  ") + "\n"

    _years, findings = calendars.read_years("x.yaml", (entry * 2).encode())

    assert [finding.code for finding in findings] == ["CALENDAR_YEAR_TWICE"]


def test_a_folder_gives_its_calendars_by_name(tmp_path: Path) -> None:
    (tmp_path / "cn.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("year: 5", encoding="utf-8")

    found, findings = calendars.read_folder(tmp_path)

    assert found["cn"].covers(2027)
    assert {finding.file for finding in findings} == {"bad.yaml"}

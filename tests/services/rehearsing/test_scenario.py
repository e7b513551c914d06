from datetime import datetime

import pytest

from server.domain.calendar import CHINA_TIME
from server.services.rehearsing.scenario import Scenario, read

WHOLE = """
title: 一个演练
procedure: tiny_matter
now: 2026-02-12T09:00+08:00
settings: {weight: 2}
start:
  as: applicant
  with: {managed_by: county, day: 2026-02-12}
  expect: {open: [register]}
steps:
- expect: {office: desk}
- do: register
  as: desk.head
  level: city
  item: one
  at: 2026-02-12T10:00:00+08:00
  with: {registered: refuse, when: 2026-02-12T10:00:00+08:00}
  refused: 422
  problems: [reason]
- until: 2026-02-13T09:00+08:00
- deliver: {message: came, from: desk, with: {weight: 1}}
- stop: {deadline: registration, reason: illness}
  as: desk
- extend: {deadline: registration, n: 2}
  as: desk.head
expect: {status: open}
"""


def test_a_whole_scenario_is_read_in_order() -> None:
    scenario = good(WHOLE)
    assert [step.act for step in scenario.steps] == [
        "",
        "do",
        "until",
        "deliver",
        "stop",
        "extend",
    ]
    assert scenario.now == datetime(2026, 2, 12, 9, 0, tzinfo=CHINA_TIME)
    assert scenario.settings == {"weight": 2}
    assert scenario.expect == {"status": "open"}
    assert scenario.start.expect == {"open": ["register"]}


def test_dates_of_answers_become_iso_text() -> None:
    scenario = good(WHOLE)
    assert scenario.start.answers["day"] == "2026-02-12"
    assert scenario.steps[1].answers["when"] == "2026-02-12T10:00:00+08:00"


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("invalid", "invalid"),
        ("403", "forbidden"),
        ("404", "not_found"),
        ("conflict", "conflict"),
    ],
)
def test_a_refusal_is_named_by_its_word_or_number(word: str, code: str) -> None:
    scenario = good(WHOLE.replace("refused: 422", f"refused: {word}"))
    assert scenario.steps[1].refused == code


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("title:", "titel:", "titel"),
        ("  as: applicant", "  by: applicant", "start.by"),
        ("  problems:", "  problem:", "steps[1].problem"),
        ("{status: open}", "{state: open}", "expect.state"),
        ("{office: desk}", "{offic: desk}", "steps[0].expect.offic"),
        ("from: desk,", "form: desk,", "steps[3].deliver.form"),
        ("n: 2", "m: 2", "steps[5].extend.m"),
    ],
)
def test_an_unknown_key_is_refused_with_its_place(old: str, new: str, place: str) -> None:
    assert place in places(WHOLE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("now: 2026-02-12T09:00+08:00", "now: 2026-02-12", "now"),
        ("now: 2026-02-12T09:00+08:00", "now: tomorrow", "now"),
        ("now: 2026-02-12T09:00+08:00\n", "", "now"),
        ("procedure: tiny_matter\n", "", "procedure"),
        ("  as: desk.head\n  level", "  level", "steps[1].as"),
        ("refused: 422", "refused: perhaps", "steps[1].refused"),
        ("message: came, ", "", "steps[3].deliver.message"),
        ("- expect: {office: desk}", "- as: desk", "steps[0]"),
        ("- until:", "- do: x\n  as: y\n  until:", "steps[2]"),
    ],
)
def test_a_missing_or_wrong_entry_is_refused_with_its_place(old: str, new: str, place: str) -> None:
    assert place in places(WHOLE.replace(old, new))


def test_all_problems_come_at_once() -> None:
    found = places(WHOLE.replace("title:", "titel:").replace("refused: 422", "refused: no"))
    assert {"titel", "steps[1].refused"} <= set(found)


@pytest.mark.parametrize("content", [b"", b"a: [", b"- 1", b"\xff\xfe", b"now: &a 1\nb: *a"])
def test_what_is_no_scenario_is_refused_in_words(content: bytes) -> None:
    scenario, findings = read("x.yaml", content)
    assert scenario is None
    assert all(finding.message and finding.file == "x.yaml" for finding in findings)


def test_a_start_is_required() -> None:
    assert "start" in places("procedure: a\nnow: 2026-02-12T09:00+08:00\n")


def test_a_calendar_notice_is_kept_as_it_was_written() -> None:
    notice = "- import_calendar: {year: 2027, days_off: [2027-01-01..2027-01-03]}\n"
    step = good(WHOLE.replace("steps:\n", f"steps:\n{notice}")).steps[0]
    assert b"2027-01-01..2027-01-03" in step.target


def good(text: str) -> Scenario:
    scenario, findings = read("x.yaml", text.encode())
    assert findings == []
    assert scenario is not None
    return scenario


def places(text: str) -> list[str]:
    _scenario, findings = read("x.yaml", text.encode())
    return [".".join(filter(None, (found.element, found.field))) for found in findings]

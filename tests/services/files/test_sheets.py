"""What one task shows, to whom."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event

from server.domain.calendar import CHINA_TIME
from server.domain.errors import NotFound
from server.services.context import reading
from server.services.files import sheets
from server.services.files.sheets import Sheet
from server.services.verbs import work
from tests.factories.tiny import (
    ACCEPT,
    APPLICANT,
    AUDIT,
    COLLEAGUE,
    DESK,
    HEAD,
    NOW,
    STRANGER,
    Tiny,
)


def test_the_office_sees_what_is_asked_and_may_claim(tiny: Tiny) -> None:
    sheet = of(tiny, DESK, tiny.item(tiny.open(), "register").id)

    assert sheet.key == "register"
    assert sheet.actions == ("claim", "cc", "comment")
    assert sheet.form is not None
    assert not sheet.form.is_open
    assert sheet.case.reference
    assert [line.kind for line in sheet.case.subjects]


def test_whoever_claimed_may_complete_and_release_and_his_colleague_is_told_who_has_it(
    tiny: Tiny,
) -> None:
    item = tiny.item(tiny.open(), "register").id
    tiny.act(DESK, lambda ctx: work.claim(ctx, item))

    mine, his = of(tiny, DESK, item), of(tiny, COLLEAGUE, item)

    assert mine.actions[:2] == ("release", "complete")
    assert mine.form is not None
    assert mine.form.is_open
    assert mine.is_mine
    assert his.actions == ("cc", "comment")
    assert his.hindrance == "该待办已由他人签收"
    assert his.assignee == mine.assignee


def test_a_stranger_and_the_party_do_not_find_the_task_of_the_desk(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register").id
    for login in (STRANGER, APPLICANT):
        with pytest.raises(NotFound):
            of(tiny, login, item)


def test_an_id_that_is_none_is_not_found(tiny: Tiny) -> None:
    for item in ("nothing", "a\x00b"):
        with pytest.raises(NotFound):
            of(tiny, DESK, item)


def test_the_clock_of_the_step_comes_with_its_days_and_its_article(tiny: Tiny) -> None:
    case_id = tiny.open()
    sheet = of(tiny, DESK, tiny.item(case_id, "register").id)

    assert sheet.deadline is not None
    assert sheet.deadline.line
    assert sheet.deadline.rule.cited
    assert sheet.deadline.days[0].on == NOW.date()
    assert sum(day.counted for day in sheet.deadline.days) > 0


def test_only_names_that_the_form_reads_leave_the_case(tiny: Tiny) -> None:
    case_id = tiny.open()
    sheet = of(tiny, DESK, tiny.item(case_id, "register").id)

    assert sheet.form is not None
    assert "facts" not in sheet.form.data


def test_opinions_of_earlier_steps_are_read_by_offices_and_never_by_parties(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺合同"})

    party = of(tiny, APPLICANT, tiny.item(case_id, "supplement").id)
    assert party.history.opinions == ()
    assert all(touch.by == name(tiny, APPLICANT) for touch in party.history.touched)

    tiny.do(APPLICANT, case_id, "supplement", {"supplemented": "补"})
    again = of(tiny, DESK, tiny.item(case_id, "register").id)
    assert "抢修道路" in {opinion.text for opinion in again.history.opinions}
    assert len(again.history.touched) == 3


def test_a_second_round_is_shown_what_was_answered_the_first_time(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺合同"})
    tiny.do(APPLICANT, case_id, "supplement", {"supplemented": "补"})

    sheet = of(tiny, DESK, tiny.item(case_id, "register").id)

    assert sheet.form is not None
    assert sheet.form.data["reason"] == "缺合同"


def test_a_consulted_office_reads_no_opinion_of_others(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": ["audit_office"], "reason": "齐"})

    sheet = of(tiny, AUDIT, tiny.item(case_id, "consult").id)

    assert sheet.history.opinions == ()
    assert sheet.actions == ("claim",)
    assert sheet.item is not None


def test_a_done_task_shows_no_verbs(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register").id
    tiny.do(DESK, case_id, "register", ACCEPT)

    sheet = of(tiny, HEAD, item)

    assert sheet.state == "done"
    assert sheet.actions == ("cc", "comment")


def test_an_overdue_task_says_by_how_much(tiny: Tiny) -> None:
    case_id = tiny.open()
    later = datetime(2026, 6, 1, 9, 0, tzinfo=CHINA_TIME)

    sheet = of(tiny, DESK, tiny.item(case_id, "register").id, later)

    assert sheet.deadline is not None
    assert sheet.deadline.due_on is not None
    # the rule counts working days, so what is over is told in working days, as in the lists
    assert sheet.deadline.left_count == -65
    assert sheet.deadline.is_past
    assert sheet.deadline.left == "已逾期65个工作日"


def test_a_sheet_costs_the_same_however_long_the_case_is(tiny: Tiny) -> None:
    case_id = tiny.open()
    first = statements(tiny, tiny.item(case_id, "register").id)
    for _round in range(3):
        tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺合同"})
        tiny.do(APPLICANT, case_id, "supplement", {"supplemented": "补"})

    assert statements(tiny, tiny.item(case_id, "register").id) == first <= 20


def statements(tiny: Tiny, item_id: str) -> int:
    said: list[str] = []
    actor = tiny.actor(DESK)

    def count(*seen: Any) -> None:
        said.append(seen[2])

    event.listen(tiny.tools.database, "before_cursor_execute", count)
    try:
        with reading(tiny.tools, actor, NOW) as ctx:
            sheets.sheet(ctx, item_id)
    finally:
        event.remove(tiny.tools.database, "before_cursor_execute", count)
    return len(said)


def of(tiny: Tiny, login: str, item_id: str, now: datetime = NOW) -> Sheet:
    return tiny.act(login, lambda ctx: sheets.sheet(ctx, item_id), now)


def name(tiny: Tiny, login: str) -> str:
    return tiny.actor(login).name

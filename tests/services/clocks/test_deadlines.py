from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid
from server.models.time import deadline, timer
from server.models.work import work_item
from server.queries.cases import Clock
from server.services.clocks import calendar_imports
from server.services.verbs import timers
from tests.factories.tiny import ACCEPT, APPLICANT, DESK, NOW, Tiny

NEXT_YEAR = """
year: 2027
source: 关于2027年部分节假日安排的通知（测试）
published_on: 2026-11-05
days_off: [2027-01-01..2027-01-03]
makeup_workdays: []
"""


def test_the_clock_starts_with_the_case_and_counts_make_up_days(tiny: Tiny) -> None:
    found = clock(tiny, tiny.open(), "registration")
    assert (found.state, found.origin_on, found.due_on) == (
        "running",
        date(2026, 2, 12),
        date(2026, 2, 26),
    )
    assert "02-14" in found.line or "14" in found.line


def test_the_event_that_meets_it_ends_the_clock_and_its_timers(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    found = clock(tiny, case_id, "registration")
    assert (found.state, found.met_on) == ("met", date(2026, 2, 12))
    assert armed(tiny, case_id) == []


def test_an_entered_day_decides_and_not_the_day_of_the_act(tiny: Tiny) -> None:
    case_id = tiny.open()
    late = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME)
    tiny.do(DESK, case_id, "register", {**ACCEPT, "registered_on": "2026-02-25"}, now=late)
    found = clock(tiny, case_id, "registration")
    assert (found.state, found.met_on) == ("met", date(2026, 2, 25))


def test_a_day_after_the_last_one_is_met_late(tiny: Tiny) -> None:
    case_id = tiny.open()
    late = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME)
    tiny.do(DESK, case_id, "register", ACCEPT, now=late)
    assert clock(tiny, case_id, "registration").state == "met_late"


def test_an_event_never_lies_in_the_future(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(Invalid) as refused:
        tiny.do(DESK, case_id, "register", {**ACCEPT, "registered_on": "2026-02-13"})
    assert [finding.field for finding in refused.value.findings] == ["registered_on"]
    assert tiny.item(case_id, "register").assignee_id == tiny.person(DESK)
    assert clock(tiny, case_id, "registration").state == "running"


def test_a_clock_that_exists_in_some_cases_only_does_not_start_in_others(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.do(DESK, case_id, "verify", {"finding": "属实"})
    tiny.deliver(case_id, "evidence_received", {})
    assert tiny.facts(case_id).clock_of("decision") is None
    assert tiny.item(case_id, "decide").deadline_key == "decision"


def test_a_rule_that_starts_again_opens_a_new_clock_each_time(tiny: Tiny) -> None:
    case_id = tiny.open()
    for _round in range(2):
        tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺"})
        tiny.do(APPLICANT, case_id, "supplement", {"supplemented": "补"})
    found = [each for each in tiny.facts(case_id).clocks if each.rule_key == "supplement"]
    assert [(each.occurrence, each.state) for each in found] == [(1, "met"), (2, "met")]


def test_a_rule_that_keeps_its_clock_is_not_started_again_by_a_return(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺"})
    tiny.do(APPLICANT, case_id, "supplement", {"supplemented": "补"})
    found = [each for each in tiny.facts(case_id).clocks if each.rule_key == "registration"]
    assert [each.state for each in found] == ["running"]
    assert work_due_on(tiny, case_id) == date(2026, 2, 26)


def test_a_closed_case_has_no_clock_running(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺"})
    timers.sweep(tiny.tools, NOW + timedelta(days=5))
    tiny.do(DESK, case_id, "register", {"registered": "refuse", "reason": "无关"})
    facts = tiny.facts(case_id)
    assert facts.status == "closed"
    assert {each.rule_key: each.state for each in facts.clocks} == {
        "registration": "met",
        "supplement": "cancelled",
        "renewed": "met",
    }
    assert armed(tiny, case_id) == []


def test_an_unpublished_year_leaves_the_end_open_and_arms_nothing(tiny: Tiny) -> None:
    case_id = tiny.open(now=datetime(2026, 12, 28, 9, 0, tzinfo=CHINA_TIME))
    found = clock(tiny, case_id, "registration")
    assert (found.state, found.due_on) == ("undetermined", None)
    assert found.provisional_on is not None
    assert armed(tiny, case_id) == []


def test_publishing_the_year_counts_open_clocks_again_and_says_so(tiny: Tiny) -> None:
    now = datetime(2026, 12, 28, 9, 0, tzinfo=CHINA_TIME)
    case_id = tiny.open(now=now)
    done = tiny.program(
        lambda ctx: calendar_imports.import_notice(ctx, "2027.yaml", NEXT_YEAR.encode()), now
    )
    found = clock(tiny, case_id, "registration")
    assert done.moved == 1
    assert (found.state, found.due_on, found.provisional_on) == (
        "running",
        date(2027, 1, 5),
        None,
    )
    assert work_due_on(tiny, case_id) == date(2027, 1, 5)
    assert {kind for kind, _at in armed(tiny, case_id)} == {"clock", "rung"}
    with tiny.tools.readers() as session:
        changes = session.scalars(
            select(deadline.c.changes).where(deadline.c.case_id == case_id)
        ).one()
    assert [change["kind"] for change in changes] == ["recompute"]


def test_each_running_clock_has_a_timer_for_its_end_and_each_rung(tiny: Tiny) -> None:
    case_id = tiny.open()
    assert armed(tiny, case_id) == [
        ("clock", datetime(2026, 2, 27, 0, 0, tzinfo=CHINA_TIME)),
        ("rung", datetime(2026, 2, 25, 8, 30, tzinfo=CHINA_TIME)),
        ("rung", datetime(2026, 2, 27, 8, 30, tzinfo=CHINA_TIME)),
        ("rung", datetime(2026, 2, 28, 8, 30, tzinfo=CHINA_TIME)),
    ]


def clock(tiny: Tiny, case_id: str, rule_key: str) -> Clock:
    found = tiny.facts(case_id).clock_of(rule_key)
    assert found is not None
    return found


def armed(tiny: Tiny, case_id: str) -> list[tuple[str, datetime]]:
    with tiny.tools.readers() as session:
        rows = session.execute(
            select(timer.c.kind, timer.c.due_at)
            .where(timer.c.case_id == case_id, timer.c.state == "armed", timer.c.kind != "engine")
            .order_by(timer.c.kind, timer.c.due_at)
        ).all()
    return [(row.kind, row.due_at) for row in rows]


def work_due_on(tiny: Tiny, case_id: str) -> date | None:
    with tiny.tools.readers() as session:
        found: date | None = session.scalar(
            select(work_item.c.due_on).where(
                work_item.c.case_id == case_id,
                work_item.c.node_key == "register",
                work_item.c.state == "offered",
            )
        )
    return found

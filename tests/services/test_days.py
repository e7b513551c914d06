"""The day and the minute that count: last moments, late entries, late sweeps, clocks that jump."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select, update

from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid
from server.models.time import deadline, timer
from server.services.clocks import calendar_imports
from server.services.packs import definitions
from server.services.verbs import timers
from tests.factories.invariants import violations
from tests.factories.tiny import ACCEPT, DESK, NOW, Tiny

#: the last moment of the registration, and the first one after it
LAST = datetime(2026, 2, 26, 23, 59, 59, tzinfo=CHINA_TIME)
OVER = datetime(2026, 2, 27, 0, 0, 0, tzinfo=CHINA_TIME)


@pytest.mark.parametrize(("moment", "state"), [(LAST, "met"), (OVER, "met_late")])
def test_the_last_second_is_in_time_and_the_next_is_not(
    tiny: Tiny, moment: datetime, state: str
) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT, now=moment)
    assert clock(tiny, case_id)[0] == state


@pytest.mark.parametrize("swept", [True, False])
def test_a_sweep_before_the_act_does_not_change_what_was_late(tiny: Tiny, swept: bool) -> None:
    case_id = tiny.open()
    if swept:
        timers.sweep(tiny.tools, OVER)
    tiny.do(DESK, case_id, "register", ACCEPT, now=OVER)
    assert clock(tiny, case_id)[0] == "met_late"


@pytest.mark.parametrize("hours", [0, 14, -11])
def test_a_moment_is_the_same_in_every_zone(tiny: Tiny, hours: int) -> None:
    case_id = tiny.open()
    elsewhere = timezone(timedelta(hours=hours))
    tiny.do(DESK, case_id, "register", ACCEPT, now=LAST.astimezone(elsewhere))
    assert clock(tiny, case_id) == ("met", date(2026, 2, 26), date(2026, 2, 26))


def test_what_was_handed_in_in_time_and_recorded_late_is_in_time(tiny: Tiny) -> None:
    case_id = tiny.open()
    timers.sweep(tiny.tools, OVER)
    given = {**ACCEPT, "registered_on": "2026-02-26"}
    tiny.do(DESK, case_id, "register", given, now=OVER + timedelta(days=1))
    assert clock(tiny, case_id) == ("met", date(2026, 2, 26), date(2026, 2, 26))


def test_a_day_in_the_future_is_refused_and_today_is_not(tiny: Tiny) -> None:
    case_id = tiny.open()
    late = datetime(2026, 2, 12, 23, 59, tzinfo=CHINA_TIME)
    with pytest.raises(Invalid) as refused:
        tiny.do(DESK, case_id, "register", {**ACCEPT, "registered_on": "2026-02-13"}, now=late)
    assert [finding.field for finding in refused.value.findings] == ["registered_on"]
    tiny.do(DESK, case_id, "register", {**ACCEPT, "registered_on": "2026-02-12"}, now=late)


def test_midnight_in_china_is_the_day_that_counts(tiny: Tiny) -> None:
    just_after = datetime(2026, 2, 12, 16, 0, 0, tzinfo=UTC)
    case_id = tiny.open(now=just_after)
    assert row(tiny, case_id).origin_on == date(2026, 2, 13)


def test_an_unknown_end_fires_nothing_until_the_year_is_known_and_is_logged_then(
    tiny: Tiny,
) -> None:
    opened = datetime(2026, 12, 25, 9, 0, tzinfo=CHINA_TIME)
    case_id = tiny.open(now=opened)
    found = row(tiny, case_id)
    assert (found.state, found.due_on, found.expires_at) == ("undetermined", None, None)
    assert found.provisional_on == date(2027, 1, 1)
    assert timers.sweep(tiny.tools, opened + timedelta(days=60)).done == []
    published = opened + timedelta(days=1)
    tiny.program(
        lambda ctx: calendar_imports.import_notice(ctx, "2027.yaml", NOTICE.encode()), published
    )
    found = row(tiny, case_id)
    assert (found.state, found.due_on, found.provisional_on) == (
        "running",
        date(2027, 1, 4),
        None,
    )
    assert [change["kind"] for change in found.changes] == ["recompute"]
    assert (found.changes[0]["was_on"], found.changes[0]["due_on"]) == (None, "2027-01-04")
    assert tiny.item(case_id, "register").deadline_key == "registration"
    assert violations(tiny.tools, case_id, published) == []


def test_each_rung_is_told_once_at_half_past_eight(tiny: Tiny) -> None:
    case_id = tiny.open()
    found = []
    moment = datetime(2026, 2, 25, 8, 29, tzinfo=CHINA_TIME)
    while moment.date() < date(2026, 3, 1):
        swept = timers.sweep(tiny.tools, moment)
        found += [moment for done in swept.done if done.kind == "rung"]
        moment += timedelta(minutes=1) if moment.minute < 31 else timedelta(hours=23, minutes=58)
    assert [f"{moment:%m-%d %H:%M}" for moment in found] == [
        "02-25 08:30",
        "02-27 08:30",
        "02-28 08:30",
    ]
    assert violations(tiny.tools, case_id) == []


def test_a_sweep_after_weeks_does_everything_in_order_and_to_the_same_days(tiny: Tiny) -> None:
    end = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME)
    prompt = supplementing(tiny)
    moment = NOW
    while moment <= end:
        timers.sweep(tiny.tools, moment)
        moment += timedelta(hours=1)
    late = supplementing(tiny)
    swept = timers.sweep(tiny.tools, end)
    assert [done.what for done in swept.done if done.kind == "engine"] == ["supplement_over"]
    timers.sweep(tiny.tools, end)  # what the first one began has become due too
    assert days(tiny, late) == days(tiny, prompt)
    assert days(tiny, late)["renewed"] == (date(2026, 2, 16), date(2026, 2, 26), "overdue")
    assert violations(tiny.tools, late, end) == violations(tiny.tools, prompt, end) == []


def test_a_timer_tried_again_after_a_failure_keeps_the_day_it_stands_for(tiny: Tiny) -> None:
    case_id = supplementing(tiny)
    expired = datetime(2026, 2, 16, 0, 0, tzinfo=CHINA_TIME)
    tiny.program(
        lambda ctx: ctx.session.execute(
            update(timer)
            .where(timer.c.element == "supplement_over")
            .values(not_before=expired + timedelta(days=2))
        )
    )
    timers.sweep(tiny.tools, expired)
    assert [each.node_key for each in tiny.facts(case_id).work] == ["supplement"]
    timers.sweep(tiny.tools, expired + timedelta(days=2))
    assert days(tiny, case_id)["renewed"][0] == date(2026, 2, 16)


def test_a_clock_that_jumps_back_fires_nothing_again(tiny: Tiny) -> None:
    case_id = tiny.open()
    timers.sweep(tiny.tools, OVER + timedelta(days=3))
    told = tiny.facts(case_id).notices
    for moment in (NOW, LAST, OVER, OVER + timedelta(days=3)):
        assert timers.sweep(tiny.tools, moment).done == []
    tiny.do(DESK, case_id, "register", ACCEPT, now=LAST)
    assert clock(tiny, case_id)[0] == "met"
    assert tiny.facts(case_id).notices == told
    assert violations(tiny.tools, case_id) == []


def test_a_period_that_ends_before_midnight_is_over_at_its_minute(tiny: Tiny) -> None:
    close(tiny, time(17, 30))
    for minute, state in ((29, "met"), (30, "met_late")):
        case_id = tiny.open()
        moment = datetime(2026, 2, 26, 17, minute, tzinfo=CHINA_TIME)
        assert row(tiny, case_id).expires_at == datetime(2026, 2, 26, 17, 30, tzinfo=CHINA_TIME)
        tiny.do(DESK, case_id, "register", ACCEPT, now=moment)
        assert clock(tiny, case_id)[0] == state
        assert violations(tiny.tools, case_id) == []


NOTICE = """\
year: 2027
source: 国务院办公厅关于2027年部分节假日安排的通知
published_on: 2026-11-03
days_off: [2027-01-01..2027-01-03]
makeup_workdays: []
"""


def clock(tiny: Tiny, case_id: str) -> tuple[str, date | None, date | None]:
    found = tiny.facts(case_id).clock_of("registration")
    assert found is not None
    return found.state, found.due_on, found.met_on


def days(tiny: Tiny, case_id: str) -> dict[str, tuple[date, date | None, str]]:
    """Origin, end and state of every clock."""
    return {
        found.rule_key: (found.origin_on, found.due_on, found.state)
        for found in tiny.facts(case_id).clocks
    }


def row(tiny: Tiny, case_id: str) -> Any:
    with tiny.tools.readers() as session:
        return session.execute(select(deadline).where(deadline.c.case_id == case_id)).one()


def supplementing(tiny: Tiny) -> str:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺材料"})
    return case_id


def close(tiny: Tiny, end_of_day: time) -> None:
    """Let the registration end at this minute of its last day."""
    tiny.program(lambda ctx: definitions.in_force(ctx, "tiny_matter", ctx.today))
    (release_id, release) = next(iter(tiny.tools.releases.items()))
    rule = replace(release.pack.deadlines["registration"], end_of_day=end_of_day)
    changed = {**release.pack.deadlines, "registration": rule}
    pack = replace(release.pack, deadlines=changed)
    tiny.tools.releases[release_id] = replace(release, pack=pack)

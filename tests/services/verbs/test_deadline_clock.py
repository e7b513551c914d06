from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update

from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.models.case import subject
from server.services.context import Context
from server.services.verbs import deadline_clock, timers
from tests.factories.tiny import ACCEPT, APPLICANT, COLLEAGUE, DESK, HEAD, NOW, STRANGER, Tiny

LATER = datetime(2026, 2, 24, 9, 0, tzinfo=CHINA_TIME)


def test_a_stopped_clock_has_no_end_until_it_runs_again(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.act(DESK, stopping(case_id), NOW)
    assert state(tiny, case_id) == ("stopped", None)
    timers.sweep(tiny.tools, NOW + timedelta(days=60))
    assert state(tiny, case_id) == ("stopped", None)
    tiny.act(DESK, lambda ctx: deadline_clock.restart(ctx, case_id, "registration"), LATER)
    assert state(tiny, case_id) == ("running", date(2026, 3, 2))


def test_a_stop_for_a_reason_the_rule_does_not_know_is_refused(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(Invalid):
        tiny.act(
            DESK,
            lambda ctx: deadline_clock.stop(ctx, case_id, "registration", reason="holiday"),
        )


def test_for_whoever_is_recused_there_is_no_clock_to_stop_or_extend(tiny: Tiny) -> None:
    case_id = tiny.open()
    for login in (DESK, HEAD):
        tiny.recuse(case_id, login)
    with pytest.raises(NotFound):
        tiny.act(DESK, stopping(case_id))
    with pytest.raises(NotFound):
        tiny.act(HEAD, lambda ctx: deadline_clock.extend(ctx, case_id, "registration", n=1))
    tiny.act(COLLEAGUE, stopping(case_id))


def test_a_stop_is_for_those_who_hold_the_work(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(Forbidden):
        tiny.act(APPLICANT, stopping(case_id))


def test_who_may_not_see_a_case_learns_nothing_from_its_clocks(tiny: Tiny) -> None:
    seen, closed = tiny.open(), tiny.open()
    tiny.do(DESK, closed, "register", {"registered": "refuse", "reason": "无关"})
    for case_id in (seen, closed, "00000000-0000-0000-0000-000000000000"):
        for rule_key in ("registration", "unheard_of"):
            with pytest.raises(NotFound) as refused:
                tiny.act(STRANGER, stopping(case_id, rule_key))
            assert (refused.value.message, refused.value.detail) == (NotFound().message, "")


def test_a_clock_of_a_closed_case_is_a_conflict_for_who_sees_it(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {"registered": "refuse", "reason": "无关"})
    with pytest.raises(Conflict):
        tiny.act(DESK, stopping(case_id))


def test_nobody_stops_a_clock_in_his_own_matter(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.program(
        lambda ctx: ctx.session.execute(update(subject).values(person_id=tiny.person(DESK)))
    )
    with pytest.raises(Forbidden):
        tiny.act(DESK, stopping(case_id))
    tiny.act(COLLEAGUE, stopping(case_id))


def test_a_reason_that_is_used_up_is_refused(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.act(DESK, stopping(case_id))
    tiny.act(DESK, lambda ctx: deadline_clock.restart(ctx, case_id, "registration"))
    with pytest.raises(Invalid):
        tiny.act(DESK, stopping(case_id))


def test_an_extension_moves_the_end_and_is_approved_by_the_head(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(Forbidden):
        tiny.act(DESK, extending(case_id, 2))
    tiny.act(HEAD, extending(case_id, 2))
    assert state(tiny, case_id) == ("running", date(2026, 2, 28))


def test_an_extension_past_its_limit_or_a_second_one_is_refused(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(Invalid):
        tiny.act(HEAD, extending(case_id, 6))
    tiny.act(HEAD, extending(case_id, 1))
    with pytest.raises(Invalid):
        tiny.act(HEAD, extending(case_id, 1))


def test_the_timers_follow_an_extension(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.act(HEAD, extending(case_id, 5))
    timers.sweep(tiny.tools, datetime(2026, 2, 27, 9, 0, tzinfo=CHINA_TIME))
    assert state(tiny, case_id) == ("running", date(2026, 3, 4))
    timers.sweep(tiny.tools, datetime(2026, 3, 5, 0, 0, tzinfo=CHINA_TIME))
    assert state(tiny, case_id) == ("overdue", date(2026, 3, 4))


def test_a_clock_that_does_not_run_is_not_found(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    with pytest.raises(NotFound):
        tiny.act(DESK, stopping(case_id))


def test_restarting_what_runs_is_a_conflict(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(Conflict):
        tiny.act(DESK, lambda ctx: deadline_clock.restart(ctx, case_id, "registration"))


def stopping(case_id: str, rule_key: str = "registration") -> Callable[[Context], None]:
    return lambda ctx: deadline_clock.stop(ctx, case_id, rule_key, reason="illness")


def extending(case_id: str, n: int) -> Callable[[Context], None]:
    return lambda ctx: deadline_clock.extend(ctx, case_id, "registration", n=n)


def state(tiny: Tiny, case_id: str) -> tuple[str, date | None]:
    found = tiny.facts(case_id).clock_of("registration")
    assert found is not None
    return found.state, found.due_on

"""Limits of the law that ran over stay listed, for those who answer for them or were told."""

from datetime import datetime

from sqlalchemy import update

from server.domain.calendar import CHINA_TIME
from server.models.case import subject
from server.models.time import deadline
from server.services.context import reading
from server.services.files import overruns
from server.services.files.overruns import Line
from server.services.verbs import ticks, timers
from tests.factories.many import copies
from tests.factories.tiny import ACCEPT, DESK, HEAD, NOW, Tiny

LATE = datetime(2026, 3, 6, 9, 0, tzinfo=CHINA_TIME)
#: the organ above has been told
FAR = datetime(2026, 3, 12, 9, 0, tzinfo=CHINA_TIME)
ABOVE = "city1.supervising_organ.head"


def test_what_ran_over_is_listed_while_open_and_after_it_was_done(tiny: Tiny) -> None:
    case_id = tiny.open()
    assert listed(tiny, HEAD, NOW) == []
    (still,) = listed(tiny, HEAD, LATE)
    assert (still.rule, still.overrun.met_on, still.over) == ("登记", None, 7)
    assert still.overrun.offices == ("案件监督管理室",)
    tiny.do(DESK, case_id, "register", ACCEPT, now=LATE)
    (done,) = listed(tiny, HEAD, FAR)
    assert (done.overrun.case_id, str(done.overrun.met_on), done.over) == (case_id, "2026-03-06", 7)


def test_the_round_need_not_have_come_by(tiny: Tiny) -> None:
    tiny.open()
    before = listed(tiny, HEAD, LATE)
    ticks.run_due(tiny.tools, LATE)
    assert listed(tiny, HEAD, LATE) == before


def test_what_was_done_in_time_is_not_listed(tiny: Tiny) -> None:
    tiny.do(DESK, tiny.open(), "register", ACCEPT)
    assert listed(tiny, HEAD, FAR) == []


def test_a_target_that_is_no_law_is_not_listed(tiny: Tiny) -> None:
    tiny.open()
    tiny.program(lambda ctx: ctx.session.execute(update(deadline).values(force="soft")))
    assert listed(tiny, HEAD, LATE) == []


def test_the_organ_above_finds_it_once_a_rung_has_told_it(tiny: Tiny) -> None:
    case_id = tiny.open()
    assert listed(tiny, ABOVE, FAR) == []
    timers.sweep(tiny.tools, FAR)
    assert [line.overrun.case_id for line in listed(tiny, ABOVE, FAR)] == [case_id]


def test_his_own_matter_is_not_on_his_list(tiny: Tiny) -> None:
    tiny.open()
    tiny.program(
        lambda ctx: ctx.session.execute(update(subject).values(person_id=tiny.person(HEAD)))
    )
    assert listed(tiny, HEAD, LATE) == []


def test_others_find_nothing(tiny: Tiny) -> None:
    tiny.open()
    timers.sweep(tiny.tools, FAR)
    for login in (DESK, "county1.petition.head", "county2.case_supervision.head"):
        assert listed(tiny, login, FAR) == [], login


def test_the_list_comes_page_by_page(tiny: Tiny) -> None:
    copies(tiny.tools, tiny.open(), overruns.PAGE)
    first, second = (listed(tiny, HEAD, LATE, number) for number in (1, 2))
    assert (len(first), len(second)) == (overruns.PAGE, 1)
    assert len({line.overrun.deadline_id for line in (*first, *second)}) == overruns.PAGE + 1


def listed(tiny: Tiny, login: str, now: datetime, number: int = 1) -> list[Line]:
    """A page of the list of this person."""
    with reading(tiny.tools, tiny.actor(login, now), now) as ctx:
        found = overruns.page(ctx, number)
    assert found.total is not None
    return list(found.lines)

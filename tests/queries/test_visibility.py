from datetime import datetime

from sqlalchemy import select

from server.domain.calendar import CHINA_TIME
from server.models.case import case
from server.queries.visibility import visible_cases
from server.services.verbs import timers
from tests.factories.tiny import ACCEPT, APPLICANT, AUDIT, COLLEAGUE, DESK, STRANGER, Tiny

SUPERVISOR = "city1.supervising_organ.1"


def test_the_applicant_and_the_office_that_has_work_see_the_case(tiny: Tiny) -> None:
    case_id = tiny.open()
    for login in (APPLICANT, DESK, COLLEAGUE):
        assert seen(tiny, login) == [case_id]


def test_nobody_else_sees_it(tiny: Tiny) -> None:
    tiny.open()
    for login in (STRANGER, AUDIT, SUPERVISOR, "county2.case_supervision.1"):
        assert seen(tiny, login) == []


def test_an_office_sees_the_case_once_it_is_asked(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": ["audit_office"]})
    assert seen(tiny, AUDIT) == [case_id]


def test_the_superior_sees_it_from_the_day_a_rung_reaches_him(tiny: Tiny) -> None:
    case_id = tiny.open()
    timers.sweep(tiny.tools, datetime(2026, 2, 27, 9, 0, tzinfo=CHINA_TIME))
    assert seen(tiny, SUPERVISOR) == []
    timers.sweep(tiny.tools, datetime(2026, 2, 28, 9, 0, tzinfo=CHINA_TIME))
    assert seen(tiny, SUPERVISOR) == [case_id]


def seen(tiny: Tiny, login: str) -> list[str]:
    actor = tiny.actor(login)
    units = [post.unit_id for post in actor.posts]
    with tiny.tools.readers() as session:
        return list(session.scalars(select(case.c.id).where(visible_cases(actor.person_id, units))))

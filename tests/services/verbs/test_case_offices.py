from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select, update

from server.domain.calendar import CHINA_TIME
from server.domain.errors import Forbidden
from server.models.outbox import notification
from server.models.work import work_item
from server.services.case import case_rows
from server.services.context import Context
from server.services.packs import definitions
from server.services.verbs import case_offices, deadline_clock, ticks
from server.services.verbs.case_offices import Answering
from tests.factories.tiny import ACCEPT, APPLICANT, AUDIT, DESK, HEAD, Tiny

SUPPLEMENT = {"registered": "supplement", "reason": "缺材料"}


def test_the_office_that_holds_the_task_answers(tiny: Tiny) -> None:
    case_id = tiny.open()
    assert offices(tiny, case_id, "registration") == ["case_supervision_office"]


def test_another_office_with_open_work_answers_for_a_task_of_people(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": ["audit_office"]})
    tiny.program(
        lambda ctx: ctx.session.execute(
            update(work_item)
            .where(work_item.c.node_key == "verify")
            .values(candidate_unit=None, candidate_role="applicant", deadline_key="supplement")
        )
    )
    assert offices(tiny, case_id, "supplement") == ["audit_office"]


def test_the_office_that_acted_last_answers_when_only_people_have_work(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", SUPPLEMENT)
    with pytest.raises(Forbidden):
        tiny.act(APPLICANT, stopping(case_id))
    tiny.act(DESK, stopping(case_id))
    tiny.act(DESK, lambda ctx: deadline_clock.restart(ctx, case_id, "supplement"))
    with pytest.raises(Forbidden):
        tiny.act(DESK, extending(case_id))
    tiny.act(HEAD, extending(case_id))


def test_the_offices_that_may_open_a_case_answer_when_none_has_acted_yet(tiny: Tiny) -> None:
    case_id = tiny.open(by=AUDIT)
    tiny.program(
        lambda ctx: ctx.session.execute(
            update(work_item).values(candidate_unit=None, candidate_role="applicant")
        )
    )
    assert offices(tiny, case_id, "registration") == ["case_supervision_office"]
    tiny.act(HEAD, lambda ctx: deadline_clock.extend(ctx, case_id, "registration", n=1))


def test_the_head_of_the_office_the_case_is_with_hears_of_an_overdue_applicant(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", SUPPLEMENT)
    ticks.run_due(tiny.tools, datetime(2026, 2, 16, 8, 30, tzinfo=CHINA_TIME))
    with tiny.tools.readers() as session:
        told = session.scalars(
            select(notification.c.recipient_id).where(
                notification.c.label == "case_supervision_office.head"
            )
        ).all()
    assert told == [tiny.person(HEAD)]


def offices(tiny: Tiny, case_id: str, rule_key: str) -> list[str]:
    def ask(ctx: Context) -> list[Answering]:
        case = case_rows.lock(ctx, case_id)
        release = definitions.release(ctx, case.pack_version_id)
        return case_offices.answering(ctx, case, release, rule_key)

    return [each.role for each in tiny.program(ask)]


def stopping(case_id: str) -> Callable[[Context], None]:
    return lambda ctx: deadline_clock.stop(ctx, case_id, "supplement", reason="flood")


def extending(case_id: str) -> Callable[[Context], None]:
    return lambda ctx: deadline_clock.extend(ctx, case_id, "supplement", n=1)

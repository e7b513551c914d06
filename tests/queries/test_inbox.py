from datetime import datetime

from sqlalchemy import event

from server.domain.calendar import CHINA_TIME
from server.queries import inbox
from server.queries.inbox import Entry, View
from server.services import timers, work
from tests.factories.tiny import (
    ACCEPT,
    APPLICANT,
    COLLEAGUE,
    DESK,
    HEAD,
    NOW,
    STRANGER,
    Tiny,
)

OVERDUE = datetime(2026, 2, 27, 0, 0, tzinfo=CHINA_TIME)


def test_new_work_is_in_the_queue_of_everybody_of_the_office(tiny: Tiny) -> None:
    tiny.open()
    for login in (DESK, COLLEAGUE, HEAD):
        assert nodes(entries(tiny, login, "queue")) == ["register"]
    for login in (APPLICANT, STRANGER):
        assert entries(tiny, login, "queue") == ()


def test_claimed_work_is_mine_and_in_nobodys_queue(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    assert nodes(entries(tiny, DESK, "inbox")) == ["register"]
    assert entries(tiny, COLLEAGUE, "inbox") == ()
    assert entries(tiny, COLLEAGUE, "queue") == ()


def test_work_for_heads_is_in_their_queue_alone(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.do(DESK, case_id, "verify", {"finding": "属实"})
    tiny.deliver(case_id, "evidence_received", {})
    assert nodes(entries(tiny, HEAD, "queue")) == ["decide"]
    assert entries(tiny, DESK, "queue") == ()


def test_work_of_the_applicant_is_in_his_queue(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺"})
    assert nodes(entries(tiny, APPLICANT, "queue")) == ["supplement"]
    assert entries(tiny, DESK, "queue") == ()


def test_finished_work_is_done_by_whoever_did_it(tiny: Tiny) -> None:
    tiny.do(DESK, tiny.open(), "register", ACCEPT)
    assert nodes(entries(tiny, DESK, "done")) == ["register"]
    assert entries(tiny, COLLEAGUE, "done") == ()


def test_overdue_work_is_seen_by_those_who_may_see_the_case(tiny: Tiny) -> None:
    tiny.open()
    assert entries(tiny, DESK, "overdue") == ()
    timers.sweep(tiny.tools, OVERDUE)
    assert nodes(entries(tiny, DESK, "overdue")) == ["register"]
    assert nodes(entries(tiny, APPLICANT, "overdue")) == ["register"]
    assert entries(tiny, STRANGER, "overdue") == ()


def test_pages_are_stable_and_the_earliest_due_comes_first(tiny: Tiny) -> None:
    later = tiny.open(now=datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME))
    earlier = tiny.open()
    found = entries(tiny, DESK, "queue")
    assert [entry.case_id for entry in found] == [earlier, later]
    actor = tiny.actor(DESK)
    with tiny.tools.readers() as session:
        pages = [
            inbox.entries(session, actor, "queue", on=NOW.date(), page=page, page_size=1)
            for page in (1, 2, 3)
        ]
    assert [entry.case_id for page in pages for entry in page] == [earlier, later]


def test_a_page_is_one_query_however_long_it_is(tiny: Tiny) -> None:
    for _each in range(3):
        tiny.open()
    asked: list[str] = []
    actor = tiny.actor(DESK)
    with tiny.tools.readers() as session:
        event.listen(
            tiny.tools.database,
            "before_cursor_execute",
            lambda _connection, _cursor, statement, *_rest: asked.append(statement),
        )
        assert len(inbox.entries(session, actor, "queue", on=NOW.date())) == 3
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 1


def entries(tiny: Tiny, login: str, view: View) -> tuple[Entry, ...]:
    actor = tiny.actor(login)
    with tiny.tools.readers() as session:
        return inbox.entries(session, actor, view, on=NOW.date())


def nodes(found: tuple[Entry, ...]) -> list[str]:
    return [entry.node_key for entry in found]

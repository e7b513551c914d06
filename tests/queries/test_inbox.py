from datetime import datetime

from server.domain.calendar import CHINA_TIME
from server.queries import inbox
from server.queries.inbox import Entry, Sheet, View, When
from server.services import work
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
WHEN = When(now=NOW, on=NOW.date(), soon_on=NOW.date())
LATER = When(now=OVERDUE, on=OVERDUE.date(), soon_on=OVERDUE.date())


def test_new_work_is_in_the_queue_of_everybody_of_the_office(tiny: Tiny) -> None:
    tiny.open()
    for login in (DESK, COLLEAGUE, HEAD):
        assert nodes(entries(tiny, login, "queue")) == ["register"]
    for login in (APPLICANT, STRANGER):
        assert entries(tiny, login, "queue") == ()


def test_claimed_work_is_mine_and_in_nobodys_queue(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    assert nodes(entries(tiny, DESK, "mine")) == ["register"]
    assert entries(tiny, COLLEAGUE, "mine") == ()
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
    assert nodes(entries(tiny, DESK, "overdue", LATER)) == ["register"]
    assert nodes(entries(tiny, APPLICANT, "overdue", LATER)) == ["register"]
    assert entries(tiny, STRANGER, "overdue", LATER) == ()


def test_pages_are_stable_and_the_earliest_due_comes_first(tiny: Tiny) -> None:
    later = tiny.open(now=datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME))
    earlier = tiny.open()
    found = entries(tiny, DESK, "queue")
    assert [entry.case_id for entry in found] == [earlier, later]
    actor = tiny.actor(DESK)
    with tiny.tools.readers() as session:
        pages = [
            inbox.page(session, actor, "queue", when=WHEN, sheet=Sheet(number=number, size=1))
            for number in (1, 2, 3)
        ]
    assert [entry.case_id for page in pages for entry in page.items] == [earlier, later]
    assert [page.total for page in pages] == [2, 2, 2]


def entries(tiny: Tiny, login: str, view: View, when: When = WHEN) -> tuple[Entry, ...]:
    actor = tiny.actor(login)
    with tiny.tools.readers() as session:
        return inbox.page(session, actor, view, when=when).items


def nodes(found: tuple[Entry, ...]) -> list[str]:
    return [entry.key for entry in found]

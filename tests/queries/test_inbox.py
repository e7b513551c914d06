from collections import Counter
from datetime import datetime

import pytest
from sqlalchemy import event

from server.domain.calendar import CHINA_TIME
from server.domain.urgency import Urgency
from server.queries import headings, inbox, inbox_choices
from server.queries.inbox import Entry, Filters, Page, Sheet, View, When
from server.services.verbs import work
from tests.factories import lists
from tests.factories.tiny import (
    ACCEPT,
    APPLICANT,
    APPLICATION,
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


def test_the_counts_are_those_of_the_rows(tiny: Tiny) -> None:
    lists.fill(tiny, 45)
    page = queue(tiny)
    found = {kind: page.counts.of(kind) for kind in Urgency if page.counts.of(kind)}
    assert found == {Urgency.OVERDUE: 20, Urgency.SOON: 5, Urgency.NORMAL: 20}
    assert page.total == 45
    assert found == Counter(entry.urgency for entry in page.items)
    for kind in found:
        narrowed = queue(tiny, Filters(urgency=kind))
        assert {entry.urgency for entry in narrowed.items} == {kind}
        assert (narrowed.total, narrowed.counts) == (found[kind], page.counts)


def test_a_total_is_told_up_to_a_limit_and_not_beyond(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists.fill(tiny, 9)
    monkeypatch.setattr(inbox, "COUNTED", 9)
    assert (queue(tiny).total, queue(tiny).counts.is_capped) == (9, False)
    monkeypatch.setattr(inbox, "COUNTED", 8)
    assert (queue(tiny).total, queue(tiny).counts.is_capped) == (None, True)
    with tiny.tools.readers() as session:
        assert inbox.tallies(session, tiny.actor(DESK), when=WHEN)["queue"] is None


def test_filters_narrow_a_list(tiny: Tiny) -> None:
    case_id = tiny.open()
    lists.fill(tiny, 3)
    reference = tiny.facts(case_id).reference
    assert [entry.case_id for entry in queue(tiny, Filters(reference=reference)).items] == [case_id]
    for nothing in (
        Filters(step="decide"),
        Filters(unit_id="nobody"),
        Filters(procedure="another"),
        Filters(reference="%"),
        Filters(opened_after=NOW),
    ):
        assert queue(tiny, nothing).total == 0
    assert queue(tiny, Filters(step="register", procedure="tiny_matter")).total == 4


def test_a_line_says_what_the_matter_is(tiny: Tiny) -> None:
    tiny.open()
    assert queue(tiny).items[0].case_title == str(APPLICATION["facts"])


def test_the_bar_counts_what_is_in_ones_hands(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    assert waiting(tiny, DESK) == 0
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    assert (waiting(tiny, DESK), waiting(tiny, COLLEAGUE)) == (1, 0)


def test_a_line_says_whom_it_is_about_and_from_whom_it_came(tiny: Tiny) -> None:
    case_id = tiny.open()
    first = queue(tiny).items[0]
    applicant = tiny.actor(APPLICANT).name
    assert first.matter == (applicant,)
    assert first.came is not None
    assert (first.came.command, first.came.name, first.came.is_again) == ("open", applicant, False)
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺"})
    mine = entries(tiny, APPLICANT, "queue")[0]
    assert mine.came is not None
    assert (mine.came.step, mine.came.name, mine.came.unit) == ("登记", "", "案件监督管理室")
    tiny.do(APPLICANT, case_id, "supplement", {"supplemented": "补"})
    again = queue(tiny).items[0]
    assert again.came is not None
    assert (again.came.is_again, again.came.is_by_party) == (True, True)


def test_what_is_offered_elsewhere_comes_without_names(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    seen = entries(tiny, APPLICANT, "overdue", LATER)[0]
    assert (seen.assignee_name, seen.unit_name) == ("", "案件监督管理室")
    assert entries(tiny, COLLEAGUE, "overdue", LATER)[0].assignee_name == tiny.actor(DESK).name


def test_a_page_costs_the_same_statements_however_long_the_list(tiny: Tiny) -> None:
    lists.fill(tiny, 10)
    # whatever is read once per program (calendar, release) is read before
    statements(tiny)
    few = statements(tiny)
    lists.fill(tiny, 990)
    assert statements(tiny) == few
    assert few <= 8


def statements(tiny: Tiny) -> int:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            asked.append(statement)

    actor = tiny.actor(DESK)
    event.listen(tiny.tools.database, "before_cursor_execute", note)
    with tiny.tools.readers() as session:
        inbox.page(session, actor, "queue", when=WHEN, filters=Filters(urgency=Urgency.OVERDUE))
        inbox.tallies(session, actor, when=WHEN)
        inbox_choices.choices(session, actor, "queue", when=WHEN)
        inbox_choices.news(session, actor, since=NOW, when=WHEN)
    event.remove(tiny.tools.database, "before_cursor_execute", note)
    return len(asked)


def queue(tiny: Tiny, filters: Filters = inbox.ALL) -> Page:
    with tiny.tools.readers() as session:
        return inbox.page(session, tiny.actor(DESK), "queue", when=WHEN, filters=filters)


def entries(tiny: Tiny, login: str, view: View, when: When = WHEN) -> tuple[Entry, ...]:
    actor = tiny.actor(login)
    with tiny.tools.readers() as session:
        return inbox.page(session, actor, view, when=when).items


def waiting(tiny: Tiny, login: str) -> int:
    actor = tiny.actor(login)
    with tiny.tools.readers() as session:
        return headings.waiting(session, actor, {}, on=NOW.date(), now=NOW).work


def nodes(found: tuple[Entry, ...]) -> list[str]:
    return [entry.key for entry in found]

"""Two at once, on both databases: one wins, the other is told so, nothing is lost or double."""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from server.domain.calendar import CHINA_TIME
from server.domain.errors import EngineError
from server.domain.expressions import Json
from server.domain.links import LinkKind
from server.engine.port import MessageSent
from server.models.case import case
from server.models.time import timer
from server.queries.cases import OpenWork
from server.services.case import incidents, links, subscriptions
from server.services.clocks import calendar_imports
from server.services.context import Context
from server.services.packs import definitions
from server.services.verbs import deadline_clock, messages, timers, work
from tests.factories.invariants import broken_chain, violations
from tests.factories.tiny import ACCEPT, APPLICANT, COLLEAGUE, DESK, HEAD, NOW, Tiny
from tests.factories.together import together

ROUNDS = 4
SUPPLEMENT = {"registered": "supplement", "reason": "缺材料"}
#: the end of a supplement asked for at NOW
EXPIRED = datetime(2026, 2, 16, 0, 0, tzinfo=CHINA_TIME)


def test_one_of_three_claims_wins(tiny: Tiny) -> None:
    for _round in range(ROUNDS):
        case_id = tiny.open()
        item = tiny.item(case_id, "register")
        claims = [partial(tiny.act, login, claiming(item)) for login in (DESK, COLLEAGUE, HEAD)]
        assert together(*claims) == {"done": 1, "conflict": 2}
        assert violations(tiny.tools, case_id) == []


def test_a_release_and_a_claim_that_cross_lose_nothing(tiny: Tiny) -> None:
    for _round in range(ROUNDS):
        case_id = tiny.open()
        item = tiny.item(case_id, "register")
        tiny.act(DESK, claiming(item))
        outcomes = together(
            partial(tiny.act, DESK, releasing(item)),
            partial(tiny.act, COLLEAGUE, claiming(item)),
        )
        is_taken = outcomes == {"done": 2}
        assert is_taken or outcomes == {"done": 1, "conflict": 1}
        held = tiny.item(case_id, "register").assignee_id
        assert held == (tiny.person(COLLEAGUE) if is_taken else None)
        assert violations(tiny.tools, case_id) == []


def test_one_of_two_completions_wins(tiny: Tiny) -> None:
    for _round in range(ROUNDS):
        case_id = tiny.open()
        item = tiny.item(case_id, "register")
        tiny.act(DESK, claiming(item))
        complete = partial(tiny.act, DESK, completing(item, ACCEPT))
        assert together(complete, complete) == {"done": 1, "conflict": 1}
        assert violations(tiny.tools, case_id) == []


def test_parallel_items_of_one_case_are_completed_at_once(tiny: Tiny) -> None:
    for _round in range(ROUNDS):
        case_id = tiny.open()
        tiny.do(
            DESK, case_id, "register", {**ACCEPT, "organs": ["audit_office", "petition_bureau"]}
        )
        acts = [
            partial(tiny.do, DESK, case_id, "verify", {"finding": "属实"}),
            partial(tiny.deliver, case_id, "evidence_received", {}),
        ]
        assert together(*acts) == {"done": 2}
        assert violations(tiny.tools, case_id) == []


def test_a_completion_against_the_timer_that_ends_its_task(tiny: Tiny) -> None:
    for _round in range(ROUNDS):
        case_id = supplementing(tiny)
        item = tiny.item(case_id, "supplement")
        tiny.act(APPLICANT, claiming(item))
        given = completing(item, {"supplemented": "补"})
        complete = partial(tiny.act, APPLICANT, given, EXPIRED)
        outcomes = together(complete, partial(timers.sweep, tiny.tools, EXPIRED))
        timers.sweep(tiny.tools, EXPIRED)
        assert outcomes in ({"done": 2}, {"done": 1, "conflict": 1})
        assert violations(tiny.tools, case_id, EXPIRED) == []
        facts = tiny.facts(case_id)
        assert [each.node_key for each in facts.work] == ["register"]
        assert facts.visited.count("supplement") + facts.visited.count("supplement_over") == 1


def test_two_sweeps_over_two_hundred_timers_fire_each_once(tiny: Tiny) -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME)
    cases = [supplementing(tiny) for _each in range(40)]
    with tiny.tools.readers() as session:
        due = session.scalars(
            select(timer.c.id).where(timer.c.state == "armed", timer.c.due_at <= now)
        ).all()
    assert len(due) >= 200
    swept: list[timers.Done] = []

    def sweep() -> None:
        while found := timers.sweep(tiny.tools, now, limit=50).done:
            swept.extend(found)

    assert together(sweep, sweep) == {"done": 2}
    sweep()
    assert Counter(each.state for each in swept)["failed"] == 0
    assert [problem for case_id in cases for problem in violations(tiny.tools, case_id, now)] == []
    engine = [each for each in swept if each.kind == "engine"]
    assert len(engine) == len({each.case_id for each in engine}) == 40
    assert broken_chain(tiny.tools) is None


def test_a_completion_against_a_case_that_is_put_to_rest(tiny: Tiny) -> None:
    for _round in range(ROUNDS):
        case_id = tiny.open()
        item = tiny.item(case_id, "register")
        tiny.act(DESK, claiming(item))
        complete = partial(tiny.act, DESK, completing(item, ACCEPT))
        rest = partial(incidents.suspend, tiny.tools, NOW, case_id, EngineError("出错"))
        assert together(complete, rest) in ({"done": 2}, {"done": 1, "conflict": 1})
        assert tiny.facts(case_id).status == "suspended"
        assert violations(tiny.tools, case_id) == []


def test_a_clock_extended_while_a_sweep_looks_is_not_fired_at_its_old_end(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = supplementing(tiny)
    look = timers._due

    def looked(*given: object) -> list[tuple[datetime, deque[str]]]:
        found = look(*given)  # type: ignore[arg-type]
        before = EXPIRED - timedelta(hours=1)
        tiny.act(HEAD, lambda ctx: deadline_clock.extend(ctx, case_id, "supplement", n=1), before)
        return found

    monkeypatch.setattr(timers, "_due", looked)
    timers.sweep(tiny.tools, EXPIRED)
    assert [each.node_key for each in tiny.facts(case_id).work] == ["supplement"]
    assert violations(tiny.tools, case_id, EXPIRED) == []


def test_cases_opened_at_once_have_numbers_without_gap_or_twin(tiny: Tiny) -> None:
    opened: list[str] = []
    opens = [lambda: opened.append(tiny.open()) for _each in range(4)]
    assert together(*opens) == {"done": 4}
    with tiny.tools.readers() as session:
        references = session.scalars(select(case.c.reference).order_by(case.c.reference)).all()
    assert references == [f"测〔2026〕{number}号" for number in range(1, 5)]
    assert broken_chain(tiny.tools) is None


def test_a_message_is_handed_over_once_however_many_look_at_it(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender, first = owing(tiny), waiting(tiny)
    link(tiny, first, sender)
    with_stale_look = messages._owed(tiny.tools, NOW, 100)
    assert together(*[partial(messages.hand_over, tiny.tools, NOW)] * 2) == {"done": 2}
    later = waiting(tiny)
    link(tiny, later, sender)
    monkeypatch.setattr(messages, "_owed", lambda *_given: with_stale_look)
    assert messages.hand_over(tiny.tools, NOW) == 0
    assert tiny.facts(first).visited.count("evidence_arrives") == 1
    assert "evidence_arrives" not in tiny.facts(later).visited
    assert violations(tiny.tools, first) == violations(tiny.tools, later) == []


def test_a_calendar_imported_while_cases_open_settles_them_all(tiny: Tiny) -> None:
    late = datetime(2026, 12, 25, 9, 0, tzinfo=CHINA_TIME)
    opened: list[str] = []
    opens = [lambda: opened.append(tiny.open(now=late)) for _each in range(3)]

    def publish() -> None:
        tiny.program(
            lambda ctx: calendar_imports.import_notice(ctx, "2027.yaml", NOTICE.encode()), late
        )

    assert together(opens[0], publish, *opens[1:]) == {"done": 4}
    timers.sweep(tiny.tools, late)
    for case_id in opened:
        clock = tiny.facts(case_id).clock_of("registration")
        assert clock is not None
        assert (clock.state, str(clock.due_on)) == ("running", "2027-01-04")


NOTICE = """\
year: 2027
source: 国务院办公厅关于2027年部分节假日安排的通知
published_on: 2026-11-03
days_off: [2027-01-01..2027-01-03]
makeup_workdays: []
"""


def supplementing(tiny: Tiny) -> str:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", SUPPLEMENT)
    return case_id


def waiting(tiny: Tiny) -> str:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    return case_id


def owing(tiny: Tiny) -> str:
    """A case that has sent a message."""
    case_id = tiny.open()
    sent = MessageSent(element="sent", message="evidence_received", data={"evidence_weight": 2})

    def send(ctx: Context) -> None:
        release = definitions.in_force(ctx, "tiny_matter", ctx.today)
        subscriptions.send(ctx, release.pack, case_id, 1, [sent])

    tiny.program(send)
    return case_id


def link(tiny: Tiny, child: str, parent: str) -> None:
    tiny.program(lambda ctx: links.add(ctx, LinkKind.OPENED, parent, child))


def claiming(item: OpenWork) -> Callable[[Context], None]:
    return lambda ctx: work.claim(ctx, item.id)


def releasing(item: OpenWork) -> Callable[[Context], None]:
    return lambda ctx: work.release(ctx, item.id)


def completing(item: OpenWork, given: Mapping[str, Json]) -> Callable[[Context], None]:
    return lambda ctx: work.complete(ctx, item.id, given)

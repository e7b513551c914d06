"""What a step enters into registers, and what is struck when it is taken back."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from server.models.audit import AuditEvent
from server.models.register import register_entry
from server.services.context import Context
from server.services.verbs import reopenings, returns, withdrawals, work
from tests.factories import books
from tests.factories.corrections import corrected
from tests.factories.tiny import ACCEPT, APPLICATION, DESK, HEAD, NOW, Tiny

LATER = NOW + timedelta(hours=2)


def test_an_event_enters_each_party_in_the_words_of_the_pack(tiny: Tiny) -> None:
    books.at_work(tiny)
    person, other = tiny.person("county1.audit.1"), tiny.person("county1.petition.1")
    case_id = opened(tiny, concerned_person=person)
    tiny.do(DESK, case_id, "register", {**ACCEPT, "registered_on": "2026-02-11"})

    with tiny.tools.readers() as session:
        (row,) = session.execute(select(register_entry)).all()
    assert (row.register, row.kind, row.person_id) == ("docket", "person", person)
    assert other != person
    assert (row.entered_on, row.entered_at.astimezone(NOW.tzinfo)) == (date(2026, 2, 11), NOW)
    assert row.data == {"result": "accept", "facts": "抢修道路", "weight": 2}
    assert row.shown == [["登记结果", "受理"], ["事实", "抢修道路"], ["件数", "2"]]
    assert (row.level, row.state, row.managed_by) == ("county", "stands", "county")


def test_a_unit_and_the_matter_itself_may_be_entered_and_a_condition_leaves_out(
    tiny: Tiny,
) -> None:
    books.at_work(tiny)
    with tiny.tools.readers() as session:
        unit = books.unit(session, "county1.housing")
    case_id = opened(tiny, concerned_unit=unit)
    tiny.do(DESK, case_id, "register", ACCEPT)
    assert books.standing(tiny) == []
    tiny.decided(case_id)
    with tiny.tools.readers() as session:
        (row,) = session.execute(select(register_entry)).all()
    assert (row.register, row.kind, row.person_id, row.unit_id) == ("outcomes", "case", None, unit)
    assert row.until == date(2026, 3, 31)


def test_an_event_ends_what_the_case_has_entered(tiny: Tiny) -> None:
    books.at_work(tiny)
    case_id, other = opened(tiny), opened(tiny)
    for each in (case_id, other):
        tiny.do(DESK, each, "register", ACCEPT)
    tiny.decided(case_id)
    assert [(row[0], row[2]) for row in books.standing(tiny, case_id)] == [
        ("docket", "decided"),
        ("outcomes", ""),
    ]
    assert [(row[0], row[2]) for row in books.standing(tiny, other)] == [("docket", "")]


@pytest.mark.parametrize("each", ['=["a", "b"]', "=[]", "=null"])
def test_one_entry_for_each_item_of_a_list(tiny: Tiny, each: str) -> None:
    def change(entries: dict[str, dict[str, dict[str, object]]]) -> None:
        entries["registers"]["docket"] |= {"each": each, "fields": {"result": "=item"}}
        entries["registers"]["docket"]["columns"] = {"result": {"title": "结果"}}
        entries["procedures"]["tiny_matter"]["finds"] = []
        entries["campaigns"] = {}

    books.at_work(tiny, change)
    case_id = opened(tiny)
    tiny.do(DESK, case_id, "register", ACCEPT)
    with tiny.tools.readers() as session:
        found = session.scalars(select(register_entry.c.data)).all()
    wanted = [{"result": "a"}, {"result": "b"}] if each.startswith('=["') else []
    assert sorted(found, key=str) == wanted


def test_what_a_withdrawn_step_entered_is_struck_and_stays_readable(tiny: Tiny) -> None:
    books.at_work(tiny)
    case_id = opened(tiny)
    item = tiny.item(case_id, "register").id
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.act(DESK, lambda ctx: withdrawals.withdraw(ctx, item), LATER)
    with tiny.tools.readers() as session:
        (row,) = session.execute(select(register_entry)).all()
        verbs = session.scalars(select(AuditEvent.verb).order_by(AuditEvent.seq)).all()
    assert (row.state, row.struck_by, row.struck_at) == ("struck", "withdraw", LATER)
    assert [verb for verb in verbs if verb.startswith("register.")] == [
        "register.enter",
        "register.strike",
    ]
    tiny.do(DESK, case_id, "register", ACCEPT, now=LATER)
    assert [row[0] for row in books.standing(tiny)] == ["docket"]


def test_an_entry_follows_the_right_date_of_its_event(tiny: Tiny) -> None:
    def change(entries: dict[str, dict[str, dict[str, object]]]) -> None:
        entries["registers"]["docket"]["event"] = "filed"

    books.at_work(tiny, change)
    case_id = opened(tiny)
    corrected(tiny, case_id, "filed", date(2026, 2, 11))
    with tiny.tools.readers() as session:
        (day,) = session.scalars(select(register_entry.c.entered_on)).all()
    assert day == date(2026, 2, 11)


@pytest.mark.parametrize("seed", range(6))
def test_the_registers_hold_what_the_standing_steps_entered(tiny: Tiny, seed: int) -> None:
    """Random completions, withdraws, returns and reopenings against a model of them."""
    books.at_work(tiny)
    chance = random.Random(seed)
    case_id = opened(tiny)
    matter = Matter(tiny, case_id)
    for _turn in range(9):
        chance.choice(matter.possible())()
        assert sorted((row[0], row[2]) for row in books.standing(tiny)) == sorted(matter.holds())


class Matter:
    """The case and what its registers should hold: after each step, and before the last one."""

    def __init__(self, tiny: Tiny, case_id: str) -> None:
        self.tiny = tiny
        self.case_id = case_id
        self.now = NOW
        self.at = "register"
        self.docket: list[str] = []
        self.outcomes: list[str] = []
        #: item of the last step, and all of this as it was before it
        self.last: tuple[str, str, list[str], list[str]] | None = None

    def holds(self) -> list[tuple[str, str]]:
        return [("docket", each) for each in self.docket] + [
            ("outcomes", each) for each in self.outcomes
        ]

    def possible(self) -> list[Callable[[], None]]:
        found: list[Callable[[], None]] = []
        if self.at != "closed":
            found += [self.complete, self.complete]
        if self.at in ("verify", "decide"):
            found.append(self.go_back)
        if self.at == "closed":
            found.append(self.reopen)
        if self.last is not None:
            found.append(self.withdraw)
        return found

    def complete(self) -> None:
        item = self.tiny.item(self.case_id, self.at)
        self.last = (item.id, self.at, list(self.docket), list(self.outcomes))
        self._next()
        {"register": self._register, "verify": self._verify, "decide": self._decide}[self.at]()

    def _register(self) -> None:
        self.tiny.do(DESK, self.case_id, "register", ACCEPT, now=self.now)
        self.docket = [*self.docket, ""]
        self.at = "verify"

    def _verify(self) -> None:
        self.tiny.do(DESK, self.case_id, "verify", {"finding": "属实"}, now=self.now)
        if any(one.node_key == "decide" for one in self.tiny.facts(self.case_id).work):
            self.at = "decide"
            return
        self.tiny.deliver(self.case_id, "evidence_received", {"evidence_weight": 1}, self.now)
        self.last = None
        self.at = "decide"

    def _decide(self) -> None:
        given = {"determination": "tolerated", "grounds": "抢险救灾"}
        self.tiny.do(HEAD, self.case_id, "decide", given, now=self.now)
        self.docket = ["decided" for _each in self.docket]
        self.outcomes = [*self.outcomes, ""]
        self.at = "closed"
        self.last = None

    def go_back(self) -> None:
        self._next()
        item = self.tiny.item(self.case_id, self.at)
        login = HEAD if self.at == "decide" else DESK
        act = self._returning(item.id, "register")
        if item.assignee_id is None:
            self.tiny.act(login, lambda ctx: work.claim(ctx, item.id), self.now)
        self.tiny.act(login, act, self.now)
        self.docket, self.at, self.last = [], "register", None

    def _returning(self, item_id: str, to_task: str) -> Callable[[Context], None]:
        return lambda ctx: returns.return_(ctx, item_id, to_task=to_task, reason="重做")

    def reopen(self) -> None:
        self._next()
        to_task = "decide"
        self.tiny.act(
            HEAD,
            lambda ctx: reopenings.reopen(ctx, self.case_id, reason="错了", to_task=to_task),
            self.now,
        )
        self.docket = ["" for _each in self.docket]
        self.outcomes, self.at, self.last = [], to_task, None

    def withdraw(self) -> None:
        assert self.last is not None
        item, self.at, self.docket, self.outcomes = self.last
        self._next()
        self.tiny.act(DESK, lambda ctx: withdrawals.withdraw(ctx, item), self.now)
        self.last = None

    def _next(self) -> None:
        self.now += timedelta(minutes=1)


def opened(tiny: Tiny, **named: str) -> str:
    return tiny.open({**APPLICATION, **named})

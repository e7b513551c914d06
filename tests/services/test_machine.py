"""One state machine: random procedures, random people, whatever is possible; what holds after
every act.

A failing run prints what was done, in the order it was done; ``@reproduce_failure`` as Hypothesis
prints it plays it again.
"""

import os
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar, Final

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, update

from server.domain.access import SYSTEM
from server.domain.errors import RongcuoError
from server.models.identity import Person, Unit
from server.models.time import timer
from server.models.work import OPEN_STATES, work_item
from server.queries import inbox, perspectives, visibility
from server.queries.inbox import When
from server.services import audit
from server.services.case import replay
from server.services.context import reading
from server.services.verbs import cases, timers
from tests.databases import Databases
from tests.factories import random_pack
from tests.factories.commands import CASE_COMMANDS, COMMANDS, TASK_COMMANDS, Aim
from tests.factories.invariants import violations
from tests.factories.random_pack import APPLICANT
from tests.factories.tiny import NOW, Tiny
from tests.factories.tools import copied

#: procedures of one database, and runs on it: in the gate, and in ``make soak`` for each part
PROCEDURES: Final = 24
RUNS: Final = 100
SOAK, PARTS = 25_000, 25
ACTS: Final = 8

COUNTY: Final = "county1"
PEOPLE: Final = (
    APPLICANT,
    *(
        f"{COUNTY}.{office}.{who}"
        for office in ("case_supervision", "audit", "petition")
        for who in ("head", "1", "2")
    ),
    "county3.case_supervision.1",
)
#: who steers cases of this county
LEADER: Final = f"{COUNTY}.case_supervision.head"
OF_TASKS: Final = tuple(TASK_COMMANDS)
OF_CASES: Final = tuple(CASE_COMMANDS)
#: done by others than who has it
UNCLAIMED: Final = ("claim", "withdraw", "take-back", "decline", "recall")
STRANGERS: Final = ("county3.case_supervision.1", "p.system_admin.head", "p.designer.head")


def test_whatever_people_and_clocks_do_nothing_is_lost_double_or_shown(
    databases: Databases,
) -> None:
    _run(databases, first=0, runs=RUNS)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_people_and_clocks_do_in_fifty_thousand_runs(
    databases: Databases, part: int
) -> None:
    runs = SOAK // PARTS if "RONGCUO_SOAK" in os.environ else RUNS
    _run(databases, first=1_000 * (part + 1), runs=runs)


def _run(databases: Databases, *, first: int, runs: int) -> None:
    fill = partial(random_pack.fill, first=first, count=PROCEDURES)
    with copied(databases, f"machine-{first}", fill) as tools:
        machine = type("Machine", (Matter,), {"tiny": Tiny(tools)})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=runs,
                stateful_step_count=ACTS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                database=None,
            ),
        )
        with tools.readers() as session:
            chains = [audit.verify(session, chain) for chain in audit.CHAINS]
        assert [chain.reason for chain in chains if chain.broken is not None] == []


class Matter(RuleBasedStateMachine):
    """One case of a random procedure, and everybody who may come near it."""

    tiny: ClassVar[Tiny]

    @initialize(
        procedure=st.integers(0, PROCEDURES - 1),
        number=st.integers(0, 5),
        items=st.lists(st.sampled_from("ABC"), min_size=1, max_size=3, unique=True),
        ahead=st.lists(st.integers(0, 5), min_size=1, max_size=6),
    )
    def begin(self, procedure: int, number: int, items: list[str], ahead: list[int]) -> None:
        """The case is opened, and some way on already."""
        self.now: datetime = NOW
        given = {"managed_by": "county", "num": number, "items": sorted(items), "facts": "事实"}
        self.case_id = self.tiny.act(
            APPLICANT,
            lambda ctx: cases.open_case(ctx, f"p{procedure}", given),
            self.now,
        )
        for which in ahead:
            self.go_on(hours=0, which=which, number=which)

    @rule(
        verb=st.sampled_from(OF_TASKS),
        who=st.sampled_from(["holder", "holder", "holder", "head", *PEOPLE]),
        item=st.integers(0, 5),
        number=st.integers(0, 342),
    )
    def any_act(self, verb: str, who: str, item: int, number: int) -> None:
        self.act(verb, who, item, number)

    def act(self, verb: str, who: str, item: int, number: int) -> None:
        rows = self.items()
        if number % 5:  # mostly what could be meant: what was done last, or what waits
            done = [row for row in rows if row.state == "done"]
            waiting = [row for row in rows if row.state in OPEN_STATES]
            last = sorted(done, key=lambda row: (row.closed_at, row.node_key))[-1:]
            rows = (last if verb == "withdraw" else waiting) or rows
        chosen = rows[item % len(rows)]
        if who == "holder" and chosen.state == "offered" and verb not in UNCLAIMED:
            self.do("claim", who, chosen, number)
        self.do(verb, who, chosen, number)

    @rule(
        verb=st.sampled_from(OF_CASES),
        who=st.sampled_from(["leader", "leader", "leader", "holder", *PEOPLE]),
        number=st.integers(0, 342),
    )
    def steer(self, verb: str, who: str, number: int) -> None:
        self.do(verb, who, self.items()[0], number)

    @rule(
        hours=st.sampled_from([0, 0, 0, 0, 1, 24 * 6, 24 * 12]),
        which=st.integers(0, 5),
        number=st.integers(0, 342),
    )
    def pass_on(self, hours: int, which: int, number: int) -> None:
        self.go_on(hours, which, number)

    def go_on(self, hours: int, which: int, number: int) -> None:
        """Time passes, and the round comes after it; or whoever it is with does what waits."""
        if hours:
            self.wait(hours)
            return
        rows = [row for row in self.items() if row.state in OPEN_STATES]
        if rows:
            chosen = rows[which % len(rows)]
            if chosen.state == "offered":
                self.do("claim", "holder", chosen, number)
            self.do("complete", "holder", chosen, number)

    @rule(
        verb=st.sampled_from(["return", "withdraw", "transfer", "add-signers"]),
        number=st.integers(1, 4),
    )
    def change_course(self, verb: str, number: int) -> None:
        """Whoever has it sends it elsewhere, or whoever did it last takes it back."""
        self.act(verb, "holder", 0, number)

    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        while timers.sweep(self.tiny.tools, self.now).done:
            pass
        note(f"wait {hours} hours")

    @invariant()
    def everything_that_holds_of_a_case_holds(self) -> None:
        assert violations(self.tiny.tools, self.case_id) == []

    def nobody_sees_what_he_must_not(self) -> None:
        """Recused people and strangers: neither the case nor work of it; who has work sees it."""
        tools = self.tiny.tools
        wanted = select(Person.login, Person.id).where(Person.login.in_(WATCHED))
        with tools.readers() as session:
            out = set(session.scalars(visibility.kept_out_of(self.case_id)))
            ids = [(row.login, row.id) for row in session.execute(wanted)]
            for login, person_id in ids:
                actor = self.tiny.actor(login, self.now)
                listed = inbox.of_case(session, actor, self.case_id, when=self.when)
                seen = self.case_id in perspectives.of_each(session, actor, [self.case_id])
                if login in STRANGERS or person_id in out:
                    assert (listed, seen) == (frozenset(), False), login
                assert seen or not listed, login

    def teardown(self) -> None:
        """The log leads to what is stored; nothing of this case is due any more."""
        if not hasattr(self, "case_id"):
            return
        self.nobody_sees_what_he_must_not()
        tools = self.tiny.tools
        with reading(tools, SYSTEM, self.now) as ctx:
            found = replay.replay(ctx, self.case_id)
        with tools.database.begin() as connection:
            mine = timer.c.case_id == self.case_id
            connection.execute(update(timer).where(mine).values(state="cancelled"))
        assert (found.result, found.step, found.why) == ("same", None, "")

    @property
    def when(self) -> When:
        today = self.now.date()
        return When(now=self.now, on=today, soon_on=today + timedelta(days=1))

    def items(self) -> list[Any]:
        """Everything that waits or waited, in an order that depends on no id."""
        columns = [
            work_item.c[name]
            for name in (
                "id",
                "node_key",
                "instance",
                "state",
                "form_key",
                "duty",
                "assignee_id",
                "candidate_unit",
                "opened_at",
                "closed_at",
            )
        ]
        with self.tiny.tools.readers() as session:
            rows = session.execute(
                select(*columns, Person.login, Unit.key)
                .outerjoin(Person, Person.id == work_item.c.assignee_id)
                .outerjoin(Unit, Unit.id == work_item.c.candidate_unit)
                .where(work_item.c.case_id == self.case_id)
            ).all()
        return sorted(
            rows,
            key=lambda row: (
                row.state in ("done", "ended"),
                row.node_key,
                row.instance or "",
                row.duty,
                row.login or "",
                row.opened_at,
            ),
        )

    def login(self, who: str, item: Any) -> str:
        if who == "leader":
            return LEADER
        if who == "holder":
            return item.login or f"{item.key}.1"
        return f"{item.key}.head" if who == "head" else who

    def do(self, verb: str, who: str, item: Any, number: int) -> None:
        login = self.login(who, item)
        aim = Aim(case_id=self.case_id, item_id=item.id, form_key=item.form_key, number=number)
        told = f"{verb} {item.node_key} by {login}"
        self.now += timedelta(seconds=1)
        try:
            self.tiny.act(login, lambda ctx: COMMANDS[verb](ctx, aim), self.now)
        except RongcuoError as refused:
            note(f"{told}: refused, {type(refused).__name__} {refused.message}")
        else:
            note(told)


WATCHED: Final = (*PEOPLE, *STRANGERS)

"""What holds of a case after every act, asked of the stored rows and of the stored engine state.

``violations`` names everything that is lost, double or out of step; a sound case gives none.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from orjson import loads
from sqlalchemy import Table, or_, select
from sqlalchemy.orm import Session

from server.domain.lifecycle import OPEN_DEADLINES
from server.domain.urgency import Rank, order_key, rank, rank_at
from server.engine.feel import Feel
from server.engine.runtime.resting import Difference, difference
from server.engine.runtime.spiff import SpiffEngine
from server.models.audit import AuditEvent
from server.models.case import case, case_state, case_step
from server.models.identity import Person, Post
from server.models.outbox import message_subscription, notification
from server.models.time import deadline, timer
from server.models.work import OPEN_STATES, work_item
from server.queries import tenure, visibility
from server.services import audit
from server.services.context import Tools
from server.services.law import charts
from server.services.law.releases import Release


def violations(tools: Tools, case_id: str, now: datetime | None = None) -> list[str]:
    """Everything wrong with this case; ``now``: nothing due before it may still wait."""
    with tools.readers() as session:
        row = session.execute(select(case).where(case.c.id == case_id)).one()
        release = tools.releases[row.pack_version_id]
        found = _Found(session, row, release)
        return [
            *found.history(),
            *found.waits(),
            *found.clocks(now),
            *found.timers(),
            *found.places(),
            *found.hands(),
            *found.rules(),
            *found.end(),
            *found.notices(),
        ]


def broken_chain(tools: Tools) -> int | None:
    """The first broken record of the audit chain, None when it holds."""
    with tools.readers() as session:
        return audit.verify(session).broken


def reminded(tools: Tools) -> list[str]:
    """The moments the notices of ladders stood for, in the order of the record."""
    with tools.readers() as session:
        texts = session.scalars(
            select(AuditEvent.text)
            .where(AuditEvent.verb == "deadline.remind")
            .order_by(AuditEvent.seq)
        )
        return [loads(text)["due_at"] for text in texts]


class _Found:
    def __init__(self, session: Session, row: Any, release: Release) -> None:
        self._session = session
        self._case = row
        self._release = release
        self._steps = self._rows(case_step, case_step.c.seq)
        self._items = self._rows(work_item)
        self._timers = self._rows(timer)
        self._state = session.execute(
            select(case_state).where(case_state.c.case_id == row.id)
        ).one()

    def history(self) -> Iterator[str]:
        """Every step once, every completed item by one step, no step of a timer decides."""
        numbers = [step.seq for step in self._steps]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"steps {numbers}"
        versions = [step.state_version for step in self._steps]
        if versions != numbers or self._state.version != len(numbers):
            yield f"versions {versions}, state {self._state.version}"
        taken_back = {step.seq - 1 for step in self._steps if step.command == "withdraw"}
        completed = [
            step.work_item_id
            for step in self._steps
            if step.command == "complete" and step.seq not in taken_back
        ]
        done = {item.id: item for item in self._items if item.state == "done"}
        # who signs with others is done with his part; the step is that of the last one
        alone = {key for key, item in done.items() if item.duty == "main"}
        if Counter(completed) != Counter(alone.union(completed) & done.keys()):
            yield f"{len(completed)} completions, {len(alone)} items done"
        nodes = charts.chart(self._release.files[self._case.procedure]).nodes
        for step in self._steps:
            deciding = [key for key in step.visited if key in nodes and nodes[key].outcome]
            if step.command == "timer" and {nodes[key].outcome for key in deciding} - {"none"}:
                yield f"a timer decided: {deciding}"

    def waits(self) -> Iterator[str]:
        """The rows wait for exactly what the engine waits for."""
        engine = self._engine()
        groups = {
            (item.task_key, item.group_id) for item in self._items if item.state in OPEN_STATES
        }
        yield from _differ(
            "open groups",
            [task_key for task_key, _group in groups],
            [task.task_key for task in engine.opened],
        )
        yield from _differ(
            "timers",
            [
                (each.task_key, each.element)
                for each in self._timers
                if each.kind == "engine" and each.state in ("armed", "failed")
            ],
            [(wish.task_key, wish.element) for wish in engine.timers_wanted],
        )
        yield from _differ(
            "subscriptions",
            [
                (each.task_key, each.message)
                for each in self._rows(message_subscription)
                if each.state == "open"
            ],
            [(each.task_key, each.message) for each in engine.subscribed],
        )

    def clocks(self, now: datetime | None) -> Iterator[str]:
        """A running clock has its timers, one that is over none; an unknown end fires nothing."""
        for row in self._rows(deadline):
            own = [each for each in self._timers if each.deadline_id == row.id]
            armed = [each for each in own if each.state == "armed"]
            over = [
                each.state for each in own if (each.kind, each.due_at) == ("clock", row.expires_at)
            ]
            if row.state not in OPEN_DEADLINES and armed:
                yield f"{row.rule_key} is {row.state} and has timers"
            if row.state == "running" and "armed" not in over:
                yield f"{row.rule_key} runs without its timer"
            if row.due_on is None and any(each.kind == "rung" for each in armed):
                yield f"{row.rule_key} has no end and rungs"
            if row.due_on is not None and row.provisional_on is not None:
                yield f"{row.rule_key} has an end and a provisional one"
            if now is not None and any(each.due_at <= now for each in armed):
                yield f"{row.rule_key} has timers that are due"

    def timers(self) -> Iterator[str]:
        """No timer but those of the diagram is of no clock."""
        for each in self._timers:
            if each.state == "armed" and each.kind != "engine" and each.deadline_id is None:
                yield f"a timer of no clock: {each.kind}"

    def places(self) -> Iterator[str]:
        """Open work hangs on the newest open clock of its rule, as that stands."""
        clocks = {
            row.rule_key: row
            for row in self._rows(deadline, deadline.c.occurrence)
            if row.state in OPEN_DEADLINES
        }
        for item in self._items:
            if item.state not in OPEN_STATES:
                continue
            if item.priority != self._case.priority:
                yield f"{item.node_key} does not go first as its case does, or goes first alone"
            clock = clocks.get(item.deadline_key)
            if clock is None:
                if (item.due_on, rank_at(item.order_key)) != (None, Rank.UNTIMED):
                    yield f"{item.node_key} keeps the day of a clock that is over"
            elif (item.deadline_id, item.due_on, item.expires_at, item.order_key) != (
                clock.id,
                clock.due_on,
                clock.expires_at,
                order_key(
                    rank(clock.state, clock.force),
                    clock.due_on or clock.provisional_on,
                    is_first=item.priority > 0,
                ),
            ):
                yield f"{item.node_key} does not follow its clock"

    def rules(self) -> Iterator[str]:
        """Open work has the clock its step names, as long as one of that rule is open."""
        nodes = charts.chart(self._release.files[self._case.procedure]).nodes
        open_rules = {row.rule_key for row in self._rows(deadline) if row.state in OPEN_DEADLINES}
        for item in self._items:
            # what was done before a move may be no step of the newer version
            if item.state not in OPEN_STATES:
                continue
            named = nodes[item.node_key].deadline
            if named not in ("", "none", None):
                if item.deadline_key != named:
                    yield f"{item.node_key} has the rule {item.deadline_key!r}, not {named!r}"
                elif named in open_rules and item.deadline_id is None:
                    yield f"{item.node_key} has no clock though {named} runs"

    def hands(self) -> Iterator[str]:
        """Nothing is with somebody who is kept out."""
        out = set(self._session.scalars(visibility.kept_out_of(self._case.id)))
        for item in self._items:
            if item.state in OPEN_STATES and out & {item.assignee_id, item.owner_id}:
                yield f"{item.node_key} is with somebody who is kept out"

    def end(self) -> Iterator[str]:
        """Nothing of a case that is over waits, runs or fires."""
        if self._case.status in ("open", "suspended"):
            if not any(item.state in OPEN_STATES for item in self._items):
                engine = self._engine()
                if not (engine.timers_wanted or engine.subscribed):
                    yield "an open case waits for nothing"
            return
        if any(item.state in OPEN_STATES for item in self._items):
            yield "open items in an ended case"
        if any(each.state == "armed" for each in self._timers):
            yield "armed timers in an ended case"
        if any(row.state in OPEN_DEADLINES for row in self._rows(deadline)):
            yield "open clocks in an ended case"

    def notices(self) -> Iterator[str]:
        """One notice per rung and recipient."""
        told = Counter(
            (each.deadline_id, each.dedupe_key.split(":")[2], each.label, each.recipient_id)
            for each in self._rows(notification, notification.c.id)
            if each.deadline_id is not None
        )
        moved = {row.id for row in self._rows(deadline) if row.changes}
        yield from (
            f"told twice: {key}" for key, n in told.items() if n > 1 and key[0] not in moved
        )

    def _engine(self) -> Difference:
        files = self._release.files[self._case.procedure]
        running = _reader().load(files, self._state.state)
        return difference({}, running.waits)

    def _rows(self, table: Table, *order: Any) -> list[Any]:
        found = select(table).where(table.c.case_id == self._case.id).order_by(*order)
        return list(self._session.execute(found))


def _differ(what: str, stored: Iterable[Any], wanted: Iterable[Any]) -> Iterator[str]:
    have, want = Counter(stored), Counter(wanted)
    if have != want:
        yield f"{what}: too many {dict(have - want)}, missing {dict(want - have)}"


@lru_cache(maxsize=1)
def _reader() -> SpiffEngine:
    """An engine that has seen none of the cases: it reads what is stored."""
    return SpiffEngine(Feel(), live_size=0)


def stranded(tools: Tools, case_id: str, day: date) -> list[str]:
    """Work in the hands of somebody who holds no post of its office, or whose account is closed."""
    with tools.readers() as session:
        held = (
            select(Post.person_id)
            .join(Person, Person.id == Post.person_id)
            .where(
                Post.unit_id == work_item.c.candidate_unit,
                or_(Post.is_head, ~work_item.c.head_only),
                Person.state == "active",
                tenure.held(day),
            )
        )
        rows = session.execute(
            select(work_item.c.node_key, work_item.c.duty)
            .join(case, case.c.id == work_item.c.case_id)
            .where(
                work_item.c.case_id == case_id,
                case.c.status == "open",
                work_item.c.state.in_(OPEN_STATES),
                work_item.c.candidate_unit.is_not(None),
                or_(
                    *(
                        who.is_not(None) & who.not_in(held)
                        for who in (work_item.c.assignee_id, work_item.c.owner_id)
                    )
                ),
            )
        )
        return [f"{row.node_key} ({row.duty}) is with somebody who has left" for row in rows]

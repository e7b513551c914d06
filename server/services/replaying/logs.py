"""What is on record of a closed case, as it is played again on other files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from server.domain.calendar import CHINA_TIME
from server.domain.expressions import Json
from server.engine import playing
from server.models.case import case as case_table
from server.models.case import case_step
from server.services.case import asked as asking
from server.services.case.asked import Asked
from server.services.clocks import deadline_rows
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context
from server.services.law.releases import Release

_COLUMNS = (
    *("seq", "command", "node_key", "answers", "visited", "flows", "decisions", "messages"),
    *("given", "at"),
)
#: the case went on by other law: nothing happened in it
_MOVED = "migrate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step on record."""

    seq: int
    command: str
    node_key: str
    #: as they were given, with what the engine was told of them
    answers: Mapping[str, Json]
    visited: Sequence[str]
    flows: Sequence[str]
    decisions: Sequence[Mapping[str, Json]]
    messages: Sequence[str]
    #: None where the log does not say it
    asked: Asked | None
    at: datetime

    @property
    def is_known(self) -> bool:
        """Can it be played."""
        return self.asked is not None or self.command == _MOVED


@dataclass(frozen=True, kw_only=True, slots=True)
class Log:
    """A closed case on record."""

    case_id: str
    procedure: str
    pack_version_id: str
    outcome: str | None
    closed_at: datetime
    #: every step that can be played, from the first
    steps: tuple[Step, ...]
    #: there are steps after these, of which the log does not say what was asked
    is_cut: bool
    clocks: tuple[DeadlineRow, ...]


def read(ctx: Context, case_id: str) -> Log:
    """The record of a case that is over."""
    row = ctx.session.execute(select(case_table).where(case_table.c.id == case_id)).one()
    wanted = select(*(case_step.c[name] for name in _COLUMNS)).where(case_step.c.case_id == case_id)
    found = [_step(each) for each in ctx.session.execute(wanted.order_by(case_step.c.seq))]
    first = next((n for n, step in enumerate(found) if not step.is_known), len(found))
    return Log(
        case_id=case_id,
        procedure=row.procedure,
        pack_version_id=row.pack_version_id,
        outcome=row.outcome,
        closed_at=row.closed_at,
        steps=tuple(found[:first]),
        is_cut=first < len(found),
        clocks=tuple(deadline_rows.of_case(ctx, case_id)),
    )


def acts(log: Log, draft: Release) -> list[Json]:
    """What the child is asked to do on the draft.

    The engine is told every answer that the draft routes by: also those that the version the case
    ran on did not look at.
    """
    return [_act(step, log.procedure, draft) for step in log.steps]


def _step(row: Any) -> Step:
    given = None
    if row.given is not None and row.command != _MOVED:
        given = asking.read(row.given)
    told = {} if given is None else given.values.get("variables") or {}
    return Step(
        seq=row.seq,
        command=row.command,
        node_key=row.node_key,
        answers={**told, **(row.answers or {})},
        visited=row.visited,
        flows=row.flows,
        decisions=row.decisions,
        messages=row.messages,
        asked=given,
        at=row.at.astimezone(CHINA_TIME),
    )


def _act(step: Step, procedure: str, draft: Release) -> Json:
    asked, now = step.asked, step.at.isoformat()
    if asked is None:
        return {"command": playing.SKIP, "now": now}
    if asked.word == asking.WITHDRAW:
        return {"command": playing.WITHDRAW, "values": dict(asked.values), "now": now}
    if asked.word in ("start", "complete"):
        asked = replace(asked, values=_with_answers(step, asked, procedure, draft))
    return {
        "command": asking.name(asked),
        "place": [[spot.element, spot.instance, spot.nth] for spot in asked.place],
        "values": dict(asked.values),
        "now": now,
    }


def _with_answers(step: Step, asked: Asked, procedure: str, draft: Release) -> Mapping[str, Json]:
    reads = draft.routing[procedure]
    told = {name: value for name, value in step.answers.items() if name in reads}
    defaults: dict[str, Json] = {}
    if asked.word == "start":
        given = draft.pack.procedures[procedure].defaults
        defaults = {name: value for name, value in given.items() if name in reads}
    return {**asked.values, "variables": {**defaults, **told, **asked.values["variables"]}}

"""A case played again from its log alone: does what stands in the record lead to what is stored?

Every step is asked of the engine anew, with what it was asked then, at its moment and on the files
of the version the case ran on then; the state it leads to is held against the stored one, ids and
stamps left out, and so is what it passed on the way and which rules decided. Nothing is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import Row, select

from server.domain.calendar import CHINA_TIME
from server.domain.errors import NotFound, RongcuoError
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.port import Advance, Files, Migrate, Place
from server.models.case import case as case_table
from server.models.case import case_state as table
from server.models.case import case_step
from server.services.case import asked as asking
from server.services.case import case_rows, case_state, laws
from server.services.case.asked import Asked
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.packs import definitions

Result = Literal["same", "differs", "untold"]

_COLUMNS = ("seq", "command", "given", "visited", "decisions", "messages", "state_before", "at")


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """What came of one case."""

    reference: str
    #: ``untold``: its log does not say what the engine was asked, of a step at least
    result: Result
    steps: int
    #: the first step that differs, or that tells nothing
    step: int | None = None
    why: str = ""


def replay(ctx: Context, case_id: str) -> Replayed:
    """Play the case again.

    Raises:
        NotFound: there is no such case.
    """
    case = case_rows.found(ctx, case_id)
    wanted = select(*(case_step.c[name] for name in _COLUMNS)).where(case_step.c.case_id == case_id)
    rows = ctx.session.execute(wanted.order_by(case_step.c.seq)).all()
    for row in rows:
        if row.given is None:
            return _found(case, rows, "untold", row.seq)
    run = _Run(ctx, case)
    for row, state in zip(rows, _stored(ctx, case_id, rows), strict=True):
        why = run.differs(row, state)
        if why:
            return _found(case, rows, "differs", row.seq, why)
    return _found(case, rows, "same")


def chosen(ctx: Context, reference: str = "") -> list[str]:
    """Ids of the case with this reference, or of all cases, the oldest first.

    Raises:
        NotFound: no case has this reference.
    """
    wanted = select(case_table.c.id).order_by(case_table.c.opened_at, case_table.c.id)
    if reference:
        wanted = wanted.where(case_table.c.reference == reference)
    found = list(ctx.session.scalars(wanted))
    if reference and not found:
        raise NotFound
    return found


class _Run:
    """The states the log leads to, by their versions."""

    def __init__(self, ctx: Context, case: CaseRow) -> None:
        self._ctx = ctx
        self._engine = ctx.tools.engine
        self._procedure = case.procedure
        first = laws.of_case(ctx, case.id).at(0)
        self._files = self._of(first or case.pack_version_id)
        self._states: list[bytes] = []

    def differs(self, row: Row[Any], stored: bytes) -> str:
        """What differs after this step; empty when nothing does."""
        try:
            after = self._step(row, asking.read(row.given))
        except RongcuoError as refused:
            return refused.message
        self._states.append(after.state)
        if self._engine.essence(after.state) != self._engine.essence(stored):
            return _("流转状态")
        passed = (list(after.visited), [sent.message for sent in after.messages])
        if passed != (row.visited, row.messages):
            return _("经过的环节")
        decided = [_plain(case_state.decision(made)) for made in after.decisions]
        return "" if decided == row.decisions else _("判定的结果")

    def _step(self, row: Row[Any], asked: Asked) -> Advance:
        state = self._states[-1] if self._states else None
        if asked.word == asking.WITHDRAW:
            earlier = self._states[asked.values["version"] - 1]
            return self._engine.restore(self._files, state or b"", earlier)

        now = row.at.astimezone(CHINA_TIME)
        if asked.word == asking.MIGRATE:
            target, mapping = self._of(asked.values["target"]), asked.values["mapping"]
            command = Migrate(target=target, now=now, mapping=mapping)
            after = self._engine.advance(self._files, state, command)
            self._files = target
            return after

        def key_at(place: Place) -> str:
            return self._engine.task_at(self._files, state or b"", place)

        return self._engine.advance(self._files, state, asking.again(asked, now, key_at))

    def _of(self, version_id: str) -> Files:
        return definitions.release(self._ctx, version_id).files[self._procedure]


def _stored(ctx: Context, case_id: str, rows: Sequence[Row[Any]]) -> list[bytes]:
    """The state after each step: what the next one went on from, and what stands now."""
    last = select(table.c.state).where(table.c.case_id == case_id)
    return [*(row.state_before for row in rows[1:]), ctx.session.execute(last).scalar_one()]


def _found(
    case: CaseRow, rows: Sequence[Row[Any]], result: Result, step: int | None = None, why: str = ""
) -> Replayed:
    return Replayed(reference=case.reference, result=result, steps=len(rows), step=step, why=why)


def _plain(value: Json) -> Json:
    """As it comes back from the database."""
    return orjson.loads(orjson.dumps(value))

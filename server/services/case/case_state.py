"""The engine's state of a case and the append-only history of its steps.

Only ``verbs/advance`` calls this module: one step is one new version of the state and one row of
history that explains it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, insert, select, update

from server.domain.deadline_returns import Went
from server.domain.errors import Conflict
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.port import Advance, DecisionMade
from server.models.case import case_state, case_step
from server.services.case import asked as asking
from server.services.case.asked import Asked
from server.services.context import Context

#: largest state of a case, in bytes (ARCHITECTURE section 5)
MAX_STATE: Final = 1024 * 1024

# every step runs these three; they are built once
_LOAD: Final = select(case_state.c.version, case_state.c.state, case_state.c.variables).where(
    case_state.c.case_id == bindparam("of_case")
)
_STORE: Final = (
    update(case_state)
    .where(case_state.c.case_id == bindparam("of_case"), case_state.c.version == bindparam("seen"))
    .values(
        version=case_state.c.version + 1,
        state=bindparam("to_state"),
        size=bindparam("to_size"),
        variables=bindparam("to_variables"),
        definition_hash=bindparam("to_definition_hash"),
    )
    .returning(case_state.c.version)
)
_APPEND: Final = insert(case_step)


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """What the engine goes on from."""

    version: int
    state: bytes
    variables: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """What made the engine move, for the history."""

    #: open, complete, timer, deliver, return, withdraw, cancel or migrate
    command: str
    node_key: str = ""
    task_key: str = ""
    work_item_id: str | None = None
    #: kept with the form they were given in; what expressions of the pack may read of this act
    answers: Mapping[str, Json] = field(default_factory=dict)
    form_hash: str | None = None
    #: message that arrived
    message: str = ""
    #: one item of a multi-instance task of which others still wait
    is_partial: bool = False
    #: who gave the answers, where somebody else's signature let them go on
    author_id: str | None = None
    #: the moment the act stands for, where that is not the moment it is done: a timer's own
    due_at: datetime | None = None
    #: how far the case went back, where it did
    went_back: Went | None = None


def load(ctx: Context, case_id: str) -> State:
    """The state the case stands at; its row is locked with the case, and read once."""
    known = ctx.memo.get(("state", case_id))
    if isinstance(known, State):
        return known
    found = ctx.session.execute(_LOAD, {"of_case": case_id}).one()
    loaded = State(version=found.version, state=found.state, variables=found.variables)
    ctx.memo["state", case_id] = loaded
    return loaded


def store(
    ctx: Context, case_id: str, before: State | None, after: Advance, *, definition: str
) -> int:
    """Write the next version of the state and return its number.

    Raises:
        Conflict: the case moved since ``before`` was loaded.
    """
    ctx.memo.pop(("state", case_id), None)
    values = {
        "state": after.state,
        "size": len(after.state),
        "variables": dict(after.variables),
        "definition_hash": definition,
    }
    if before is None:
        ctx.session.execute(insert(case_state), {"case_id": case_id, "version": 1, **values})
        return 1
    given = {f"to_{name}": value for name, value in values.items()}
    given |= {"of_case": case_id, "seen": before.version}
    done = ctx.session.execute(_STORE, given).one_or_none()
    if done is None:
        raise Conflict(_("该事项已被他人推进，请刷新后重试"))
    return int(done.version)


@dataclass(frozen=True, kw_only=True, slots=True)
class Log:
    """What the history keeps of a step besides what people read of it."""

    #: what the log is played again with; None where it cannot be
    asked: Asked | None = None
    #: what a withdraw would put back; None where it cannot be withdrawn
    undo: Mapping[str, Json] | None = None


def append(
    ctx: Context,
    case_id: str,
    before: State | None,
    after: Advance,
    act: Act,
    log: Log,
) -> None:
    """Append the step to the history, where nothing ever changes it.

    Every step makes one version of the state and one row, so they are counted alike.
    """
    seq = before.version + 1 if before else 1
    row = {
        "case_id": case_id,
        "seq": seq,
        "command": act.command,
        "node_key": act.node_key,
        "task_key": act.task_key,
        "work_item_id": act.work_item_id,
        "actor_id": act.author_id or (None if ctx.actor.is_system else ctx.actor.person_id),
        "on_behalf_of": None if act.author_id else ctx.actor.on_behalf_of,
        "answers": dict(act.answers) if act.form_hash else None,
        "form_hash": act.form_hash,
        "visited": list(after.visited),
        "flows": list(after.flows),
        "decisions": [decision(made) for made in after.decisions],
        "messages": [sent.message for sent in after.messages],
        "state_version": seq,
        "state_before": before.state if before else None,
        "undo": log.undo,
        "given": None if log.asked is None else asking.row(log.asked),
        "at": ctx.now,
    }
    ctx.session.execute(_APPEND, row)


def decision(made: DecisionMade) -> dict[str, Json]:
    """Which rules of which table decided, as it is stored."""
    hits = {key: list(rows) for key, rows in made.hits.items()}
    return asdict(made) | {"hits": hits}

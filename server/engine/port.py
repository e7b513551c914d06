"""What the rest of the program knows of the engine: commands in, an ``Advance`` out.

The engine is a pure function ``advance(definition, state, command) -> Advance``: no database,
no wall clock, no network. ``now`` is a field of every command. It never waits on time: a timer
of a diagram is a wish (``TimerWanted``) that fires only by ``TimerDue``. All data that crosses
this port is JSON (str, int, float, bool, None, list, dict with str keys); anything else, and
the key ``typename`` at any depth, is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from server.domain.expressions import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Files:
    """Everything one procedure runs on: the files of its pack, already checked and normalised."""

    #: id of the process to run, e.g. ``nanyang_five_step``
    process: str
    #: file name -> bytes of every normalised ``.bpmn`` of the pack (call activities look here)
    diagrams: Mapping[str, bytes]
    #: file name -> bytes of every ``.dmn`` of the pack
    decisions: Mapping[str, bytes] = field(default_factory=dict)
    #: names that exist in every case of this procedure, null until set (EX-6)
    variables: frozenset[str] = frozenset()
    #: variable -> type for values that JSON has no type for: ``date``, ``dateTime``, ``time``,
    #: ``duration``; converted on the way into FEEL, stored as ISO text
    types: Mapping[str, str] = field(default_factory=dict)

    # the content hash of all of the above is the key of the spec cache


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """Open a case. With ``message`` the process begins at the start event of that message."""

    variables: Mapping[str, Json]
    now: datetime
    message: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CompleteTask:
    """Complete one open user task; ``variables`` are merged over the task's data.

    For a multi-instance child the result of the item is in its output variable
    (the *name* of outputDataItem) in ``variables``.
    """

    task_key: str
    variables: Mapping[str, Json]
    now: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TimerDue:
    """A wanted timer's moment has come. ``again``: a repeating one that stays armed."""

    task_key: str
    element: str
    now: datetime
    again: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Deliver:
    """Hand a message to the one subscription ``(task_key, element)``; payload joins the data."""

    task_key: str
    element: str
    payload: Mapping[str, Json]
    now: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Return:
    """Jump back to a user task visited before (ENGINE section 6); the caller checked that it was.

    ``scope`` is the task key of the call activity or subprocess to jump within, None for the case.
    With ``into`` the target lies in a call activity or subprocess that is over: each named element,
    from outside inwards, is begun again on the way; what lies in it before the target counts as
    done, so nothing of it is sent or decided again.
    """

    target: str
    variables: Mapping[str, Json]
    now: datetime
    scope: str | None = None
    into: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Cancel:
    """End everything that is open."""

    now: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Amend:
    """Let variables of the whole case have other values: every token has them from now on.

    What waits goes on waiting, unless a condition of the diagram holds with the new values.
    """

    variables: Mapping[str, Json]
    now: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Migrate:
    """Read the state against ``target``; ``mapping`` renames open elements (old id -> new id)."""

    target: Files
    now: datetime
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spot:
    """One task of a part of a case, told without its key."""

    element: str
    #: key of the multi-instance item it is itself
    instance: str | None
    #: which of the open ones of this element and item, the oldest first
    nth: int


#: from the case inwards: the activities a task lies in, then the task itself
Place = tuple[Spot, ...]

Command = Start | CompleteTask | TimerDue | Deliver | Return | Cancel | Amend | Migrate


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenTask:
    """A user task that waits, or no longer waits, for a person."""

    #: stable for as long as the task waits; new after a withdraw
    task_key: str
    #: element id in the diagram
    node_key: str
    #: id of the innermost lane, empty when none is drawn
    lane: str
    #: key of the multi-instance item, None outside multi-instance
    instance: str | None = None
    #: the multi-instance input item itself
    item: Json = None
    #: task keys of the call activities and subprocesses it lies in, from outside inwards
    scopes: tuple[str, ...] = ()
    #: the variables this task sees
    data: Mapping[str, Json] = field(default_factory=dict)

    @property
    def scope(self) -> str | None:
        """Task key of the innermost call activity or subprocess it lies in, None at top level."""
        return self.scopes[-1] if self.scopes else None


@dataclass(frozen=True, kw_only=True, slots=True)
class TimerWanted:
    """A timer event that waits; ``wish`` is its text, never evaluated by the engine.

    ``kind`` is ``timeDate``, ``timeDuration`` or ``timeCycle``. ``wish`` is a named deadline
    ``deadline("proposal")``, ``reminder("proposal", -1)`` or an ISO-8601 literal.
    """

    task_key: str
    element: str
    kind: str
    wish: str
    interrupting: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """A message event that waits for ``message``."""

    task_key: str
    element: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageSent:
    """A message thrown by the diagram; the caller routes it."""

    element: str
    message: str
    data: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionMade:
    """Which rules of which decision table decided at a business rule task."""

    element: str
    decision: str
    #: rule ids that hit, in table order, per decision asked: decision id -> rule ids
    hits: Mapping[str, tuple[str, ...]]
    result: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Advance:
    """Everything one step did; the caller writes it in one transaction."""

    state: bytes
    opened: tuple[OpenTask, ...] = ()
    closed: tuple[OpenTask, ...] = ()
    timers_wanted: tuple[TimerWanted, ...] = ()
    timers_dropped: tuple[TimerWanted, ...] = ()
    subscribed: tuple[Subscription, ...] = ()
    unsubscribed: tuple[Subscription, ...] = ()
    messages: tuple[MessageSent, ...] = ()
    decisions: tuple[DecisionMade, ...] = ()
    #: element ids passed in this step, in order, nodes and sequence flows apart
    visited: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    #: case data after the step, as a table of routing variables
    variables: Mapping[str, Json] = field(default_factory=dict)
    #: True when nothing is left to wait for: the process has ended
    ended: bool = False
    #: where the task or the scope stood that the command named; empty when it named none
    place: Place = ()
    #: what waits on under its key, as the version says it that the case moved to; Migrate alone
    stayed: "Stayed | None" = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stayed:
    """What a case that moved to another version waits for as before."""

    work: tuple[OpenTask, ...] = ()
    timers: tuple[TimerWanted, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()


class WorkflowEngine(Protocol):
    """The engine, for whoever advances cases."""

    def advance(self, files: Files, state: bytes | None, command: Command) -> Advance:
        """Apply one command to the stored state (None for Start) and run to the next wait.

        Raises EngineError subclasses of ``server.domain.errors``; the given state stays valid.
        """

    def restore(self, files: Files, state: bytes, earlier: bytes) -> Advance:
        """What changes when ``earlier`` becomes the state again (withdraw): nothing is run."""

    def task_at(self, files: Files, state: bytes, place: Place) -> str:
        """Key of the task that stands at this place of the stored state.

        Raises UnknownTask when none does.
        """

    def essence(self, state: bytes) -> bytes:
        """What a stored state says, ids and stamps left out: equal for two runs of one log."""

    def keep(self, case_id: str, version: int, state: bytes) -> None:
        """After the commit: the live object whose advance gave ``state`` may be used again."""

    def forget(self, case_id: str) -> None:
        """After a rollback or an error: the live object of this case is worthless."""

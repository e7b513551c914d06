"""The workflow engine: a command and a state in, what changed and the new state out.

``SpiffEngine`` is the ``WorkflowEngine`` of the port over SpiffWorkflow. Between steps it may
keep live objects; an error, a rollback or a stale version costs the object, never the state.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from server.domain.errors import EngineError, Invalid, StateUnreadable
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.port import (
    Advance,
    Command,
    DecisionMade,
    Files,
    Migrate,
    Place,
    Return,
    Start,
)
from server.engine.runtime.casetree import Case
from server.engine.runtime.codec import decode, encode
from server.engine.runtime.commands import CaseCommand, apply
from server.engine.runtime.conditions import AskFeel, FeelEngine
from server.engine.runtime.essence import essence
from server.engine.runtime.live import Live
from server.engine.runtime.migration import migrate
from server.engine.runtime.parsing import Definition
from server.engine.runtime.places import place_of, task_at
from server.engine.runtime.resting import (
    Waits,
    difference,
    renamed,
    settle,
    stayed,
    waits_of,
)
from server.engine.runtime.specs import Specs
from server.engine.runtime.steps import Step
from server.engine.runtime.values import copied


@dataclass(slots=True)
class Running:
    """A live case at rest, with what it waits for."""

    definition: Definition
    case: Case
    waits: Waits = field(default_factory=dict)


class SpiffEngine:
    """Advances cases; one for the whole process, safe for many threads."""

    def __init__(self, feel: AskFeel, *, live_size: int = 256) -> None:
        self._feel = feel
        self._specs = Specs()
        self._live = Live(live_size)

    def advance(self, files: Files, state: bytes | None, command: Command) -> Advance:
        """Apply one command to the stored state (None for Start) and run to the next wait.

        Raises:
            Invalid: the variables of the command are not plain JSON.
            UnknownTask: what the command names is no longer there.
            EngineError: the step could not be done; its subclasses say why.
        """
        if isinstance(command, Migrate):
            return self._migrate(files, _stored(state), command)
        running = self.begin(files) if isinstance(command, Start) else self.load(files, state)
        advance = self.step(running, command)
        advance = replace(advance, state=encode(running.case))
        # after a jump, which rebuilds part of the tree, the next step starts from the bytes
        if not isinstance(command, Return):
            self._live.offer(advance.state, running)
        return advance

    def restore(self, files: Files, state: bytes, earlier: bytes) -> Advance:
        """What changes when ``earlier`` becomes the state again (withdraw): nothing is run.

        Raises:
            StateUnreadable: one of the two is broken or does not fit the files.
        """
        definition = self._specs.get(files)
        case = decode(definition, earlier)
        waits = waits_of(case)
        return _report(case, waits_of(decode(definition, state)), waits, None, earlier)

    def task_at(self, files: Files, state: bytes, place: Place) -> str:
        """Key of the task that stands at this place of the stored state.

        Raises:
            UnknownTask: none does.
            StateUnreadable: the state is broken or does not fit the files.
        """
        return task_at(decode(self._specs.get(files), state), place)

    def essence(self, state: bytes) -> bytes:
        """What a stored state says, ids and stamps left out: equal for two runs of one log.

        Raises:
            StateUnreadable: unknown format or broken.
        """
        return essence(state)

    def keep(self, case_id: str, version: int, state: bytes) -> None:
        """After the commit: the live object whose advance gave ``state`` may be used again."""
        self._live.keep(case_id, version, state)

    def forget(self, case_id: str) -> None:
        """After a rollback or an error: the live object of this case is worthless."""
        self._live.forget(case_id)

    def begin(self, files: Files) -> Running:
        """A case in which nothing has happened yet."""
        definition = self._specs.get(files)
        return Running(definition, Case(definition.spec, definition.parts))

    def load(self, files: Files, state: bytes | None) -> Running:
        """The case at ``state``: the live object when there is one, else decoded.

        Raises:
            StateUnreadable: the state is missing, broken or does not fit the files.
        """
        definition = self._specs.get(files)
        held = self._live.take(_stored(state))
        if isinstance(held, Running) and held.definition is definition:
            return held
        case = decode(definition, _stored(state))
        return Running(definition, case, waits_of(case))

    def step(self, running: Running, command: CaseCommand) -> Advance:
        """Advance a live case in place, without encoding it: ``state`` is empty.

        After an error the object is half-done and must be thrown away.

        Raises:
            Invalid, UnknownTask, EngineError: as ``advance``.
        """
        step = self._step(running.definition, running.case, command.now)
        place = place_of(running.case, command)
        with _told(step):
            apply(running.definition, running.case, step, command)
            step.run_until_rest()
            settle(running.case)
        before, running.waits = running.waits, waits_of(running.case)
        return replace(_report(running.case, before, running.waits, step, b""), place=place)

    def _migrate(self, files: Files, state: bytes, command: Migrate) -> Advance:
        source, target = self._specs.get(files), self._specs.get(command.target)
        before = renamed(waits_of(decode(source, state)), command.mapping)
        case = migrate(source, target, state, command.mapping)
        step = self._step(target, case, command.now)
        with _told(step):
            for workflow in list(case.workflows()):
                workflow.update_waiting_tasks()
            step.run_until_rest()
            settle(case)
        after = waits_of(case)
        advance = _report(case, before, after, step, encode(case))
        return replace(advance, stayed=stayed(before, after))

    def _step(self, definition: Definition, case: Case, moment: datetime) -> Step:
        def decide(
            decision: str, element: str, context: Mapping[str, Json], now: datetime
        ) -> DecisionMade:
            made = definition.decisions.decide(decision, context, now=now)
            return DecisionMade(
                element=element, decision=decision, hits=made.hits, result=made.value
            )

        powers = FeelEngine(self._feel, definition.files, decide, moment)
        return Step(definition, case, powers)


def _stored(state: bytes | None) -> bytes:
    if state is None:
        raise StateUnreadable(_("事项没有流转状态"))
    return state


@contextmanager
def _told(step: Step) -> Iterator[None]:
    """Whatever goes wrong in a step leaves as one of our errors, with the element it was at."""
    try:
        yield
    except EngineError as error:
        error.element = error.element or step.element
        raise
    except Invalid:
        raise
    except Exception as broken:
        # the engine below raises its own and built-in classes; the object is lost with either
        raise EngineError(
            _("流程在该环节无法继续，本步骤没有执行"),
            element=step.element,
            detail=f"{type(broken).__name__}: {broken}"[:2000],
        ) from broken


def _report(case: Case, before: Waits, after: Waits, step: Step | None, state: bytes) -> Advance:
    changes = difference(before, after)
    thrown, case.thrown = case.thrown, []
    decided, case.decided = case.decided, []
    return Advance(
        state=state,
        opened=changes.opened,
        closed=changes.closed,
        timers_wanted=changes.timers_wanted,
        timers_dropped=changes.timers_dropped,
        subscribed=changes.subscribed,
        unsubscribed=changes.unsubscribed,
        messages=tuple(thrown),
        decisions=tuple(decided),
        visited=() if step is None else tuple(step.visited),
        flows=() if step is None else tuple(step.flows),
        variables=copied(case.variables),
        ended=case.completed,
    )

"""A matter is walked from its start to the step it stands at, by the engine that runs all others.

Nothing is put together by hand: each step before is completed with what the record says of it, so
that tables decide, blocks split and join and subprocesses begin as in every case, and the state
at the end is one the engine itself came to. What the record says may lead elsewhere: then the walk
says where it turned off, and which answers decided that. It writes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.domain.errors import EngineError, ExpressionFailed
from server.domain.expressions import Json
from server.engine.port import (
    Advance,
    Command,
    CompleteTask,
    Deliver,
    OpenTask,
    Start,
    Subscription,
    TimerDue,
    TimerWanted,
    WorkflowEngine,
)
from server.forms.fields import flat
from server.services.case import facts
from server.services.case.case_state import Act
from server.services.law import charts
from server.services.law.releases import Release
from server.services.takeover.ways import NEVER, Ways
from server.services.verbs import advance, openings

#: what a matter waits for
_Waiting = OpenTask | TimerWanted | Subscription

#: most steps on the way: the longest procedure has a fifth of it
_MOST = 200


class Astray(Exception):  # it is no fault: the record leads elsewhere
    """What the record says does not lead to the step."""

    def __init__(self, node_key: str, *, to: Iterable[str] = (), why: str = "") -> None:
        #: the step whose answers turned off; empty: the start
        super().__init__(why or node_key)
        self.node_key = node_key
        #: where the matter would stand instead
        self.to = tuple(to)
        #: why the engine could not go on, for people; empty where it only went elsewhere
        self.why = why


@dataclass(frozen=True, kw_only=True, slots=True)
class Passed:
    """One act on the way, and what the engine did with it."""

    act: Act
    after: Advance


@dataclass(slots=True)
class Walked:
    """Where the walk stands."""

    passed: list[Passed] = field(default_factory=list)
    state: bytes = b""
    variables: Mapping[str, Json] = field(default_factory=dict)
    open: dict[str, OpenTask] = field(default_factory=dict)
    timers: dict[tuple[str, str], TimerWanted] = field(default_factory=dict)
    waits: dict[tuple[str, str], Subscription] = field(default_factory=dict)
    #: every step that came up, the latest last
    seen: list[OpenTask] = field(default_factory=list)

    def take(self, act: Act, after: Advance) -> None:
        """Note one more act."""
        self.passed.append(Passed(act=act, after=after))
        self.state, self.variables = after.state, after.variables
        for gone in after.closed:
            self.open.pop(gone.task_key, None)
        for dropped in after.timers_dropped:
            self.timers.pop((dropped.task_key, dropped.element), None)
        for ended in after.unsubscribed:
            self.waits.pop((ended.task_key, ended.element), None)
        self.open |= {task.task_key: task for task in after.opened}
        self.seen += after.opened
        self.timers |= {(each.task_key, each.element): each for each in after.timers_wanted}
        self.waits |= {(each.task_key, each.element): each for each in after.subscribed}

    @property
    def nodes(self) -> list[str]:
        """The steps that were completed, in their order."""
        return [each.act.node_key for each in self.passed if each.act.command == "complete"]

    def arrival(self) -> Advance:
        """The whole way as one step: from nothing to where the matter stands."""
        every = [each.after for each in self.passed]
        return Advance(
            state=self.state,
            opened=tuple(self.open.values()),
            timers_wanted=tuple(self.timers.values()),
            subscribed=tuple(self.waits.values()),
            decisions=tuple(made for each in every for made in each.decisions),
            visited=tuple(node for each in every for node in each.visited),
            flows=tuple(flow for each in every for flow in each.flows),
            variables=self.variables,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Walker:
    """What a walk needs: the procedure, and the record's answers as they enter the engine."""

    engine: WorkflowEngine
    release: Release
    procedure: str
    given: Mapping[str, Json]
    now: datetime

    def walk(self, target: str) -> Walked:
        """The matter at the step.

        Raises:
            Astray: the answers lead elsewhere, or the engine cannot go on with them.
        """
        ways = Ways(charts.chart(self.release.files[self.procedure]), target)
        walked = Walked()
        coming: tuple[Act, Command] = self._start()
        for _count in range(_MOST):
            self._step(walked, *coming)
            if any(task.node_key == target for task in walked.open.values()):
                return walked
            found = self._next(walked, ways)
            if found is None:
                raise Astray(_turned(walked), to=_stands(walked))
            if _is_again(walked, found[0]):
                raise Astray(found[0].node_key, to=_stands(walked))
            coming = found
        raise Astray(_turned(walked), to=_stands(walked))

    def _step(self, walked: Walked, act: Act, command: Command) -> None:
        files = self.release.files[self.procedure]
        state = walked.state or None
        try:
            after = self.engine.advance(files, state, command)
        except (EngineError, ExpressionFailed) as error:
            raise Astray(act.node_key, why=error.message) from error
        walked.take(act, after)

    def _start(self) -> tuple[Act, Start]:
        procedure = self.release.pack.procedures[self.procedure]
        answers = self._answers(procedure.start_form)
        node = openings.start_node(self.release, procedure)
        act = Act(
            command="open", node_key=node, answers=answers, message=procedure.start_message or ""
        )
        variables = advance.routing(self.release, self.procedure, answers)
        settings = {"settings": facts.settings_of(self.release)}
        return act, Start(
            variables={**variables, **settings}, now=self.now, message=procedure.start_message
        )

    def _next(self, walked: Walked, ways: Ways) -> tuple[Act, Command] | None:
        """The act that leads on by the shortest way, None where none does."""
        found: list[tuple[float, str, _Waiting]] = []
        for task in walked.open.values():
            name = f"{task.node_key}:{task.instance or ''}"
            found.append((ways.behind(task.node_key), name, task))
        aside: list[TimerWanted | Subscription] = [*walked.timers.values(), *walked.waits.values()]
        for one in aside:
            found.append((ways.aside(one.element), one.element, one))
        leading = [each for each in found if each[0] < NEVER]
        if not leading:
            return None
        return self._command(min(leading, key=lambda each: each[:2])[2])

    def _command(self, chosen: _Waiting) -> tuple[Act, Command]:
        if isinstance(chosen, OpenTask):
            return self._completed(chosen)
        key, element = chosen.task_key, chosen.element
        if isinstance(chosen, TimerWanted):
            act = Act(command="timer", node_key=element, task_key=key)
            return act, TimerDue(task_key=key, element=element, now=self.now)
        act = Act(command="deliver", node_key=element, task_key=key, message=chosen.message)
        message = self.release.pack.messages.get(chosen.message)
        payload = {name: self.given.get(name) for name in (message.carries if message else ())}
        return act, Deliver(task_key=key, element=element, payload=payload, now=self.now)

    def _completed(self, task: OpenTask) -> tuple[Act, CompleteTask]:
        node = charts.chart(self.release.files[self.procedure]).nodes[task.node_key]
        answers = self._answers(node.form)
        variables = advance.routing(self.release, self.procedure, answers)
        if node.multi_instance and node.multi_instance.output:
            name = node.multi_instance.output
            variables[name] = self.given.get(name)
        act = Act(
            command="complete", node_key=task.node_key, task_key=task.task_key, answers=answers
        )
        return act, CompleteTask(task_key=task.task_key, variables=variables, now=self.now)

    def _answers(self, form_key: str) -> dict[str, Json]:
        """What the record says of the fields of a form; null where it says nothing."""
        form = self.release.compiled.get(form_key)
        fields = flat(form.fields) if form else ()
        return {
            one.key: self.given.get(one.key, [] if one.type == "list" else None) for one in fields
        }


def _is_again(walked: Walked, act: Act) -> bool:
    """Would this repeat a step: the record turned back. Items of a list come one after another."""
    return any(
        (each.act.node_key, each.act.task_key) == (act.node_key, act.task_key)
        or (each.act.node_key == act.node_key and not _is_item(each.after, act.node_key))
        for each in walked.passed
    )


def _is_item(after: Advance, node_key: str) -> bool:
    return any(task.node_key == node_key and task.instance for task in after.closed)


def _turned(walked: Walked) -> str:
    """The last step on the way, empty where only the start was made."""
    return walked.passed[-1].act.node_key if len(walked.passed) > 1 else ""


def _stands(walked: Walked) -> list[str]:
    return list(dict.fromkeys(task.node_key for task in walked.open.values()))

# mypy: disallow-subclassing-any=False
"""The task tree of one running case: dict scans instead of tree walks, ticks instead of clocks.

``Case`` is the top workflow, ``Part`` a running subprocess or call activity. The stock classes
walk the whole tree for every question, stop at depth 1,000, deep-merge data and read the wall
clock for every change of state (SpiffWorkflow 3.2.0, tests/engine/test_casetree.py).

Nothing here knows how an element behaves; events, joins and loops are specs of their own.
"""

from collections.abc import Iterator, Mapping
from operator import attrgetter
from secrets import token_hex
from typing import Any, Final, Protocol

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from server.domain.errors import BudgetExceeded
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.port import DecisionMade, MessageSent
from server.engine.runtime.conditions import Powerless
from server.engine.runtime.provenance import Holder, Versions, Writes

MAX_PARTS: Final = 200
MAX_DEPTH: Final = 10

#: states in which a task stands in the present: something can still happen to it
OPEN: Final[int] = TaskState.WAITING | TaskState.READY | TaskState.STARTED
#: states that never change again, but for a jump
FINISHED: Final[int] = TaskState.FINISHED_MASK
#: states of tasks that a token has not reached
AHEAD: Final[int] = TaskState.PREDICTED_MASK | TaskState.FUTURE


class Powers(Protocol):
    """What specs may ask of the world while they run; bound to the ``now`` of one command."""

    def value(self, expression: str, *contexts: Mapping[str, Json]) -> Json:
        """The value of a FEEL text; earlier contexts win over later ones."""

    def holds(self, expression: str, *contexts: Mapping[str, Json]) -> bool:
        """Is the value ``true``; raises for anything but true, false and null."""

    def decide(self, decision: str, element: str, context: Mapping[str, Json]) -> DecisionMade:
        """Evaluate one decision of the pack."""


class LeanTask(Holder, Task):
    """A task whose times are ticks of its case and which never logs case data."""

    def __init__(
        self,
        workflow: Any,
        task_spec: Any,
        parent: Any = None,
        state: int = TaskState.MAYBE,
    ) -> None:
        # a text: quicker to look up than a UUID, and its own key outside
        self.id = token_hex(16)
        self.workflow = workflow
        self.task_spec = task_spec
        self._parent: str | None = None
        self._children: list[str] = []
        self._state = state
        self.triggered = False
        self.thread_id = 0
        self.data: dict[str, Json] = {}
        self.internal_data: dict[str, Any] = {}
        self.last_state_change = workflow.top_workflow.next_tick()
        workflow.tasks[self.id] = self
        if parent is not None:
            self._parent = parent.id
            parent._children.append(self.id)

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> "LeanTask":
        child = LeanTask(self.workflow, task_spec, self, state)
        if state == TaskState.READY:
            child._ready()
        return child

    def _set_state(self, value: int) -> None:
        if value != self._state:
            self._state = value
            self.last_state_change = self.workflow.top_workflow.next_tick()

    def _inherit_data(self) -> None:
        """Once; what the task was given before wins over what its parent has."""
        if self.stamped:
            return
        given = self.data
        self.follow(self.parent)
        if given:
            self.data = {**self.data, **given}

    def collect_log_extras(self, dct: Any = None) -> dict[str, Any]:
        """Nothing: what a case holds never reaches a log."""
        return {}


class _Scans:
    """Questions about all tasks of one workflow, answered from the dict."""

    tasks: dict[str, LeanTask]
    completed: bool

    def open_tasks(self) -> list[LeanTask]:
        """Tasks that stand in the present."""
        return [task for task in self.tasks.values() if task._state & OPEN]

    def update_waiting_tasks(self) -> None:
        """Ask every waiting task again whether it may go on."""
        waiting = [task for task in self.tasks.values() if task._state == TaskState.WAITING]
        for task in waiting:
            if task._state == TaskState.WAITING and task.id in self.tasks:
                task.task_spec._update(task)

    def close(self) -> None:
        """Cancel everything unfinished in this workflow and in what runs below it, oldest first:
        the same order whether the case was loaded or not."""
        for task in sorted(self.open_tasks(), key=attrgetter("last_state_change")):
            if task._state & OPEN and task.id in self.tasks:
                task.cancel()
        self.completed = True

    def collect_log_extras(self, dct: Any = None) -> dict[str, Any]:
        """Nothing: what a case holds never reaches a log."""
        return {}

    def _mark_complete(self, task: LeanTask) -> None:
        self.completed = True


class Part(_Scans, BpmnSubWorkflow):
    """A running subprocess or call activity."""

    def __init__(self, spec: Any, parent_task_id: str, top_workflow: "Case") -> None:
        super().__init__(spec, parent_task_id, top_workflow, deserializing=True)
        for name in spec.data_objects:
            self.data["data_objects"][name] = None


class Case(_Scans, BpmnWorkflow):
    """The whole running case, with what its step collected so far."""

    def __init__(self, spec: Any, parts: Mapping[str, Any]) -> None:
        self.tick = 0
        #: last value written to each variable, in whatever branch: the table of routing variables
        self.variables: dict[str, Json] = {}
        self.thrown: list[MessageSent] = []
        self.decided: list[DecisionMade] = []
        self.writes = Writes()
        super().__init__(spec, parts, script_engine=Powerless(), deserializing=True)

    @property
    def powers(self) -> Powers:
        """What specs may ask while they run."""
        powers: Powers = self.script_engine
        return powers

    def next_tick(self) -> int:
        """A number larger than every one before: the order of changes in this case."""
        self.tick += 1
        return self.tick

    def workflows(self) -> Iterator[Any]:
        """The case itself, then everything that runs inside it."""
        yield self
        yield from self.subprocesses.values()

    def find(self, task_id: str) -> LeanTask | None:
        """The task with this id, wherever it is."""
        for workflow in self.workflows():
            task: LeanTask | None = workflow.tasks.get(task_id)
            if task is not None:
                return task
        return None

    def get_task_from_id(self, task_id: str) -> LeanTask | None:
        """The task with this id; the stock name of ``find``."""
        return self.find(task_id)

    def create_subprocess(self, my_task: LeanTask, spec_name: str) -> Part:
        """An empty part for a task.

        Raises:
            BudgetExceeded: too many, or too deep.
        """
        part = Part(self.subprocess_specs[spec_name], my_task.id, self)
        if len(self.subprocesses) >= MAX_PARTS or part.depth > MAX_DEPTH:
            raise BudgetExceeded(
                _("子流程过多或嵌套过深，本步骤没有执行"), element=element_of(my_task.task_spec)
            )
        self.subprocesses[my_task.id] = part
        return part

    def drop_part(self, task_id: str) -> None:
        """Forget a subprocess, what runs below it, and all it waits for."""
        part = self.subprocesses.get(task_id)
        if part is None:
            return
        for task in list(part.tasks.values()):
            self.event_manager.remove_task(task)
            self.drop_part(task.id)
        del self.subprocesses[task_id]

    def write(self, task: LeanTask, values: Mapping[str, Json]) -> None:
        """Note values as written, unless the task works on one item of a multi-instance step."""
        if enclosing_item(task) is None:
            self.variables.update(values)


def enclosing_item(task: LeanTask) -> LeanTask | None:
    """The multi-instance child that the task is, or inside of which it lies; None outside."""
    here: LeanTask | None = task
    while here is not None:
        if "key" in here.internal_data:
            return here
        owner = here.workflow.parent_task_id
        here = None if owner is None else here.workflow.top_workflow.find(owner)
    return None


def plant(workflow: Any, data: dict[str, Json], owner: LeanTask | None = None) -> LeanTask:
    """The finished root of an empty workflow; tokens are begun below it.

    What it lacks of the data of its owner, or has otherwise, is written here.
    """
    root = LeanTask(workflow, workflow.spec.start, state=TaskState.COMPLETED)
    if owner is None:
        root.become(data, {})
    else:
        owner.stamp()
        root.data = data
        root.differ(owner)
    workflow.task_tree = root
    return root


def begin(parent: LeanTask, spec: Any, data: dict[str, Json], versions: Versions) -> LeanTask:
    """A new token at ``spec`` with ``data``, below a finished task whose own data stay."""
    saved = parent.data, parent.versions, parent.stamped
    parent.become(data, versions)
    child = parent._add_child(spec, TaskState.FUTURE)
    spec._predict(child, mask=AHEAD)
    spec._update(child)
    parent.data, parent.versions, parent.stamped = saved
    return child


def is_child(spec: Any) -> bool:
    """Is this the spec of one instance of a repeated step, not of the step itself?"""
    return str(spec.name).endswith(" [child]")


def boundary_events(task: LeanTask) -> list[LeanTask]:
    """The boundary events beside an activity, or beside the step whose instance it is."""
    activity = task.parent if is_child(task.task_spec) else task
    split = activity.parent
    if split is None or not isinstance(split.task_spec, BoundaryEventSplit):
        return []
    return [child for child in split.children if isinstance(child.task_spec, BoundaryEvent)]


def element_of(spec: Any) -> str:
    """Id of the diagram element a spec stands for, empty for the engine's own nodes."""
    if spec.bpmn_id:
        return str(spec.bpmn_id)
    name = str(spec.name)
    return name.removesuffix(".BoundaryEventSplit") if name.endswith("EventSplit") else ""

# mypy: disallow-subclassing-any=False
"""Steps that run several times: multi-instance keyed by item, and the counted loop.

Each time a multi-instance step is entered its results start empty, and each result is stored
under the key of its item, so that the order in which people answer does not matter and a second
round leaves nothing of the first. The stock classes append in order of completion, refuse the
second round, and ask the completion condition of a child that does not see the results
(SpiffWorkflow 3.2.0, tests/engine/test_instances.py).

Internal data: a child has ``key`` and ``item``; the step has ``merged`` (keys that are done), and
``remaining`` (pairs) when its items come one after the other.
"""

from typing import Any, Final

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.defaults import (
    ParallelMultiInstanceTask,
    SequentialMultiInstanceTask,
    StandardLoopTask,
)
from SpiffWorkflow.util.task import TaskState

from server.domain.errors import BudgetExceeded, EngineError, ExpressionFailed, Invalid
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.runtime.casetree import OPEN, LeanTask

MAX_INSTANCES: Final = 1000

_Pairs = list[list[Json]]


class _Keyed:
    """What parallel and sequential multi-instance share; mixed before the stock class."""

    name: str
    task_spec: str
    cardinality: str | None
    condition: str | None
    data_input: Any
    data_output: Any
    input_item: Any
    output_item: Any

    def _update_hook(self, my_task: LeanTask) -> bool:
        BpmnTaskSpec._update_hook(self, my_task)
        pairs = self._pairs(my_task)
        my_task.internal_data["merged"] = []
        if self.data_output is not None:
            self._collect(my_task, {})
        if not pairs:
            return True
        my_task._set_state(TaskState.STARTED)
        self.start(my_task, pairs)
        return False

    def start(self, my_task: LeanTask, pairs: _Pairs) -> None:
        """Begin with these (key, item) pairs."""
        raise NotImplementedError

    def go_on(self, my_task: LeanTask) -> bool:
        """One instance is done: is the whole step done? Else begin what is next."""
        raise NotImplementedError

    def merge_child(self, workflow: Any, child: LeanTask) -> None:
        """A child has completed: keep its result, and finish the step when that was the last."""
        my_task = child.parent
        if my_task._state != TaskState.STARTED:
            return
        key = child.internal_data["key"]
        if self.data_output is not None:
            results = my_task.data.get(self.data_output.bpmn_id) or {}
            self._collect(my_task, {**results, key: self._result(child)})
        my_task.internal_data["merged"] = [*my_task.internal_data["merged"], key]
        if self._enough(my_task):
            for other in self.instances(my_task):
                if other._state & OPEN:
                    other.cancel()
            my_task._set_state(TaskState.READY)
        elif self.go_on(my_task):
            my_task._set_state(TaskState.READY)

    def instances(self, my_task: LeanTask) -> list[LeanTask]:
        """The children that work on one item each."""
        return [child for child in my_task.children if child.task_spec.name == self.task_spec]

    def create(self, my_task: LeanTask, key: str, item: Json) -> None:
        """Open the instance of one item."""
        spec = my_task.workflow.spec.task_specs[self.task_spec]
        child = my_task._add_child(spec, TaskState.WAITING)
        child.triggered = True
        child.internal_data["key"] = key
        child.internal_data["item"] = item
        if self.output_item is not None:
            child.data[self.output_item.bpmn_id] = None
        if self.input_item is not None:
            child.data[self.input_item.bpmn_id] = item
        spec._update(child)

    def check_result(self, answers: dict[str, Json]) -> None:
        """Refuse answers of one instance that lack its result."""
        if self.data_output is None or self.output_item is None:
            return
        if self.output_item.bpmn_id not in answers:
            raise Invalid(
                _("本步骤须提交处理结果"), detail=f"{self.name}: {self.output_item.bpmn_id}"
            )

    def _result(self, child: LeanTask) -> Json:
        return child.data.get(self.output_item.bpmn_id) if self.output_item is not None else None

    def _collect(self, my_task: LeanTask, results: dict[str, Json]) -> None:
        collected = {self.data_output.bpmn_id: results}
        my_task.data = {**my_task.data, **collected}
        my_task.workflow.top_workflow.write(my_task, collected)

    def _enough(self, my_task: LeanTask) -> bool:
        if self.condition is None:
            return False
        counts = {
            "completed": len(my_task.internal_data["merged"]),
            "total": len(self.instances(my_task)) + len(my_task.internal_data.get("remaining", ())),
        }
        workflow = my_task.workflow
        enough: bool = workflow.script_engine.holds(
            self.condition, counts, my_task.data, workflow.data_objects
        )
        return enough

    def _pairs(self, my_task: LeanTask) -> _Pairs:
        if self.data_input is None:
            return [[str(index), index] for index in range(self._number(my_task))]
        items = self.data_input.get(my_task)
        if isinstance(items, dict):
            pairs = [[key, item] for key, item in items.items()]
        elif isinstance(items, list):
            pairs = [[_key(index, item), item] for index, item in enumerate(items)]
        else:
            raise EngineError(
                _("本步骤的办理名单不是列表，无法逐一办理"),
                element=self.name,
                detail=f"{self.data_input.bpmn_id}: {type(items).__name__}",
            )
        _limit(self.name, len(pairs))
        if len({key for key, _item in pairs}) < len(pairs):
            raise EngineError(_("本步骤的办理名单中有重复项"), element=self.name)
        return pairs

    def _number(self, my_task: LeanTask) -> int:
        workflow = my_task.workflow
        number = workflow.script_engine.value(self.cardinality, my_task.data, workflow.data_objects)
        if type(number) is not int or number < 0:
            raise ExpressionFailed(
                _("本步骤的办理次数不是整数"), element=self.name, detail=f"{self.cardinality}"
            )
        _limit(self.name, number)
        return number


class KeyedParallel(_Keyed, ParallelMultiInstanceTask):
    """All instances open at once; done when each has completed, or the condition holds."""

    def start(self, my_task: LeanTask, pairs: _Pairs) -> None:
        """All at once."""
        for key, item in pairs:
            self.create(my_task, key, item)

    def go_on(self, my_task: LeanTask) -> bool:
        """Done when every instance has completed; a cancelled one never counts."""
        return all(child._state == TaskState.COMPLETED for child in self.instances(my_task))


class KeyedSequential(_Keyed, SequentialMultiInstanceTask):
    """One instance after the other, in the order of the list."""

    def start(self, my_task: LeanTask, pairs: _Pairs) -> None:
        """The first."""
        self._next(my_task, pairs)

    def go_on(self, my_task: LeanTask) -> bool:
        """The next, as long as there is one."""
        remaining = my_task.internal_data["remaining"]
        if not remaining:
            return True
        self._next(my_task, remaining)
        return False

    def _next(self, my_task: LeanTask, pairs: _Pairs) -> None:
        (key, item), *rest = pairs
        my_task.internal_data["remaining"] = rest
        self.create(my_task, key, item)


class AssigningLoop(StandardLoopTask):
    """A counted loop: each round sees what the one before wrote, values replaced whole."""

    def create_child(self, my_task: LeanTask) -> None:
        """Begin the next round."""
        spec = my_task.workflow.spec.task_specs[self.task_spec]
        child = my_task._add_child(spec, TaskState.WAITING)
        child.triggered = True
        spec._update(child)

    def merge_child(self, workflow: Any, child: LeanTask) -> None:
        """A round is done: its values replace those before."""
        my_task = child.parent
        child.stamp()
        my_task.adopt(child.data, child.versions)
        my_task.internal_data["merged"] = [*my_task.internal_data["merged"], child.id]
        if self.loop_complete(my_task):
            my_task._set_state(TaskState.READY)
        else:
            self.create_child(my_task)

    def loop_complete(self, my_task: LeanTask) -> bool:
        """Goes on while the condition is true, never past the maximum."""
        rounds = len(my_task.internal_data.get("merged", ()))
        if rounds >= min(self.maximum or MAX_INSTANCES, MAX_INSTANCES):
            return True
        if self.condition is None:
            return False
        workflow = my_task.workflow
        return not workflow.script_engine.holds(self.condition, my_task.data, workflow.data_objects)


def name_items(spec: Any) -> None:
    """Items go by name: ids are unique in a file, so two steps could not share ``opinion``."""
    if isinstance(spec, _Keyed):
        for item in (spec.input_item, spec.output_item):
            if item is not None:
                item.bpmn_id = item.bpmn_name or item.bpmn_id


def _key(index: int, item: Json) -> str:
    return str(item) if type(item) in (str, int) else str(index)


def _limit(element: str, number: int) -> None:
    if number > MAX_INSTANCES:
        raise BudgetExceeded(
            _("本步骤的办理名单超过{limit}项，没有执行").format(limit=MAX_INSTANCES),
            element=element,
        )

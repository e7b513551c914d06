# mypy: disallow-subclassing-any=False
"""From the files of a procedure to specs that run: parsed once, then never changed.

The stock parser reads the tree, then stock classes are exchanged for ours and everything a run
would otherwise connect on the way is connected here. Drawn shapes are taken out first: they
would decide the order of conditions (SpiffWorkflow 3.2.0, tests/engine/test_specs.py).

Two sequence flows between the same pair of elements cannot be told apart once parsed; the
checker refuses them, here the first in the file answers for both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.BpmnParser import full_tag
from SpiffWorkflow.bpmn.parser.node_parser import NodeParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import (
    CallActivityParser,
    ConditionalGatewayParser,
    GatewayParser,
    SubWorkflowParser,
)
from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin
from SpiffWorkflow.bpmn.specs.data_spec import BpmnDataStoreSpecification
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.specs import MultiChoice

from server.domain.errors import EngineError
from server.domain.texts import _
from server.engine.dmn import Decisions
from server.engine.port import Files
from server.engine.runtime import event_reading, events, instances, joins, tasks
from server.engine.runtime.conditions import FeelCondition
from server.engine.runtime.lookahead import one_ahead
from server.engine.xml_gate import BPMNDI, parse, tag

#: what leaves the stock parser, whatever its documentation says
_ESCAPING: Final = (
    SpiffWorkflowException,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    etree.LxmlError,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """One procedure, ready to run."""

    #: content hash of the files
    key: str
    files: Files
    spec: Any
    #: process or subprocess id -> spec, of everything that can be reached
    parts: Mapping[str, Any]
    #: (process or subprocess id, source, target) -> id of the sequence flow
    flows: Mapping[tuple[str, str, str], str]
    #: gateway spec -> conditions of it and of the gateways reached through gateways only
    chains: Mapping[Any, tuple[str, ...]]
    decisions: Decisions


def define(files: Files, key: str) -> Definition:
    """Parse and connect the files.

    Raises:
        EngineError: the engine cannot run them; names the element as far as it is known.
    """
    element = files.process
    try:
        roots = {name: _readable(data) for name, data in files.diagrams.items()}
        parser = _Parser()
        for name, root in roots.items():
            parser.add_bpmn_xml(root, filename=name)
        spec = parser.get_spec(files.process)
        parts = parser.get_subprocess_specs(files.process)
        # a process that calls itself is one of its own parts
        for each in (spec, *(part for part in parts.values() if part is not spec)):
            element = each.name
            _connect(each)
    except _ESCAPING as refused:
        raise _said(refused, getattr(refused, "id", "") or element) from refused
    return Definition(
        key=key,
        files=files,
        spec=spec,
        parts=parts,
        flows=_flows(roots.values()),
        chains=_chains([spec, *parts.values()]),
        decisions=Decisions(files.decisions),
    )


def _said(refused: BaseException, element: str) -> EngineError:
    """Our own refusal where the parser has wrapped one, else a general one."""
    cause = refused.__context__
    while cause is not None:
        if isinstance(cause, EngineError):
            return cause
        cause = cause.__context__
    return _unfit(element, refused)


def _unfit(element: str, error: BaseException) -> EngineError:
    detail = f"{type(error).__name__}: {error}"
    return EngineError(_("流程图无法由引擎读入"), element=element, detail=detail[:2000])


def _readable(data: bytes) -> etree._Element:
    """The tree as the engine may see it: no shapes, lanes called by their ids."""
    root = parse(data)
    for shape in list(root.iter(tag("BPMNShape", BPMNDI))):
        parent = shape.getparent()
        if parent is not None:
            parent.remove(shape)
    for lane in root.iter(tag("lane")):
        lane.set("name", lane.get("id", ""))
    for part in root.iter(tag("subProcess")):
        if part.get("triggeredByEvent") in ("true", "1"):
            raise EngineError(_("不支持由事件触发的子流程"), element=part.get("id", ""))
    return root


def _resolve(self: Any, reference: Any) -> Any:
    """The data object in the nearest scope around; the stock loop never ends when it is not found
    in the innermost one (SpiffWorkflow 3.2.0, bpmn/parser/node_parser.py:145)."""
    scope = self.process_parser if reference is not None else None
    while scope is not None:
        found = scope.spec.data_objects.get(reference.get("dataObjectRef"))
        if found is not None:
            return found
        scope = scope.parent
    return None


def _mended(cls: type[NodeParser]) -> type[NodeParser]:
    return type(cls.__name__, (cls,), {"_resolve_data_object_ref": _resolve})


class _AnyStore(dict[str, Any]):
    """Every data store is a picture: any name is accepted, nothing is read or written."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Any:
        return _Picture


class _Picture(BpmnDataStoreSpecification):
    def get(self, my_task: Any) -> None:
        """Nothing: the store is a picture."""

    def set(self, my_task: Any) -> None:
        """Nothing: the store is a picture."""


class _Processes(ProcessParser):
    """Processes begin at one start event that the command names, so starts are not split."""

    def add_tasks(self) -> None:
        starts = self.xpath("./bpmn:startEvent")
        if not starts:
            raise EngineError(_("流程没有开始事件"), element=self.bpmn_id)
        for start in starts:
            self.parse_node(start)


class _Parser(BpmnParser):
    PROCESS_PARSER_CLASS = _Processes
    DATA_STORE_CLASSES = _AnyStore()
    OVERRIDE_PARSER_CLASSES: Final = {
        full_tag(name): (_mended(parser), spec_class)
        for name, parser, spec_class in (
            ("startEvent", event_reading.StartParser, defaults.StartEvent),
            ("endEvent", event_reading.EndParser, events.TerminatingEnd),
            ("boundaryEvent", event_reading.BoundaryParser, defaults.BoundaryEvent),
            ("intermediateCatchEvent", event_reading.CatchParser, defaults.IntermediateCatchEvent),
            ("intermediateThrowEvent", event_reading.ThrowParser, defaults.IntermediateThrowEvent),
            ("sendTask", event_reading.SendParser, defaults.SendTask),
            ("receiveTask", event_reading.SendParser, defaults.ReceiveTask),
            ("eventBasedGateway", event_reading.EventGatewayParser, events.EventChoice),
            ("parallelGateway", GatewayParser, joins.MergingParallel),
            ("inclusiveGateway", ConditionalGatewayParser, joins.MergingInclusive),
            ("businessRuleTask", tasks.RuleTaskParser, tasks.RuleTask),
            ("subProcess", SubWorkflowParser, tasks.EmbeddedPart),
            ("callActivity", CallActivityParser, tasks.CalledPart),
            ("userTask", tasks.PlainParser, defaults.UserTask),
            ("manualTask", tasks.PlainParser, defaults.ManualTask),
            ("task", tasks.PlainParser, defaults.NoneTask),
        )
    } | {
        full_tag(name): (None, None)
        for name in ("scriptTask", "serviceTask", "transaction", "adHocSubProcess")
    }


_OURS: Final[Mapping[type, type]] = {
    BoundaryEventJoin: tasks.ActivityOver,
    defaults.ParallelMultiInstanceTask: instances.KeyedParallel,
    defaults.SequentialMultiInstanceTask: instances.KeyedSequential,
    defaults.StandardLoopTask: instances.AssigningLoop,
}


def _connect(spec: Any) -> None:
    """Exchange classes and connect what a run would connect; nothing changes afterwards."""
    spec.end.__class__ = joins.MergingEnd
    _name_data(spec)
    for each in spec.task_specs.values():
        each.__class__ = one_ahead(_OURS.get(each.__class__, each.__class__))
        if isinstance(each, LoopTask):
            instances.name_items(each)
            spec.task_specs[each.task_spec].completed_event.connect(each.merge_child)
        if isinstance(each, MultiChoice):
            for condition, _output in each.cond_task_specs:
                if condition is not None:
                    condition.__class__ = FeelCondition
        if isinstance(each, joins.MergingInclusive):
            each.reach = _reach(spec, each)
        _name_data(each)


def _name_data(spec: Any) -> None:
    """Variables of an ``ioSpecification`` go by name, as those of multi-instance steps do."""
    wanted = spec.io_specification
    for each in (*wanted.data_inputs, *wanted.data_outputs) if wanted is not None else ():
        each.bpmn_id = each.bpmn_name or each.bpmn_id


def _reach(spec: Any, join: Any) -> dict[str, frozenset[str]]:
    """Spec name -> inputs of the join that can be reached from it without passing the join."""
    inputs = frozenset(each.name for each in join.inputs)
    reach = {}
    for each in spec.task_specs.values():
        seen, todo = {each.name}, [] if each is join else list(each.outputs)
        while todo:
            ahead = todo.pop()
            if ahead.name not in seen and ahead is not join:
                seen.add(ahead.name)
                todo += ahead.outputs
        reach[each.name] = inputs & seen
    return reach


def _flows(roots: Any) -> dict[tuple[str, str, str], str]:
    flows: dict[tuple[str, str, str], str] = {}
    for root in roots:
        for flow in root.iter(tag("sequenceFlow")):
            ends = (flow.getparent().get("id"), flow.get("sourceRef"), flow.get("targetRef"))
            flows.setdefault(ends, flow.get("id", ""))
    return flows


def _chains(specs: list[Any]) -> dict[Any, tuple[str, ...]]:
    gateways = [
        each for spec in specs for each in spec.task_specs.values() if isinstance(each, MultiChoice)
    ]
    chains = {gateway: tuple(_chain(gateway)) for gateway in gateways}
    return {gateway: chain for gateway, chain in chains.items() if len(chain) > 1}


def _chain(gateway: Any) -> dict[str, None]:
    """Conditions of the gateway and of those reached from it through gateways only, in order."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    todo = [gateway]
    while todo:
        each = todo.pop()
        if each.name in seen or not isinstance(each, MultiChoice):
            continue
        seen.add(each.name)
        found.update(
            (condition.args[0], None) for condition, _o in each.cond_task_specs if condition
        )
        todo += each.outputs
    return found

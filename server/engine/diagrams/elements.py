"""The parts of a diagram as plain frozen data: nodes, flows, lanes, processes.

Ids are what the state, the pack and the history name; names are what people read.
"""

from dataclasses import dataclass
from typing import Final, Literal

#: BPMN local names of everything a token can stand on
ACTIVITIES: Final = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "businessRuleTask",
        "serviceTask",
        "scriptTask",
        "sendTask",
        "receiveTask",
        "subProcess",
        "adHocSubProcess",
        "transaction",
        "callActivity",
    }
)
EVENTS: Final = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
    }
)
GATEWAYS: Final = frozenset(
    {
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
        "complexGateway",
    }
)
FLOW_NODES: Final = ACTIVITIES | EVENTS | GATEWAYS
SUBPROCESSES: Final = frozenset({"subProcess", "adHocSubProcess", "transaction"})
#: kinds at which a case rests until a person, a message or a timer moves it
WAITS: Final = frozenset(
    {"userTask", "manualTask", "task", "receiveTask", "intermediateCatchEvent"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class EventDefinition:
    """What an event waits for or does."""

    #: ``message timer signal error escalation conditional link terminate compensate cancel``
    kind: str
    #: name of the message, signal or link
    name: str = ""
    #: ``timeDate``, ``timeDuration`` or ``timeCycle``
    timer: str = ""
    #: text of the timer: ``deadline("…")``, ``reminder("…", n)`` or an ISO-8601 literal
    wish: str = ""
    #: code of an error or escalation; empty catches every one
    code: str = ""
    #: FEEL of a conditional event
    condition: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MultiInstance:
    """How an activity repeats: once per item of a list, or a number of times."""

    sequential: bool
    #: variable that holds the list, empty with a cardinality
    collection: str = ""
    #: name under which each instance sees its item
    item: str = ""
    #: name of the variable in which each instance leaves its result
    output: str = ""
    #: variable that collects the results
    output_collection: str = ""
    #: FEEL giving the number of instances, empty with a collection
    cardinality: str = ""
    #: FEEL that ends the rest when true
    completion: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One flow node: something a token can stand on."""

    id: str
    #: BPMN local name, e.g. ``userTask``
    kind: str
    name: str = ""
    documentation: str = ""
    #: id of the innermost lane; inside a subprocess that of the subprocess; empty when none
    lane: str = ""
    #: id of the process it belongs to
    process: str
    #: id of the subprocess it lies in, or of the process
    scope: str
    #: ``rongcuo:form``, ``:deadline``, ``:decision``, ``:result``, ``:outcome`` as written
    form: str = ""
    deadline: str = ""
    decision: str = ""
    result: str = ""
    outcome: str = ""
    event: EventDefinition | None = None
    #: of a boundary event: the activity it sits on
    attached_to: str = ""
    #: of a boundary event: does it end the activity
    interrupting: bool = True
    #: id of the default flow
    default: str = ""
    multi_instance: MultiInstance | None = None
    #: of a call activity: the process it calls
    called: str = ""
    #: of a send or receive task: name of its message
    message: str = ""
    #: id the designer gave when the engine could not take it
    original: str = ""
    #: of a subprocess: started by an event and not by a token
    by_event: bool = False

    @property
    def label(self) -> str:
        """What people call it: its name, or its id as drawn when it has none."""
        return " ".join(self.name.split()) or self.original or self.id


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """One sequence flow."""

    id: str
    source: str
    target: str
    #: FEEL, empty when the flow is unconditional
    condition: str = ""
    name: str = ""
    scope: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """One lane; its id is the key of ``lanes:`` in the pack."""

    id: str
    name: str = ""
    #: name of the pool that shows its process, empty when there is none
    pool: str = ""
    process: str = ""
    #: True when no other lane lies within: tasks are held by such lanes only
    innermost: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """One executable process of the file."""

    id: str
    name: str = ""
    documentation: str = ""
    #: ids of its data objects, in every scope: the names under which they are read
    data_objects: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Expression:
    """One FEEL text and the element it is evaluated at."""

    element: str
    #: ``condition collection cardinality completion event outcome``
    use: Literal["condition", "collection", "cardinality", "completion", "event", "outcome"]
    text: str

"""Small BPMN files for tests: one method per construct, ids as given, flows numbered."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from server.engine.port import Files

_HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
    ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:rongcuo="urn:rongcuo:bpmn:1" id="definitions" targetNamespace="urn:test">'
)
_FEEL = 'xsi:type="bpmn:tFormalExpression" language="FEEL"'


class Process:
    """One process or embedded subprocess under construction; methods return the process."""

    def __init__(self, process_id: str = "main") -> None:
        self.id = process_id
        self.parts: list[str] = []
        self._flows = 0

    def flow(self, source: str, target: str, condition: str = "", flow_id: str = "") -> str:
        """A sequence flow; returns its id."""
        self._flows += 1
        made = flow_id or f"{self.id}_flow{self._flows}"
        inner = (
            f"<bpmn:conditionExpression {_FEEL}>{escape(condition)}</bpmn:conditionExpression>"
            if condition
            else ""
        )
        self.parts.append(
            f'<bpmn:sequenceFlow id="{made}" sourceRef="{source}" targetRef="{target}">'
            f"{inner}</bpmn:sequenceFlow>"
        )
        return made

    def path(self, *elements: str) -> "Process":
        """Flows from each element to the next."""
        for source, target in pairwise(elements):
            self.flow(source, target)
        return self

    def add(self, kind: str, element: str, inner: str = "", **attributes: str) -> "Process":
        """Any element by its BPMN name."""
        written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
        self.parts.append(f'<bpmn:{kind} id="{element}"{written}>{inner}</bpmn:{kind}>')
        return self

    def start(self, element: str = "start", inner: str = "") -> "Process":
        return self.add("startEvent", element, inner)

    def end(self, *elements: str, inner: str = "") -> "Process":
        for element in elements or ("end",):
            self.add("endEvent", element, inner)
        return self

    def user(self, *elements: str, inner: str = "") -> "Process":
        for element in elements:
            self.add("userTask", element, inner, name=element)
        return self

    def rule(self, element: str, decision: str, result: str) -> "Process":
        return self.add(
            "businessRuleTask",
            element,
            **{"rongcuo:decision": decision, "rongcuo:result": result},
        )

    def xor(self, element: str, default: str = "") -> "Process":
        return self._gateway("exclusiveGateway", element, default)

    def inclusive(self, element: str, default: str = "") -> "Process":
        return self._gateway("inclusiveGateway", element, default)

    def parallel(self, *elements: str) -> "Process":
        for element in elements:
            self.add("parallelGateway", element)
        return self

    def first_event(self, element: str) -> "Process":
        return self.add("eventBasedGateway", element)

    def each(
        self,
        element: str,
        items: str = "organs",
        *,
        kind: str = "userTask",
        sequential: bool = False,
        inner: str = "",
        **names: str,
    ) -> "Process":
        """A multi-instance activity.

        ``names``: ``results``, ``item`` and ``result`` name its variables, ``until`` is its
        completion condition, ``cardinality`` replaces the list, ``called`` the called process.
        """
        results = names.get("results", "opinions")
        body = (
            f"<bpmn:loopCardinality {_FEEL}>{names['cardinality']}</bpmn:loopCardinality>"
            if "cardinality" in names
            else f"<bpmn:loopDataInputRef>{items}</bpmn:loopDataInputRef>"
        )
        if results:
            body += f"<bpmn:loopDataOutputRef>{results}</bpmn:loopDataOutputRef>"
        if "cardinality" not in names:
            item = names.get("item", "organ")
            body += f'<bpmn:inputDataItem id="{element}_in" name="{item}"/>'
        if results:
            result = names.get("result", "opinion")
            body += f'<bpmn:outputDataItem id="{element}_out" name="{result}"/>'
        if "until" in names:
            until = escape(names["until"])
            body += f"<bpmn:completionCondition {_FEEL}>{until}</bpmn:completionCondition>"
        loop = (
            f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
            f"{body}</bpmn:multiInstanceLoopCharacteristics>"
        )
        called = {"calledElement": names["called"]} if "called" in names else {}
        # the schema wants the loop before what lies inside a subprocess
        return self.add(
            kind, element, loop + inner if kind == "subProcess" else inner + loop, **called
        )

    def call(self, element: str, process: str) -> "Process":
        return self.add("callActivity", element, calledElement=process)

    def subprocess(self, element: str, inner: "Process") -> "Process":
        return self.add("subProcess", element, "".join(inner.parts))

    def boundary(
        self, element: str, on: str, definition: str, *, interrupting: bool = True
    ) -> "Process":
        return self.add(
            "boundaryEvent",
            element,
            definition,
            attachedToRef=on,
            cancelActivity=str(interrupting).lower(),
        )

    def catch(self, element: str, definition: str) -> "Process":
        return self.add("intermediateCatchEvent", element, definition)

    def throw(self, element: str, definition: str) -> "Process":
        return self.add("intermediateThrowEvent", element, definition)

    def lanes(self, lanes: str) -> "Process":
        """Lanes as XML; they come first."""
        self.parts.insert(0, f'<bpmn:laneSet id="{self.id}_lanes">{lanes}</bpmn:laneSet>')
        return self

    def _gateway(self, kind: str, element: str, default: str) -> "Process":
        return self.add(kind, element, **({"default": default} if default else {}))

    def xml(self) -> str:
        return (
            f'<bpmn:process id="{self.id}" isExecutable="true">{"".join(self.parts)}</bpmn:process>'
        )


def timer(wish: str, kind: str = "timeDuration") -> str:
    return (
        f"<bpmn:timerEventDefinition><bpmn:{kind} {_FEEL}>{escape(wish)}</bpmn:{kind}>"
        "</bpmn:timerEventDefinition>"
    )


def message(reference: str) -> str:
    return f'<bpmn:messageEventDefinition messageRef="{reference}"/>'


def signal(reference: str) -> str:
    return f'<bpmn:signalEventDefinition signalRef="{reference}"/>'


def error(reference: str = "") -> str:
    return f"<bpmn:errorEventDefinition{_reference('errorRef', reference)}/>"


def escalation(reference: str = "") -> str:
    return f"<bpmn:escalationEventDefinition{_reference('escalationRef', reference)}/>"


def condition(text: str) -> str:
    return (
        f"<bpmn:conditionalEventDefinition><bpmn:condition {_FEEL}>{escape(text)}"
        "</bpmn:condition></bpmn:conditionalEventDefinition>"
    )


TERMINATE = "<bpmn:terminateEventDefinition/>"


def lane(lane_id: str, *elements: str, inner: str = "") -> str:
    references = "".join(f"<bpmn:flowNodeRef>{each}</bpmn:flowNodeRef>" for each in elements)
    nested = f"<bpmn:childLaneSet>{inner}</bpmn:childLaneSet>" if inner else ""
    return f'<bpmn:lane id="{lane_id}" name="{lane_id} name">{references}{nested}</bpmn:lane>'


def shapes(tops: Mapping[str, int]) -> tuple[str]:
    """A drawing that says only how far down each element stands."""
    drawn = "".join(
        f'<bpmndi:BPMNShape id="{each}_di" bpmnElement="{each}">'
        f'<dc:Bounds x="0" y="{top}" width="80" height="60"/></bpmndi:BPMNShape>'
        for each, top in tops.items()
    )
    plane = f'<bpmndi:BPMNPlane id="plane">{drawn}</bpmndi:BPMNPlane>'
    return (f'<bpmndi:BPMNDiagram id="drawing">{plane}</bpmndi:BPMNDiagram>',)


def document(
    *processes: Process,
    messages: Sequence[str] = (),
    signals: Sequence[str] = (),
    errors: Sequence[str] = (),
    escalations: Sequence[str] = (),
    drawing: Sequence[str] = (),
) -> bytes:
    """A BPMN file; messages and signals are called by their ids, errors have their id as code."""
    named = [f'<bpmn:message id="{each}" name="{each}"/>' for each in messages]
    named += [f'<bpmn:signal id="{each}" name="{each}"/>' for each in signals]
    named += [f'<bpmn:error id="{each}" name="{each}" errorCode="{each}"/>' for each in errors]
    named += [
        f'<bpmn:escalation id="{each}" name="{each}" escalationCode="{each}"/>'
        for each in escalations
    ]
    written = "".join(process.xml() for process in processes)
    return f"{_HEAD}{''.join(named)}{written}{''.join(drawing)}</bpmn:definitions>".encode()


def files(
    *processes: Process,
    variables: Sequence[str] = (),
    decisions: Mapping[str, bytes] | None = None,
    types: Mapping[str, str] | None = None,
    **named: Sequence[str],
) -> Files:
    """The files of a procedure that runs the first process; ``named`` as in ``document``."""
    return Files(
        process=processes[0].id,
        diagrams={"main.bpmn": document(*processes, **named)},
        decisions=decisions or {},
        variables=frozenset(variables),
        types=types or {},
    )


def _reference(attribute: str, reference: str) -> str:
    return f' {attribute}="{reference}"' if reference else ""

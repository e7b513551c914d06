"""Pass 4: an error that is thrown is caught around it, and what is caught can be thrown.

The engine stops the step at an error nobody catches: the case could never go on.
"""

from collections.abc import Iterator, Mapping

from server.checker.rules_calls import MOST_DEPTH
from server.domain.notes import Notes
from server.domain.texts import _
from server.engine.diagrams.elements import SUBPROCESSES, Node
from server.engine.graph import ProcessGraph

_KINDS = ("error", "escalation")
_THROWS = ("endEvent", "intermediateThrowEvent")

Home = Mapping[str, tuple[str, ProcessGraph]]


def check(graphs: Mapping[str, ProcessGraph], notes: Mapping[str, Notes]) -> None:
    """Note errors that leave the outermost process, and boundary events nothing can reach."""
    home = {
        process.id: (file, graph) for file, graph in graphs.items() for process in graph.processes
    }
    called = {node.called for graph in graphs.values() for node in graph.nodes if node.called}
    for process, (file, graph) in home.items():
        if process not in called:
            for node in _leaving(home, graph, process, 0):
                _uncaught(home, node, notes)
        for node in graph.nodes:
            if node.process == process and node.attached_to:
                _boundary(home, graph, node, notes[file])


def _leaving(home: Home, graph: ProcessGraph, scope: str, depth: int) -> Iterator[Node]:
    """The throwing events whose error or escalation leaves this scope."""
    for node in graph.within(scope):
        if node.event and node.event.kind in _KINDS and node.kind in _THROWS:
            yield node
        for thrown in _inside(home, graph, node, depth):
            if not any(_takes(event, thrown) for event in graph.boundary(node.id)):
                yield thrown


def _inside(home: Home, graph: ProcessGraph, node: Node, depth: int) -> Iterator[Node]:
    """What leaves the inside of an activity."""
    if depth > MOST_DEPTH:
        return
    if node.kind in SUBPROCESSES:
        yield from _leaving(home, graph, node.id, depth + 1)
    elif node.kind == "callActivity" and node.called in home:
        yield from _leaving(home, home[node.called][1], node.called, depth + 1)


def _takes(boundary: Node, thrown: Node) -> bool:
    caught, alarm = boundary.event, thrown.event
    if caught is None or alarm is None or caught.kind != alarm.kind:
        return False
    return caught.code in ("", alarm.code)


def _uncaught(home: Home, node: Node, notes: Mapping[str, Notes]) -> None:
    if node.event is None or node.event.kind != "error":
        return  # an escalation that nobody takes is lost on purpose
    notes[home[node.process][0]].error(
        "ERROR_UNCAUGHT",
        _("“{name}”抛出的错误没有边界事件接住，案件会停在这里").format(name=node.label),
        _("在外层的子流程或者调用活动上画出接住该错误的边界事件，或者改为普通的结束事件"),
        element=node.id,
    )


def _boundary(home: Home, graph: ProcessGraph, event: Node, notes: Notes) -> None:
    holder = graph.find(event.attached_to)
    if holder is None or event.event is None or event.event.kind not in _KINDS:
        return
    if holder.kind == "callActivity" and holder.called not in home:
        return  # noted by itself
    if not any(_takes(event, thrown) for thrown in _inside(home, graph, holder, 0)):
        notes.warning(
            "BOUNDARY_NEVER",
            _("边界事件“{name}”等待的错误或者升级，在“{holder}”里没有任何事件抛出").format(
                name=event.label, holder=holder.label
            ),
            _("在里面画出抛出它的事件，或者删除该边界事件"),
            element=event.id,
        )

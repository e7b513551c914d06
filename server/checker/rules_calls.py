"""Pass 4: who calls whom over all diagrams, and cycles in which nothing ever waits."""

from collections.abc import Iterator, Mapping

from server.checker.reach import successors, waits
from server.domain.notes import Notes
from server.domain.texts import _
from server.engine.diagrams.elements import Node
from server.engine.graph import ProcessGraph

#: deepest chain of call activities a case may be in
MOST_DEPTH = 10


def check(graphs: Mapping[str, ProcessGraph], notes: Mapping[str, Notes]) -> None:
    """Note unknown targets, rings and automatic cycles; ``notes`` has one entry per file."""
    home = {
        process.id: (file, graph) for file, graph in graphs.items() for process in graph.processes
    }
    calls = {
        process: {node.called for node in graph.nodes if node.process == process and node.called}
        for process, (_file, graph) in home.items()
    }
    resting = _resting(home)
    for file, graph in graphs.items():
        for node in graph.nodes:
            if node.kind == "callActivity" and node.called:
                _call(node, calls, notes[file])
        _cycles(graph, resting, notes[file])


def _call(node: Node, calls: Mapping[str, set[str]], notes: Notes) -> None:
    if node.called not in calls:
        notes.error(
            "CALL_UNKNOWN",
            _("“{name}”调用的流程“{called}”不在政策包中，或者不可执行").format(
                name=node.label, called=node.called[:60]
            ),
            _("改正被调用流程的标识，或者把该流程放进政策包"),
            element=node.id,
        )
    elif node.process in _called(node.called, calls):
        notes.error(
            "CALL_RING",
            _("“{name}”调用的流程又调用到自己，永远不会结束").format(name=node.label),
            _("去掉循环调用，重复办理用图内的回路表示"),
            element=node.id,
        )
    elif _depth(node.called, calls) >= MOST_DEPTH:
        notes.error(
            "CALL_DEPTH",
            _("“{name}”的调用超过{limit}层").format(name=node.label, limit=MOST_DEPTH),
            _("减少流程之间的逐层调用"),
            element=node.id,
        )


def _called(process: str, calls: Mapping[str, set[str]]) -> set[str]:
    found, todo = set(), [process]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += calls.get(one, ())
    return found


def _depth(process: str, calls: Mapping[str, set[str]]) -> int:
    """Longest chain below ``process``; rings are cut off at the limit."""
    level, depth = {process}, 0
    while level and depth <= MOST_DEPTH:
        depth += 1
        level = {called for one in level for called in calls.get(one, ())}
    return depth


def _resting(home: Mapping[str, tuple[str, ProcessGraph]]) -> dict[str, bool]:
    """Process -> does a case rest somewhere in it, or in what it calls."""
    resting = dict.fromkeys(home, False)
    changed = True
    while changed:
        changed = False
        for process, (_file, graph) in home.items():
            if not resting[process] and any(
                waits(graph, node, resting) for node in graph.within(process)
            ):
                resting[process] = changed = True
    return resting


def _cycles(graph: ProcessGraph, resting: Mapping[str, bool], notes: Notes) -> None:
    """A cycle every node of which the engine passes by itself runs until it is stopped."""
    automatic = {node.id: node for node in graph.nodes if not waits(graph, node, resting)}
    reported: set[str] = set()
    for node in automatic.values():
        if node.id in reported:
            continue
        ring = _ring(graph, node, automatic)
        if ring:
            reported |= {each.id for each in ring}
            notes.error(
                "CYCLE_AUTOMATIC",
                _("“{names}”构成一个无人办理、无事等待的循环").format(
                    names="→".join(each.label for each in ring[:6])
                ),
                _("在循环中加入用户任务或者等待的事件"),
                element=node.id,
            )


def _ring(graph: ProcessGraph, start: Node, automatic: Mapping[str, Node]) -> list[Node]:
    """The shortest way from ``start`` back to it through automatic nodes, empty when none."""
    behind: dict[str, Node] = {}
    todo = [start]
    for node in todo:
        for ahead in _automatic(graph, node, automatic):
            if ahead.id == start.id:
                way = [node]
                while way[-1].id != start.id:
                    way.append(behind[way[-1].id])
                return way[::-1]
            if ahead.id not in behind:
                behind[ahead.id] = node
                todo.append(ahead)
    return []


def _automatic(graph: ProcessGraph, node: Node, automatic: Mapping[str, Node]) -> Iterator[Node]:
    return (ahead for ahead in successors(graph, node) if ahead.id in automatic)

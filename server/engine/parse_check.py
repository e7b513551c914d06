"""The engine's own look at a diagram, before publishing: does it parse, and parse whole.

Stock SpiffWorkflow walks from the start events along flows: what lies behind a cut is dropped
without a word. So the flow nodes of the file must equal the task specs the engine made, less its
own. Meant for the killable child.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from server.domain.errors import EngineError
from server.domain.findings import Finding
from server.domain.texts import _
from server.engine.diagrams.elements import Node
from server.engine.graph import ProcessGraph, read_graph
from server.engine.port import Files
from server.engine.runtime import specs

#: specs the engine makes for itself
_OWN: Final = frozenset({"Start", "End", "Root", "StartEventSplit", "StartEventJoin"})
_OWN_ENDINGS: Final = (".EndJoin", ".BoundaryEventSplit", ".BoundaryEventJoin", " [child]")


def check(diagrams: Mapping[str, bytes]) -> list[Finding]:
    """One finding per process the engine refuses and per node it does not see."""
    return [
        finding
        for name, needed in together(diagrams).items()
        for finding in check_one(name, needed)
    ]


def check_one(file: str, diagrams: Mapping[str, bytes]) -> list[Finding]:
    """The same of the processes of one file; ``diagrams`` holds it and what it calls."""
    graph = read_graph(diagrams[file])
    return [
        finding
        for process in graph.processes
        for finding in _process(file, graph, process.id, diagrams)
    ]


def together(diagrams: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """Each file with those it calls, directly or not: what its parse depends on."""
    graphs = {name: read_graph(data) for name, data in diagrams.items()}
    home = {process.id: name for name, graph in graphs.items() for process in graph.processes}
    found: dict[str, dict[str, bytes]] = {}
    for file in diagrams:
        needed, todo = set[str](), [file]
        while todo:
            name = todo.pop()
            if name not in needed:
                needed.add(name)
                called = {node.called for node in graphs[name].nodes} & set(home)
                todo += [home[each] for each in called]
        found[file] = {name: data for name, data in diagrams.items() if name in needed}
    return found


def _process(
    file: str, graph: ProcessGraph, process: str, diagrams: Mapping[str, bytes]
) -> Iterable[Finding]:
    try:
        made = specs.define(Files(process=process, diagrams=diagrams), key="")
    except EngineError as refused:
        yield Finding(
            code="ENGINE_REFUSED",
            file=file,
            element=refused.element or process,
            message=_("流程“{name}”无法由引擎读入（{detail}）").format(
                name=process, detail=refused.detail[:200]
            ),
            fix=_("请核对该元素附近的画法；如果图没有错，请把文件交给软件维护人员"),
        )
        return
    seen = {name for spec in (made.spec, *made.parts.values()) for name in _nodes_of(spec)}
    for node in graph.nodes:
        if node.process == process and node.id not in seen:
            yield _unseen(file, node)


def _nodes_of(spec: Any) -> set[str]:
    return {
        name for name in spec.task_specs if name not in _OWN and not name.endswith(_OWN_ENDINGS)
    }


def _unseen(file: str, node: Node) -> Finding:
    return Finding(
        code="NODE_NOT_PARSED",
        file=file,
        element=node.id,
        message=_("节点“{name}”没有被引擎读入，流程到不了那里").format(name=node.label),
        fix=_("用连线把它接到流程上，或者删除"),
    )

"""Pass 1: the shape of each process. Nothing is cut off, nothing ends in the middle."""

from collections.abc import Iterable
from typing import Final

from server.checker.reach import backward, flow_label, forward, scopes, successors
from server.domain.notes import Notes
from server.domain.texts import _
from server.engine.diagrams.elements import Node
from server.engine.graph import ProcessGraph

_AFTER_EVENT_GATEWAY: Final = frozenset({"message", "timer", "conditional", "signal"})


def check(graph: ProcessGraph, notes: Notes) -> None:
    """Note cut-off nodes, dead ends, wrong flow ends and doubled flows, each by itself."""
    for scope_id, name, _process in scopes(graph):
        _scope(graph, scope_id, name, notes)
    for node in graph.nodes:
        _ends(graph, node, notes)
        if node.kind == "eventBasedGateway":
            _event_gateway(graph, node, notes)
    _doubled(graph, notes)
    _drawn(graph, notes)


def _scope(graph: ProcessGraph, scope: str, name: str, notes: Notes) -> None:
    inside = [node for node in graph.within(scope) if not node.by_event]
    starts, ends = graph.starts(scope), graph.ends(scope)
    if not inside:
        notes.error(
            "SCOPE_EMPTY",
            _("流程或者子流程“{name}”里没有任何节点").format(name=name),
            _("画出其中的步骤，或者删除它"),
            element=scope,
        )
        return
    plain = [start for start in starts if start.event is None]
    if len(plain) > 1:
        notes.error(
            "START_SEVERAL",
            _("“{name}”有{count}个普通开始事件，会同时开始").format(name=name, count=len(plain)),
            _("只留一个普通开始事件，其他的改为消息开始"),
            element=plain[1].id,
        )
    seen = forward(graph, starts)
    for node in _missing(inside, seen):
        notes.error(
            "NODE_UNREACHABLE",
            _("“{name}”到达不了：从开始事件没有路径通到它").format(name=node.label),
            _("用连线把它接到流程上，或者删除"),
            element=node.id,
        )
    leaving = backward(graph, ends)
    for node in _missing((each for each in inside if each.id in seen), leaving):
        if graph.outgoing(node.id):
            notes.error(
                "NODE_NO_WAY_OUT",
                _("“{name}”之后没有路径通到结束事件").format(name=node.label),
                _("画出通向结束事件的连线"),
                element=node.id,
            )


def _missing(nodes: Iterable[Node], seen: Iterable[str]) -> list[Node]:
    known = set(seen)
    return [node for node in nodes if node.id not in known]


def _ends(graph: ProcessGraph, node: Node, notes: Notes) -> None:
    out, into = graph.outgoing(node.id), graph.incoming(node.id)
    if not out and node.kind != "endEvent" and not node.by_event:
        notes.error(
            "DEAD_END",
            _("“{name}”之后没有连线，流程在这里中断").format(name=node.label),
            _("画出下一步，或者接到结束事件"),
            element=node.id,
        )
    if (node.kind in ("startEvent", "boundaryEvent") and into) or (node.kind == "endEvent" and out):
        notes.error(
            "FLOW_WRONG_END",
            _(
                "连线“{flow}”的方向不对：开始事件和边界事件不能被进入，结束事件之后不能有连线"
            ).format(flow=flow_label(graph, (into or out)[0])),
            _("改接到相邻的节点，或者删除该连线"),
            element=(into or out)[0].id,
        )


def _event_gateway(graph: ProcessGraph, gateway: Node, notes: Notes) -> None:
    targets = [node for node in successors(graph, gateway) if node.kind != "boundaryEvent"]
    for node in targets:
        if _waits_for_event(node):
            continue
        notes.error(
            "EVENT_GATEWAY_TARGET",
            _("事件网关“{gateway}”之后只能是等待消息或者定时的事件，“{name}”不是").format(
                gateway=gateway.label, name=node.label
            ),
            _("在网关和“{name}”之间画出所等待的事件").format(name=node.label),
            element=node.id,
        )
    for node in targets:
        if len(graph.incoming(node.id)) > 1:
            notes.error(
                "EVENT_GATEWAY_TARGET",
                _("“{name}”除事件网关外还有别的入口").format(name=node.label),
                _("把别的连线接到该事件之后"),
                element=node.id,
            )


def _waits_for_event(node: Node) -> bool:
    if node.kind == "receiveTask":
        return True
    kind = node.event.kind if node.event else ""
    return node.kind == "intermediateCatchEvent" and kind in _AFTER_EVENT_GATEWAY


def _doubled(graph: ProcessGraph, notes: Notes) -> None:
    known: set[tuple[str, str]] = set()
    for flow in graph.flows:
        pair = flow.source, flow.target
        if pair in known:
            notes.error(
                "FLOW_DOUBLED",
                _("“{flow}”之间有两条同向的连线，运行时分不清走的是哪一条").format(
                    flow=flow_label(graph, flow)
                ),
                _("合并为一条，条件用or连接"),
                element=flow.id,
            )
        known.add(pair)


def _drawn(graph: ProcessGraph, notes: Notes) -> None:
    """One finding per file: a diagram is drawn completely, or people cannot follow it."""
    elements = [*(node.id for node in graph.nodes), *(flow.id for flow in graph.flows)]
    missing = [each for each in elements if each not in graph.drawn | graph.made]
    if missing:
        notes.warning(
            "DIAGRAM_NO_LAYOUT",
            _("图中有{count}个节点或者连线没有画出位置（如{ids}）").format(
                count=len(missing), ids="、".join(missing[:3])
            ),
            _("用流程图编辑器补上图形后保存"),
            element=missing[0],
        )

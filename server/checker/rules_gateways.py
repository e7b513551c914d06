"""Pass 1: what stands on the flows of gateways. Each flow is named, not only the first."""

from server.checker.reach import flow_label
from server.domain.notes import Notes
from server.domain.texts import _
from server.engine.diagrams.elements import Node
from server.engine.graph import ProcessGraph

_CHOICES = ("exclusiveGateway", "inclusiveGateway")
_NO_CHOICES = ("parallelGateway", "eventBasedGateway")


def check(graph: ProcessGraph, notes: Notes) -> None:
    """Note every flow without its condition, and every condition nobody would ask."""
    for node in graph.nodes:
        if node.kind in _CHOICES:
            _choice(graph, node, notes)
        elif node.kind in _NO_CHOICES:
            _no_choice(graph, node, notes)


def _choice(graph: ProcessGraph, gateway: Node, notes: Notes) -> None:
    flows = graph.outgoing(gateway.id)
    for flow in flows:
        if flow.id == gateway.default:
            if flow.condition:
                notes.warning(
                    "CONDITION_ON_DEFAULT",
                    _("默认流向“{flow}”上的条件不起作用").format(flow=flow_label(graph, flow)),
                    _("删除该条件"),
                    element=flow.id,
                )
        elif len(flows) > 1 and not flow.condition:
            notes.error(
                "FLOW_NO_CONDITION",
                _("网关“{gateway}”后的连线“{flow}”没有条件").format(
                    gateway=gateway.label, flow=flow_label(graph, flow)
                ),
                _("写明条件，或者把它设为默认流向"),
                element=flow.id,
            )


def _no_choice(graph: ProcessGraph, gateway: Node, notes: Notes) -> None:
    for flow in graph.outgoing(gateway.id):
        if flow.condition:
            notes.error(
                "CONDITION_IGNORED",
                _("“{gateway}”不判断条件，连线“{flow}”上的条件不起作用").format(
                    gateway=gateway.label, flow=flow_label(graph, flow)
                ),
                _("改用排他网关或者包容网关，或者删除条件"),
                element=flow.id,
            )

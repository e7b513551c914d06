"""``handover:`` of pack.yaml: what may pass to another office."""

from server.adapters.reading import REQUIRED, Node, listed
from server.domain.handovers import Handover, HandoverClock, Receiver
from server.domain.sources import Basis
from server.domain.texts import _

_SCOPES = ("task", "lane")


def handover(node: Node) -> Handover:
    """What of a procedure may pass to whom, and what its clock does then."""
    read = Handover(
        nodes=node.texts("nodes"),
        lanes=node.texts("lanes"),
        to=listed(node, "to", _receiver),
        clock=HandoverClock(node.choice("clock", tuple(HandoverClock), REQUIRED)),
        takes_lane=node.choice("takes", _SCOPES, _SCOPES[0]) == "lane",
        basis=node.basis(required=True) or Basis(default=""),
    )
    if not (read.nodes or read.lanes):
        node.wrong(node.path, _("nodes、lanes至少写一个"))
    if not read.to:
        node.wrong(node.at("to"), _("至少写一个接收机构"))
    if read.takes_lane and not read.lanes:
        node.wrong(node.at("takes"), _("写了lanes才能用lane"))
    return read


def _receiver(node: Node) -> Receiver:
    return Receiver(
        office=node.text("office", REQUIRED),
        levels=node.texts("levels") or ("case",),
        when=node.feel("when"),
    )

"""The part ``desk`` of pack.yaml: limits of urging, steps that are handed in several at once."""

from server.adapters.reading import REQUIRED, Node
from server.domain.desk import SPANS, DeskRules, UrgeLimit
from server.domain.packs import Basis
from server.domain.texts import _

_NO_BASIS = Basis(default="")


def desk(root: Node) -> DeskRules:
    """What the pack says about the work beside the procedure."""
    node = root.child("desk")
    rules = DeskRules(urge=_urge(node), batch=node.texts("batch"))
    node.finish()
    return rules


def _urge(desk: Node) -> UrgeLimit | None:
    if not desk.has("urge"):
        return None
    node = desk.child("urge")
    times = node.whole("times", REQUIRED)
    if times is not None and times < 1:
        node.wrong(node.at("times"), _("应为正整数"))
    limit = UrgeLimit(
        times=times or 1,
        per=node.choice("per", SPANS, REQUIRED),
        basis=node.basis(required=True) or _NO_BASIS,
    )
    node.finish()
    return limit

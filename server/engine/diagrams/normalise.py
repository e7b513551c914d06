"""Everything the gate rewrites in a diagram, in order; every rewrite is an ``info`` finding."""

from lxml import etree

from server.domain.notes import Notes
from server.domain.texts import _
from server.engine.diagrams import drawing, identities
from server.engine.diagrams.rewrites import Rewriter
from server.engine.diagrams.tree import flows, label, nodes, scopes
from server.engine.xml_gate import local, tag


def before_checks(root: etree._Element, notes: Notes, *, all_processes: bool) -> None:
    """What the checks rely on: what runs, ids everywhere, references without prefix."""
    identities.decide_executable(root, notes, all_processes=all_processes)
    identities.drop_prefixes(root, notes)
    identities.add_missing_ids(root, notes)


def after_checks(root: etree._Element, notes: Notes) -> None:
    """What makes the engine run the diagram as BPMN means it."""
    identities.plain_tasks(root, notes)
    identities.plain_timers(root, notes)
    identities.pictures(root, notes)
    identities.rename_reserved(root, notes)
    _say_order(root, notes)
    Rewriter(root, notes).all()


def _say_order(root: etree._Element, notes: Notes) -> None:
    """Stock tries conditions by the height of their targets; here the order of the file holds."""
    for scope in scopes(root):
        targets: dict[str, list[str]] = {}
        for flow in flows(scope):
            if flow.find(tag("conditionExpression")) is not None:
                targets.setdefault(flow.get("sourceRef", ""), []).append(flow.get("targetRef", ""))
        for node in nodes(scope):
            order = targets.get(node.get("id", ""), [])
            if local(node) != "exclusiveGateway" or len(order) < 2:
                continue
            heights = [drawing.top_of(root, target) for target in order]
            known = [height for height in heights if height is not None]
            if known != sorted(known):
                notes.info(
                    "CONDITION_ORDER",
                    _("网关“{name}”的条件按文件中的先后判断，与图中上下位置无关").format(
                        name=label(node)
                    ),
                    element=node.get("id", ""),
                )

"""Pass 5, time: diagrams name deadlines and never numbers of days; no time-out decides anything."""

from server.checker.candidate import Candidate
from server.checker.reach import reached, successors
from server.checker.rules_calls import MOST_DEPTH
from server.domain.notes import Notes
from server.domain.texts import _
from server.domain.wishes import Cycle, Duration, Moment, NamedDeadline, WishRefused, read_wish
from server.engine.diagrams.elements import Node
from server.engine.graph import ProcessGraph

#: where somebody acts: a person here, or whoever sends the message
_SOMEBODY = ("userTask", "manualTask", "receiveTask")


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note timers that count days themselves, name no deadline, or lead to an outcome."""
    deciding = _deciding(candidate)
    for path, graph in candidate.graphs.items():
        for node in graph.nodes:
            if node.event and node.event.kind == "timer":
                _wish(candidate, node, notes[path])
                if _is_time_out(graph, node):
                    _time_out(candidate, graph, node, deciding, notes[path])


def _wish(candidate: Candidate, node: Node, notes: Notes) -> None:
    try:
        wish = read_wish(node.event.wish if node.event else "")
    except WishRefused:
        return  # noted by the gate
    if isinstance(wish, NamedDeadline):
        if wish.key not in candidate.pack.deadlines:
            notes.error(
                "DEADLINE_UNKNOWN",
                _("定时事件“{name}”的期限“{key}”在政策包deadlines中没有").format(
                    name=node.label, key=wish.key[:60]
                ),
                _("在deadlines中写明该期限和依据，或者改正名称"),
                element=node.id,
            )
        return
    every = wish.every if isinstance(wish, Cycle) else wish
    if isinstance(every, Duration) and every.is_days_or_more:
        notes.error(
            "TIMER_COUNTS_DAYS",
            _("定时事件“{name}”自己写了天数（{text}）").format(
                name=node.label, text=node.event.wish[:60] if node.event else ""
            ),
            _('在政策包deadlines中写明期限和依据，图中写deadline("proposal")'),
            element=node.id,
        )
    elif isinstance(wish, Moment):
        notes.warning(
            "TIMER_FIXED_DATE",
            _("定时事件“{name}”写的是固定日期，只适用一次").format(name=node.label),
            _("改用政策包中的期限"),
            element=node.id,
        )


def _is_time_out(graph: ProcessGraph, node: Node) -> bool:
    """A timer beside something else that was waited for, not a pause after a decision."""
    if node.kind == "boundaryEvent":
        return True
    behind = (graph.find(flow.source) for flow in graph.incoming(node.id))
    return any(each is not None and each.kind == "eventBasedGateway" for each in behind)


def _deciding(candidate: Candidate) -> set[str]:
    """Variables an outcome is taken from."""
    texts = (node.outcome for node in candidate.nodes.values() if node.outcome.startswith("="))
    return {name for text in texts for name in candidate.evaluate.parse(text[1:]).names}


def _time_out(
    candidate: Candidate, graph: ProcessGraph, timer: Node, deciding: set[str], notes: Notes
) -> None:
    def step(node: Node) -> list[Node]:
        return [] if _somebody(candidate, graph, node) else successors(graph, node)

    way = reached([timer], step)
    for node_id, behind in way.items():
        node = graph.node(node_id)
        if node.outcome or (node.result and node.result in deciding):
            labels = [node.label]
            while behind is not None:
                labels.append(behind.label)
                behind = way[behind.id]
            notes.error(
                "TIMEOUT_DECIDES",
                _("定时事件“{timer}”到时后无人办理就得出结论：{way}").format(
                    timer=timer.label, way="→".join(labels[::-1][-8:])
                ),
                _("在到时之后安排用户任务，由人作出决定；逾期只提醒、不自动决定"),
                element=timer.id,
            )
            return


def _somebody(candidate: Candidate, graph: ProcessGraph, node: Node, depth: int = 0) -> bool:
    """Does somebody act before a token leaves this node: on every way through, if it has inside."""
    if node.kind in _SOMEBODY:
        return True
    if node.kind == "intermediateCatchEvent":
        return node.event is not None and node.event.kind == "message"
    scope = node.called if node.kind == "callActivity" else node.id
    inside = candidate.home[scope][1] if scope in candidate.home else graph
    starts = inside.starts(scope)
    if not starts or depth > MOST_DEPTH:
        return False

    def step(each: Node) -> list[Node]:
        return [] if _somebody(candidate, inside, each, depth + 1) else successors(inside, each)

    alone = reached(starts, step)
    return not any(end.id in alone for end in inside.ends(scope))

"""Pass 3: what the token game found, said with the shortest way to it."""

from collections.abc import Iterable, Mapping

from server.checker.reach import scopes
from server.checker.tokens import OUTCOME, Board, Game, Marking, Trouble, play
from server.domain.notes import Notes
from server.domain.texts import _
from server.engine.diagrams.elements import Node
from server.engine.graph import ProcessGraph

#: steps of a trace that are shown
_SHOWN = 8


def check(graph: ProcessGraph, procedures: Iterable[str], notes: Notes) -> None:
    """Play every scope; in those of ``procedures`` each way must also record an outcome."""
    for scope, name, _process in scopes(graph):
        board = Board(graph, scope, outcomes=scope in set(procedures))
        game = play(board)
        _doubled(graph, board, game, notes)
        _stuck(board, game, notes)
        if not game.exhaustive:
            notes.warning(
                "TOKENS_NOT_EXHAUSTIVE",
                _("“{name}”的走法太多，没有全部推演").format(name=name),
                _("把并行的部分拆成子流程"),
                element=scope,
            )
            continue
        if not game.doubled and not game.stuck:
            _never(board, game, notes)
        _endless(board, game, notes)
        if scope in set(procedures):
            _outcomes(board, game, notes)


def _doubled(graph: ProcessGraph, board: Board, game: Game, notes: Notes) -> None:
    """One finding per place that would hold two tokens."""
    seen: set[str] = set()
    for trouble in game.doubled:
        if trouble.place in seen:
            continue
        seen.add(trouble.place)
        split = _left_block(graph, board, game, trouble)
        node = _node_at(board, trouble.place, graph)
        if split:
            notes.error(
                "BLOCK_LEFT_BACKWARD",
                _("“{node}”把流程退到并行区之前，并行区里的其他步骤仍然开着：{way}").format(
                    node=board.nodes[trouble.node].label,
                    way=_way(board, [*game.trace(trouble.marking), trouble.node]),
                ),
                _("删除这条返回的连线，退回用“退回”操作"),
                element=trouble.node,
            )
        else:
            notes.error(
                "TOKENS_DOUBLED",
                _("“{node}”会同时开出两份：{way}").format(
                    node=node, way=_way(board, [*game.trace(trouble.marking), trouble.node])
                ),
                _("在分支汇合处使用与分开处同类的网关"),
                element=trouble.node,
            )


def _left_block(graph: ProcessGraph, board: Board, game: Game, trouble: Trouble) -> bool:
    """Did a split inside which tokens are left fire a second time on the way."""
    fired = [*game.trace(trouble.marking), trouble.node]
    splits = [
        node_id
        for node_id in fired
        if node_id in board.nodes
        and board.nodes[node_id].kind in ("parallelGateway", "inclusiveGateway")
        and len(graph.outgoing(node_id)) > 1
    ]
    return len(splits) > len(set(splits))


def _stuck(board: Board, game: Game, notes: Notes) -> None:
    """One finding per join or node at which a run comes to rest for ever."""
    seen: set[str] = set()
    for marking in game.stuck:
        for node in _waiting(board, marking):
            if node.id in seen:
                continue
            seen.add(node.id)
            notes.error(
                "DEADLOCK",
                _("“{node}”会永远等下去，等不到其余的分支：{way}").format(
                    node=node.label, way=_way(board, game.trace(marking))
                ),
                _("汇合处使用与分开处同类的网关"),
                element=node.id,
            )


def _waiting(board: Board, marking: Marking) -> list[Node]:
    found = (board.target_of(place) for place in sorted(marking) if place[0] not in "!*@")
    return [node for node in found if node is not None]


def _never(board: Board, game: Game, notes: Notes) -> None:
    for node in board.nodes.values():
        if node.kind != "startEvent" and node.id not in game.fired and not node.by_event:
            notes.error(
                "NODE_NEVER_FIRED",
                _("“{node}”在任何走法中都不会被执行").format(node=node.label),
                _("核对它之前的网关"),
                element=node.id,
            )


def _endless(board: Board, game: Game, notes: Notes) -> None:
    for marking in game.endless()[:1]:
        nodes = [node for place in marking if (node := board.target_of(place.lstrip("@")))]
        name = nodes[0].label if nodes else ""
        notes.error(
            "CYCLE_NO_EXIT",
            _("到“{node}”之后再也到不了结束：{way}").format(
                node=name, way=_way(board, game.trace(marking))
            ),
            _("画出离开循环的连线"),
            element=nodes[0].id if nodes else "",
        )


def _outcomes(board: Board, game: Game, notes: Notes) -> None:
    """One finding per last node after which a case is over without an outcome."""
    seen: set[str] = set()
    for marking in game.final:
        trace = game.trace(marking)
        if OUTCOME in marking or not trace or trace[-1] in seen:
            continue
        seen.add(trace[-1])
        notes.error(
            "OUTCOME_MISSING",
            _("案件可能到“{node}”就结束而没有结论：{way}").format(
                node=board.nodes[trace[-1]].label, way=_way(board, trace)
            ),
            _("选中该结束事件，在属性的“办理结果”中选择结果"),
            element=trace[-1],
        )


def _node_at(board: Board, place: str, graph: ProcessGraph) -> str:
    node = board.nodes.get(place.lstrip("@!")) or board.target_of(place)
    return node.label if node else graph.node(place).label


def _way(board: Board, fired: list[str]) -> str:
    """The last steps of a trace by the names people know, gateways without a name left out."""
    nodes: Mapping[str, Node] = board.nodes
    names = [
        nodes[node_id].label
        for node_id in fired
        if node_id in nodes and (nodes[node_id].name or not nodes[node_id].kind.endswith("Gateway"))
    ]
    steps = [name for at, name in enumerate(names) if at == 0 or name != names[at - 1]]
    return ("…→" if len(steps) > _SHOWN else "") + "→".join(steps[-_SHOWN:])

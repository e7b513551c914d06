"""The token game of one process or subprocess: every order in which its tokens can move.

Breadth first over markings, so that the way to each trouble is a shortest one. A marking is the
set of places that hold a token: ids of flows, ``@id`` for an activity at work, ``!id`` for a
non-interrupting boundary event that fired already, ``*`` once an outcome is recorded. A second
token at a place is trouble by itself (the step would be open twice), so sets are enough.

Only what a person or the outside decides branches in time: nodes the engine passes by itself are
played at once, since no order among them makes a difference.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, combinations
from typing import Final

from server.engine.diagrams.elements import ACTIVITIES, Node
from server.engine.graph import ProcessGraph

MOST_MARKINGS: Final = 20_000
#: above this number of flows an inclusive split is played with one, two or all of them
MOST_SUBSETS: Final = 5
OUTCOME: Final = "*"

Marking = frozenset[str]


@dataclass(frozen=True, slots=True)
class Move:
    """One node fires: what it takes, what it gives."""

    node: str
    takes: Marking
    gives: tuple[str, ...]
    #: everything else in the scope is dropped (terminate, error end)
    clears: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """A place that receives a second token."""

    node: str
    place: str
    marking: Marking


@dataclass(slots=True)
class Game:
    """What was found in one scope."""

    #: marking -> (marking before, node that fired), None at the beginning
    behind: dict[Marking, tuple[Marking, str] | None] = field(default_factory=dict)
    doubled: list[Trouble] = field(default_factory=list)
    #: markings from which nothing moves although tokens are left
    stuck: list[Marking] = field(default_factory=list)
    #: markings in which all tokens are consumed
    final: list[Marking] = field(default_factory=list)
    ahead: dict[Marking, set[Marking]] = field(default_factory=dict)
    fired: set[str] = field(default_factory=set)
    exhaustive: bool = True

    def trace(self, marking: Marking) -> list[str]:
        """Ids of the nodes that fired on a shortest way to ``marking``, in order."""
        way: list[str] = []
        step = self.behind.get(marking)
        while step is not None:
            way.append(step[1])
            step = self.behind.get(step[0])
        return way[::-1]

    def endless(self) -> list[Marking]:
        """Markings from which no end and no trouble can be reached any more."""
        back: dict[Marking, set[Marking]] = {}
        for marking, following in self.ahead.items():
            for one in following:
                back.setdefault(one, set()).add(marking)
        good = {*self.final, *self.stuck, *(trouble.marking for trouble in self.doubled)}
        todo = list(good)
        while todo:
            for marking in back.get(todo.pop(), ()):
                if marking not in good:
                    good.add(marking)
                    todo.append(marking)
        return [marking for marking in self.behind if marking not in good]


class Board:
    """The moves of one scope. ``outcomes``: ends that record an outcome are remembered."""

    def __init__(self, graph: ProcessGraph, scope: str, *, outcomes: bool = False) -> None:
        self._graph = graph
        self._outcomes = outcomes
        self.nodes: Mapping[str, Node] = {node.id: node for node in graph.within(scope)}
        self._boundary = {node_id: graph.boundary(node_id) for node_id in self.nodes}
        self._target = {flow.id: flow.target for flow in graph.flows}
        self._reach = {
            node.id: self._reaching(node)
            for node in self.nodes.values()
            if node.kind == "inclusiveGateway" and len(graph.incoming(node.id)) > 1
        }

    def target_of(self, place: str) -> Node | None:
        """The node a token at this flow comes to, or the activity at work there."""
        return self.nodes.get(self._target.get(place, place))

    def starts(self) -> Iterator[tuple[str, Marking]]:
        """One first marking per start event: a case begins at exactly one."""
        for node in self.nodes.values():
            if node.kind == "startEvent":
                yield node.id, frozenset(self._out(node))

    def moves(self, marking: Marking) -> list[Move]:
        """What can happen next; one automatic move alone when there is one."""
        waiting: list[Move] = []
        for place in sorted(marking):
            if place[0] in "!*":
                continue
            if place[0] == "@":
                waiting += self._work(self.nodes[place[1:]], marking)
                continue
            node = self.nodes.get(self._target.get(place, ""))
            if node is None:
                continue
            moves = self._arrive(node, place, marking)
            if len(moves) == 1 and not self._may_wait(node):
                return moves
            waiting += moves
        return waiting

    def _may_wait(self, node: Node) -> bool:
        """May a token rest here while others move: then the order matters."""
        return node.id in self._reach or node.kind in (
            "intermediateCatchEvent",
            "eventBasedGateway",
            "endEvent",
        )

    def _out(self, node: Node) -> tuple[str, ...]:
        return tuple(flow.id for flow in self._graph.outgoing(node.id))

    def _arrive(self, node: Node, place: str, marking: Marking) -> list[Move]:
        here = frozenset({place})
        out = self._out(node)
        if node.kind in ACTIVITIES:
            return [Move(node.id, here, (f"@{node.id}",))]
        if node.kind == "endEvent":
            return [self._end(node, here)]
        if node.kind == "parallelGateway":
            return self._parallel(node, marking, out)
        if node.kind == "inclusiveGateway":
            return self._inclusive(node, here, marking)
        if node.kind in ("exclusiveGateway", "eventBasedGateway"):
            return [Move(node.id, here, (flow,)) for flow in out]
        return [Move(node.id, here, out)]

    def _parallel(self, node: Node, marking: Marking, out: tuple[str, ...]) -> list[Move]:
        needed = frozenset(flow.id for flow in self._graph.incoming(node.id))
        return [Move(node.id, needed, out)] if needed <= marking else []

    def _inclusive(self, node: Node, here: Marking, marking: Marking) -> list[Move]:
        incoming = frozenset(flow.id for flow in self._graph.incoming(node.id))
        arrived = incoming & marking or here
        if node.id in self._reach and self._still_coming(node, incoming, marking):
            return []
        return [Move(node.id, arrived, subset) for subset in self._subsets(node)]

    def _still_coming(self, node: Node, incoming: Marking, marking: Marking) -> bool:
        """Can a token elsewhere still reach an empty entry of this join, and no filled one."""
        full = incoming & marking
        ahead = (self._reach[node.id].get(place, frozenset()) for place in marking)
        return any(entries - full and not entries & full for entries in ahead)

    def _subsets(self, node: Node) -> list[tuple[str, ...]]:
        out = [flow for flow in self._out(node) if flow != node.default]
        default: list[tuple[str, ...]] = [(node.default,)] if node.default else []
        sizes = range(1, len(out) + 1) if len(out) <= MOST_SUBSETS else (1, 2, len(out))
        return [*chain.from_iterable(combinations(out, size) for size in sizes), *default]

    def _end(self, node: Node, here: Marking) -> Move:
        kind = node.event.kind if node.event else ""
        recorded = (OUTCOME,) if self._outcomes and node.outcome else ()
        return Move(node.id, here, recorded, clears=kind in ("terminate", "error"))

    def _work(self, node: Node, marking: Marking) -> list[Move]:
        """An activity at work is completed, or one of its boundary events fires."""
        flags = {f"!{event.id}" for event in self._boundary[node.id]}
        all_of_it = frozenset({f"@{node.id}"} | (flags & marking))
        moves = [Move(node.id, all_of_it, self._out(node))]
        for event in self._boundary[node.id]:
            out = self._out(event)
            if event.interrupting:
                moves.append(Move(event.id, all_of_it, out))
            elif f"!{event.id}" not in marking:
                moves.append(Move(event.id, frozenset(), (*out, f"!{event.id}")))
        return moves

    def _reaching(self, join: Node) -> dict[str, Marking]:
        """Place -> entries of the join a token there can come to without passing the join."""
        found: dict[str, set[str]] = {}
        for entry in self._graph.incoming(join.id):
            todo, seen = [entry.id], set()
            while todo:
                place = todo.pop()
                if place in seen:
                    continue
                seen.add(place)
                found.setdefault(place, set()).add(entry.id)
                todo += self._places_before(place, join)
        return {place: frozenset(entries) for place, entries in found.items()}

    def _places_before(self, place: str, join: Node) -> list[str]:
        if place.startswith("@"):
            return [flow.id for flow in self._graph.incoming(place[1:])]
        flow = next(flow for flow in self._graph.flows if flow.id == place)
        source = self.nodes.get(flow.source)
        if source is None or source.id == join.id:
            return []
        if source.attached_to:
            return [f"@{source.attached_to}"]
        if source.kind in ACTIVITIES:
            return [f"@{source.id}"]
        return [each.id for each in self._graph.incoming(source.id)]


def play(board: Board) -> Game:
    """Every marking that can be reached, up to the cap."""
    game = Game()
    todo: deque[Marking] = deque()
    for _start, marking in board.starts():
        if marking not in game.behind:
            game.behind[marking] = None
            todo.append(marking)
    while todo and game.exhaustive:
        todo += _step(board, game, todo.popleft())
        game.exhaustive = len(game.behind) <= MOST_MARKINGS
    return game


def _step(board: Board, game: Game, marking: Marking) -> list[Marking]:
    """Make every move from here; the markings seen for the first time."""
    moves = board.moves(marking)
    if not moves:
        done = not {place for place in marking if place[0] not in "!*"}
        (game.final if done else game.stuck).append(marking)
    new: list[Marking] = []
    for move in moves:
        following = _apply(game, marking, move)
        if following is not None:
            game.ahead.setdefault(marking, set()).add(following)
            if following not in game.behind:
                game.behind[following] = marking, move.node
                new.append(following)
    return new


def _apply(game: Game, marking: Marking, move: Move) -> Marking | None:
    """The marking after the move; None when a place would hold two tokens."""
    game.fired.add(move.node)
    left = marking & {OUTCOME} if move.clears else marking - move.takes
    twice = [place for place in move.gives if place in left and place != OUTCOME]
    if twice:
        game.doubled.append(Trouble(move.node, twice[0], marking))
        return None
    return left | set(move.gives)

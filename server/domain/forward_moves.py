"""Whether a token may be put at a step it has not been at: only where nothing runs beside it.

What was done before is reached by the jump of a return, in every position. A step that was not
yet done is reached only from a place and to a place at which one token stands alone, and past no
block ahead that forks: what its branches would have done cannot be guessed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

#: deeper nesting is taken for a place where something runs beside
_DEEPEST: Final = 8
#: the depth at which nothing runs beside
_ALONE: Final = frozenset({0})


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """One process or subprocess: who follows whom, and what forks and joins there."""

    #: node -> what follows it at once; a boundary event follows its activity
    edges: Mapping[str, Sequence[str]]
    starts: Collection[str]
    #: parallel and inclusive gateways, and how many flows come in and go out
    blocks: Mapping[str, tuple[int, int]]
    #: boundary events that let their activity go on: what follows them runs beside it
    beside: frozenset[str] = frozenset()

    def depths(self) -> Mapping[str, frozenset[int]]:
        """How many blocks a token has entered and not left where it stands at a node."""
        found: dict[str, set[int]] = {}
        todo = [(start, 0) for start in self.starts]
        while todo:
            node, depth = todo.pop()
            known = found.setdefault(node, set())
            if depth in known or not 0 <= depth <= _DEEPEST:
                continue
            known.add(depth)
            todo += [(each, self._behind(node, each, depth)) for each in self.edges.get(node, ())]
        return {node: frozenset(each) for node, each in found.items()}

    def _behind(self, node: str, following: str, depth: int) -> int:
        comes, goes = self.blocks.get(node, (1, 1))
        depth += (goes > 1) - (comes > 1)
        return depth + (following in self.beside)


def is_alone(plan: Plan, here: str, there: str, after: Mapping[str, Collection[str]]) -> bool:
    """Does nothing run beside either place, and does no block lie ahead between them.

    ``after``: node -> what comes after it, ways back left out.
    """
    depths = plan.depths()
    if any(depths.get(place) != _ALONE for place in (here, there)):
        return False
    return not any(
        block in after.get(here, ()) and there in after.get(block, ()) for block in plan.blocks
    )

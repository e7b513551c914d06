"""Where a case may go back to: what a pack allows, and what lies before a step.

A return (退回) leads to an earlier step that was really done; never forward, and never into a
step of a party unless the pack names that step. What is not said in a pack is the default of the
product, marked as such.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.domain.expressions import Feel
from server.domain.sources import Basis
from server.domain.texts import _

#: instead of a list of steps: every earlier step
EARLIER: Final = "earlier"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnRule:
    """From which steps a task may be returned, and to which earlier ones."""

    #: keys of user tasks; empty: every step no other rule names
    nodes: tuple[str, ...] = ()
    #: keys of user tasks, also of a party; ``EARLIER`` alone: every earlier step but a party's;
    #: empty: none
    to: tuple[str, ...] = (EARLIER,)
    basis: Basis | None = None

    def allows(self, target: str, *, is_party: bool) -> bool:
        """May a task go back to this step, which lies before it and was done."""
        return target in self.to or (EARLIER in self.to and not is_party)


#: what holds where no pack says anything
DEFAULT: Final = ReturnRule(
    basis=Basis(default=_("原文没有规定退回；默认可以退回以前办理过的环节，当事人的环节除外"))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReopenRule:
    """To which steps a closed case may be taken up again, and whose head may do so."""

    #: procedure it is of
    procedure: str
    #: keys of user tasks, the usual one first
    to: tuple[str, ...]
    #: office whose head decides
    by: str
    basis: Basis | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WithdrawalRule:
    """Until when an application may be taken back, and whether the case goes on then."""

    #: procedure it is of
    procedure: str
    #: keys of user tasks: there is an application once one of them is done; empty: from the start
    since: tuple[str, ...] = ()
    #: keys of user tasks: over once one of them is done, or a meeting is called for it
    until: tuple[str, ...] = ()
    #: the organ goes on of its own motion where this holds; else the case ends as withdrawn
    continues: Feel | None = None
    basis: Basis | None = None


def rule_for(rules: Iterable[ReturnRule], node: str) -> ReturnRule:
    """The rule for a step: the first that names it, else the first for all steps."""
    given = tuple(rules)
    named = [rule for rule in given if node in rule.nodes]
    general = [rule for rule in given if not rule.nodes]
    return next(iter((*named, *general)), DEFAULT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """Where a step lies: its node, and around it the calls and subprocesses, from outside in."""

    #: the last one is the step itself
    nodes: tuple[str, ...]

    @property
    def node(self) -> str:
        """The step itself."""
        return self.nodes[-1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """How the engine gets back from one step to another."""

    target: str
    #: how many of the calls and subprocesses around the first step are not left
    kept: int
    #: calls and subprocesses that are begun again, from outside inwards
    into: tuple[str, ...] = ()


#: node -> what comes after it, ways back left out; nodes of one process or subprocess each
After = Mapping[str, frozenset[str]]


def way_back(here: Spot, there: Spot, after: After) -> Way | None:
    """The way from one step back to another, None where that does not lie before it."""
    shared = 0
    for mine, other in zip(here.nodes, there.nodes, strict=False):
        if mine != other:
            break
        shared += 1
    if shared in (len(here.nodes), len(there.nodes)):
        return None
    if here.nodes[shared] not in after.get(there.nodes[shared], frozenset()):
        return None
    return Way(target=there.node, kept=shared, into=there.nodes[shared:-1])


def undone(there: Spot, after: After, inside: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The nodes that are to be passed again once a case stands at this step, itself included.

    ``inside``: call or subprocess -> the nodes within.
    """
    todo = [there.node]
    for node in there.nodes:
        todo += after.get(node, ())
    found: set[str] = set()
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo += inside.get(node, ())
    return frozenset(found)


def come_after(edges: Mapping[str, Sequence[str]], starts: Iterable[str]) -> After:
    """Node -> every node that comes after it; a flow that leads back into its own way is none."""
    order: list[str] = []
    forward: dict[str, list[str]] = {}
    seen: set[str] = set()
    for start in (*starts, *edges):
        if start not in seen:
            _walk(start, edges, seen, forward, order)
    found: dict[str, frozenset[str]] = {}
    for node in order:
        behind = forward[node]
        found[node] = frozenset(behind).union(*(found[each] for each in behind))
    return found


def _walk(
    start: str,
    edges: Mapping[str, Sequence[str]],
    seen: set[str],
    forward: dict[str, list[str]],
    order: list[str],
) -> None:
    """Depth first from ``start``; ``order`` gets each node after all that come after it."""
    path: dict[str, list[str]] = {start: list(reversed(edges.get(start, ())))}
    seen.add(start)
    forward[start] = []
    while path:
        node = next(reversed(path))
        if not path[node]:
            order.append(node)
            del path[node]
            continue
        following = path[node].pop()
        if following in path:
            continue
        forward[node].append(following)
        if following not in seen:
            seen.add(following)
            forward[following] = []
            path[following] = list(reversed(edges.get(following, ())))

"""Duties that one person must not unite in one case: who did the one may not do the other.

A duty is a user task, or a role: then it is whatever somebody did in that role. Doing the same
again, or another duty of the same name, is no union.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from server.domain.sources import Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class Incompatible:
    """A set of duties of which one person does at most one in a case."""

    #: keys of user tasks, or of roles
    duties: tuple[str, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Did:
    """What somebody did in a case."""

    person_id: str
    node: str
    role: str


def unfit(
    rules: Iterable[Incompatible], node: str, role: str, did: Iterable[Did]
) -> frozenset[str]:
    """Ids of the people who may not do this task in this role, for what they did before."""
    others: set[str] = set()
    for rule in rules:
        own = {duty for duty in rule.duties if duty in (node, role)}
        if own:
            others |= set(rule.duties) - own
    if not others:
        return frozenset()
    return frozenset(one.person_id for one in did if {one.node, one.role} & others)

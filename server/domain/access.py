"""Who acts, and what he may do: a closed table of permissions over posts and people of the case.

Roles are data (offices of a pack), permissions are code. A predicate looks at the actor's posts
of the day and at the target; it reads nothing else. Recusal and the state of the target are the
business of ``recusal`` and ``work``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

#: the role anybody with an account may act in: he applies for himself or for his unit
APPLICANT = "applicant"

_HEAD = ".head"


@dataclass(frozen=True, kw_only=True, slots=True)
class PostHeld:
    """A post somebody holds on the day of the act."""

    unit_id: str
    #: what the unit is, for an office the role key of the packs
    kind: str
    #: level of the unit
    level: str = ""
    is_head: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """The person an act is recorded under; what he may do follows his posts on the day."""

    #: id of the person, or ``system``
    person_id: str
    name: str = ""
    #: the absent person he stands in for
    on_behalf_of: str | None = None
    posts: tuple[PostHeld, ...] = ()

    @property
    def is_system(self) -> bool:
        """True for the program itself: timers, set-up, published packs."""
        return self.person_id == SYSTEM.person_id


#: the program itself
SYSTEM = Actor(person_id="system", name="系统")


class Permission(StrEnum):
    """Everything that can be allowed; there is nothing besides."""

    #: open a case in one of the roles the procedure lets start it
    CASE_OPEN = "case.open"
    #: take a work item that is offered to one's office, or to oneself in the case
    WORK_CLAIM = "work.claim"
    #: give one's own work item back to the office
    WORK_RELEASE = "work.release"
    #: complete one's own work item
    WORK_COMPLETE = "work.complete"
    #: fire what has become due; the program and its operator only
    TIMERS_SWEEP = "timers.sweep"
    #: hand a message of another case or organ to a case that waits for it
    MESSAGE_DELIVER = "message.deliver"
    #: let a case go on whose procedure had a fault; the program and its operator only
    INCIDENT_RESOLVE = "incident.resolve"


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """The start of a procedure: the roles whose condition holds for these start variables."""

    roles: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """A work item as access sees it."""

    #: office of the lane, or the role the case itself fills
    role: str
    #: the competent unit; None when the case names the people
    unit_id: str | None = None
    #: only holders of the head's post
    head_only: bool = False
    #: people the case itself names: applicant, subject, team
    people: frozenset[str] = frozenset()
    assignee_id: str | None = None


Target = Opening | Offered | None


def permits(actor: Actor, permission: Permission, target: Target = None) -> bool:
    """True when the actor's posts, or his part in the case, give him this right now."""
    return _TABLE[permission](actor, target)


def is_candidate(actor: Actor, offered: Offered) -> bool:
    """True when the item is offered to an office the actor has a post in, or to him by name."""
    if offered.unit_id is None:
        return actor.person_id in offered.people
    return any(
        post.unit_id == offered.unit_id and (post.is_head or not offered.head_only)
        for post in actor.posts
    )


def holds_role(actor: Actor, role: str) -> bool:
    """True when a post gives the actor this role; ``<role>.head`` asks for the head's post.

    Everybody may be the applicant; the program itself is nobody's official.
    """
    if actor.is_system:
        return False
    if role == APPLICANT:
        return True
    kind = role.removesuffix(_HEAD)
    return any(
        post.kind == kind and (post.is_head or not role.endswith(_HEAD)) for post in actor.posts
    )


def _may_open(actor: Actor, target: Target) -> bool:
    return isinstance(target, Opening) and any(holds_role(actor, role) for role in target.roles)


def _may_claim(actor: Actor, target: Target) -> bool:
    return isinstance(target, Offered) and is_candidate(actor, target)


def _holds(actor: Actor, target: Target) -> bool:
    """The assignee himself, as long as he still is one of those it was offered to."""
    return (
        isinstance(target, Offered)
        and target.assignee_id in (actor.person_id, actor.on_behalf_of)
        and target.assignee_id is not None
        and is_candidate(actor, target)
    )


def _is_program(actor: Actor, _target: Target) -> bool:
    return actor.is_system


_TABLE: Mapping[Permission, Callable[[Actor, Target], bool]] = {
    Permission.CASE_OPEN: _may_open,
    Permission.WORK_CLAIM: _may_claim,
    Permission.WORK_RELEASE: _holds,
    Permission.WORK_COMPLETE: _holds,
    Permission.TIMERS_SWEEP: _is_program,
    Permission.MESSAGE_DELIVER: _is_program,
    Permission.INCIDENT_RESOLVE: _is_program,
}

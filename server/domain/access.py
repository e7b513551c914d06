"""Who acts, and what he may do: a closed table of permissions over posts and people of the case.

Roles are data (offices of a pack), permissions are code. A predicate looks at the actor's posts
of the day and at the target; it reads nothing else. Recusal and the state of the target are the
business of ``recusal`` and ``work``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from server.domain.roles import KIN_KEEPERS, REPORT_KEEPERS

#: duties of the program itself (三员分立), as kinds of unit; administrators have no part in any
#: procedure
SYSTEM_ADMIN = "system_admin"
SECURITY_ADMIN = "security_admin"
AUDIT_ADMIN = "audit_admin"
DESIGNER = "designer"
ADMINISTRATORS = frozenset({SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN})

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
    #: the absent people he stands in for today, each with those of his posts that it is about; what
    #: they may do is no right of his own: a verb asks in whose name it is done
    stands_in: tuple["Actor", ...] = ()
    #: ids of cases that are closed to him for a reason nobody is told, himself included
    shut: frozenset[str] = frozenset()
    #: the session he acts in and the address it came from, for the record; empty for the program
    session_id: str = ""
    address: str = ""

    @property
    def is_system(self) -> bool:
        """True for the program itself: timers, set-up, published packs."""
        return self.person_id == SYSTEM.person_id

    @property
    def headed(self) -> tuple[str, ...]:
        """Ids of the units he is head of today, each once."""
        return tuple(sorted({post.unit_id for post in self.posts if post.is_head}))


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
    #: give a work item to somebody else: whoever has it, and the head of the office that has it
    WORK_ASSIGN = "work.assign"
    #: fire what has become due; the program and its operator only
    TIMERS_SWEEP = "timers.sweep"
    #: hand a message of another case or organ to a case that waits for it
    MESSAGE_DELIVER = "message.deliver"
    #: let a case go on whose procedure had a fault: the program and the system administrator
    INCIDENT_RESOLVE = "incident.resolve"
    #: suspend, resume or cancel a whole case
    CASE_STEER = "case.steer"
    #: what needs no account: signing in, health, the look of the pages
    ANYBODY = "anybody"
    #: what every account may do: its own profile, its own notices
    ACCOUNT = "account"
    #: work on cases and look at them, as far as each case lets him; administrators and designers
    #: have no part in cases
    CASE_READ = "case.read"
    #: watch over the deadlines of the offices he is head of
    BOARD_READ = "board.read"
    #: the ledger of the cases that the offices he serves can see
    LEDGER_READ = "ledger.read"
    #: record who is whose near relative, and read it
    KIN_KEEP = "kin.keep"
    #: record who reported, which only the office that received the report may read
    REPORTER_KEEP = "reporter.keep"
    #: settings, calendar, jobs, the clock of a drill
    SYSTEM_ADMINISTER = "system.administer"
    #: accounts, posts and duties
    SECURITY_ADMINISTER = "security.administer"
    #: the record of acts and of looks, without content
    AUDIT_READ = "audit.read"
    #: check and publish packs
    PACK_PUBLISH = "pack.publish"
    #: see how running cases can move to newer versions: counts for who designs, his for a head
    MIGRATION_READ = "migration.read"


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Steered:
    """A whole case: the offices that are competent for it."""

    units: frozenset[str]


Target = Opening | Offered | Steered | None


def faces(actor: Actor) -> tuple[Actor, ...]:
    """The actor himself, then each absent person he stands in for, with the posts it is about."""
    return replace(actor, stands_in=()), *actor.stands_in


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


def _assigns(actor: Actor, target: Target) -> bool:
    """Whoever has the item, and the head of the office it is offered to."""
    return _holds(actor, target) or (
        isinstance(target, Offered)
        and target.unit_id is not None
        and target.unit_id in actor.headed
    )


def _heads(actor: Actor, target: Target) -> bool:
    """Head of an office that is competent for the case."""
    return isinstance(target, Steered) and any(
        post.is_head and post.unit_id in target.units for post in actor.posts
    )


def _is_program(actor: Actor, _target: Target) -> bool:
    return actor.is_system


def _operates(actor: Actor, target: Target) -> bool:
    return actor.is_system or permits(actor, Permission.SYSTEM_ADMINISTER, target)


def _is_anybody(_actor: Actor, _target: Target) -> bool:
    return True


def _has_account(actor: Actor, _target: Target) -> bool:
    return not actor.is_system


def _may_have_cases(actor: Actor, _target: Target) -> bool:
    """Not an administrator, nor somebody who only designs: those see no case (SY-1, SY-5)."""
    kinds = {post.kind for post in actor.posts}
    return not actor.is_system and not kinds & ADMINISTRATORS and kinds != {DESIGNER}


def _is_head(actor: Actor, target: Target) -> bool:
    return _may_have_cases(actor, target) and any(post.is_head for post in actor.posts)


def _serves_an_office(actor: Actor, target: Target) -> bool:
    return _may_have_cases(actor, target) and bool(actor.posts)


def _keeps_kin(actor: Actor, _target: Target) -> bool:
    return any(post.kind in KIN_KEEPERS for post in actor.posts)


def _keeps_reports(actor: Actor, _target: Target) -> bool:
    return any(post.kind in REPORT_KEEPERS for post in actor.posts)


def _designs_or_heads(actor: Actor, target: Target) -> bool:
    return permits(actor, Permission.PACK_PUBLISH, target) or _is_head(actor, target)


def _duty(kind: str) -> Callable[[Actor, Target], bool]:
    def has(actor: Actor, _target: Target) -> bool:
        return any(post.kind == kind for post in actor.posts)

    return has


_TABLE: Mapping[Permission, Callable[[Actor, Target], bool]] = {
    Permission.CASE_OPEN: _may_open,
    Permission.WORK_CLAIM: _may_claim,
    Permission.WORK_RELEASE: _holds,
    Permission.WORK_COMPLETE: _holds,
    Permission.WORK_ASSIGN: _assigns,
    Permission.TIMERS_SWEEP: _is_program,
    Permission.MESSAGE_DELIVER: _is_program,
    Permission.INCIDENT_RESOLVE: _operates,
    Permission.CASE_STEER: _heads,
    Permission.ANYBODY: _is_anybody,
    Permission.ACCOUNT: _has_account,
    Permission.CASE_READ: _may_have_cases,
    Permission.BOARD_READ: _is_head,
    Permission.LEDGER_READ: _serves_an_office,
    Permission.KIN_KEEP: _keeps_kin,
    Permission.REPORTER_KEEP: _keeps_reports,
    Permission.SYSTEM_ADMINISTER: _duty(SYSTEM_ADMIN),
    Permission.SECURITY_ADMINISTER: _duty(SECURITY_ADMIN),
    Permission.AUDIT_READ: _duty(AUDIT_ADMIN),
    Permission.PACK_PUBLISH: _duty(DESIGNER),
    Permission.MIGRATION_READ: _designs_or_heads,
}

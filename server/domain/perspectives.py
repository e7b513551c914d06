"""How somebody stands to a case, and what of its file he sees for that (SECURITY section 6).

Sight follows from facts of today: the parts a person has in the case, the work his offices have or
had in it, what they were told, whether the matter is his own. The table of section 6 in short::

    capacity    who                                       what it sees
    PARTY       applicant, subject (person or unit)       own papers, state, clocks
    UNIT        offices of the unit concerned             state, clocks, what it was asked
    DESK        office that registers and routes          all steps; papers but the team's
    TEAM        investigation team                        all steps; papers but the votes
    LEADER      who approves                              all steps; all papers
    BODY        leading body, joint meeting               all steps; papers but the team's notes
    PETITION    petition desk                             state, clocks, what was handed in
    CONSULTED   asked for an opinion, helps, other part   state, clocks, what it was asked
    ARCHIVE     keeps the file                            state, clocks, the decision
    TOLD        reached by a notice of a deadline         state, clocks
    HIGHER      supervising organ reached by a rung       state, clocks; the papers once it is over
    OUTSIDE     administrators, designers                 nothing

Which role has which capacity, each pack says itself (``roles.Capacity``).

Everybody sees what he, or an office he serves, wrote himself. Administrators and designers,
whoever is recused, and everybody else see nothing: for them the case does not exist. Whoever is
party to a case is nothing else in it, whatever posts he holds.

Later issues refine: what a consulted organ gets to see of the question; a decision addressed to
it; the head of the subject's unit and the reporter (result only); votes apart from the minutes
(until decisions stand on their own, those who may not see votes get an extract).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from server.domain.access import Actor, Permission, permits
from server.domain.roles import PARTIES, Capacities, Capacity, capacity_of


class Perspective(StrEnum):
    """From which side somebody looks at a case."""

    #: an office that handles it: every step, and the papers its capacity allows
    OFFICE = "office"
    #: asked, told, or keeping the file: reference, state, clocks, its own papers
    ASKED = "asked"
    #: the matter is his: own papers, state, clocks, nothing of those who handle it
    PARTY = "party"


class Matter(StrEnum):
    """What a paper of the file is; a column of the table."""

    #: handed in by applicant, subject or their unit
    OWN = "own"
    #: written by the offices that handle the case: registration, proposals, approvals, delivery
    HANDLING = "handling"
    #: the team's report, and what it was told by others
    REPORT = "report"
    #: the team's own notes
    NOTES = "notes"
    #: minutes of a body, with its votes
    VOTES = "votes"
    #: what a body decided, without who voted how
    DECISION = "decision"


#: capacities of those who handle a case
HANDLING: Final = frozenset({Capacity.DESK, Capacity.TEAM, Capacity.LEADER, Capacity.BODY})

_SEES: Final[Mapping[Capacity, frozenset[Matter]]] = {
    Capacity.PARTY: frozenset(),
    Capacity.UNIT: frozenset(),
    Capacity.DESK: frozenset({Matter.OWN, Matter.HANDLING, Matter.DECISION}),
    Capacity.TEAM: frozenset(set(Matter) - {Matter.VOTES}),
    Capacity.LEADER: frozenset(Matter),
    Capacity.BODY: frozenset(set(Matter) - {Matter.NOTES}),
    Capacity.PETITION: frozenset({Matter.OWN}),
    Capacity.CONSULTED: frozenset(),
    Capacity.ARCHIVE: frozenset({Matter.DECISION}),
    Capacity.TOLD: frozenset(),
    Capacity.HIGHER: frozenset(),
}
#: what the supervising organ gets once the case is over
_IN_THE_END: Final = frozenset({Matter.OWN, Matter.HANDLING, Matter.REPORT, Matter.DECISION})


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """Work in a case that one of somebody's offices has or had."""

    unit_id: str
    role: str
    head_only: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The facts that say how somebody stands to one case today."""

    #: what each role is in this case, as the pack version it runs on says
    roles: Capacities
    #: roles he, or an office he serves, has in the case itself
    parts: frozenset[str] = frozenset()
    #: the ones among them that an office he serves has
    unit_parts: frozenset[str] = frozenset()
    work: frozenset[Work] = frozenset()
    #: units he serves that opened the case
    opened: frozenset[str] = frozenset()
    #: labels of the notices that reached a unit he serves
    told: frozenset[str] = frozenset()
    #: he is the person it is about, whatever else he is
    is_own: bool = False
    #: granted: he must not look
    is_recused: bool = False
    #: closed or cancelled
    is_over: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """What somebody sees of one case."""

    person_id: str
    perspective: Perspective
    capacities: frozenset[Capacity]
    #: what each role is in this case
    roles: Capacities = field(repr=False, hash=False)
    is_over: bool = False
    #: units he serves today; none for a party: what his office wrote is not his
    units: frozenset[str] = frozenset()
    #: parties he speaks for by his office: what a colleague wrote as such is his as well
    speaks_for: frozenset[str] = frozenset()

    @property
    def is_office(self) -> bool:
        """Does he handle the case: every step of it, whoever did it."""
        return self.perspective is Perspective.OFFICE

    @property
    def is_party(self) -> bool:
        """Is the matter his own."""
        return self.perspective is Perspective.PARTY

    def sees(self, matter: Matter) -> bool:
        """May he read papers of this kind that others wrote."""
        if self.is_over and Capacity.HIGHER in self.capacities and matter in _IN_THE_END:
            return True
        return any(matter in _SEES[capacity] for capacity in self.capacities)

    def wrote(self, person_id: str | None, unit_id: str | None, role: str = "") -> bool:
        """Is this his own act, or one of an office he serves or of a unit he speaks for."""
        return person_id == self.person_id or unit_id in self.units or role in self.speaks_for

    def reads(
        self, role: str, person_id: str | None, unit_id: str | None, *, is_addressed: bool
    ) -> bool:
        """May he read a paper whole that this person wrote in this role, for this office."""
        is_own = self.wrote(person_id, unit_id, role)
        return is_own or self.sees(self.matter_of(role, is_addressed=is_addressed))

    def matter_of(self, role: str, *, is_addressed: bool) -> Matter:
        """What kind of paper somebody in this role writes in this case."""
        return matter_of(capacity_of(self.roles, role) if role else None, is_addressed=is_addressed)


def sight(actor: Actor, standing: Standing) -> Sight | None:
    """What the actor sees of the case, None when it does not exist for him."""
    if standing.is_recused or not permits(actor, Permission.CASE_READ):
        return None
    capacities = frozenset(_capacities(actor, standing))
    if Capacity.PARTY in capacities:
        return Sight(
            person_id=actor.person_id,
            perspective=Perspective.PARTY,
            capacities=frozenset({Capacity.PARTY}),
            roles=standing.roles,
            is_over=standing.is_over,
            speaks_for=standing.unit_parts & PARTIES,
        )
    if not capacities:
        return None
    handles = bool(capacities & HANDLING)
    return Sight(
        person_id=actor.person_id,
        perspective=Perspective.OFFICE if handles else Perspective.ASKED,
        capacities=capacities,
        roles=standing.roles,
        is_over=standing.is_over,
        units=frozenset(post.unit_id for post in actor.posts),
    )


def matter_of(writer: Capacity | None, *, is_addressed: bool) -> Matter:
    """What kind of paper somebody in this capacity writes; None: whoever opened the case.

    ``is_addressed``: the paper goes to an office.
    """
    if writer in (None, Capacity.PARTY, Capacity.UNIT):
        return Matter.OWN
    return {
        Capacity.TEAM: Matter.REPORT if is_addressed else Matter.NOTES,
        Capacity.BODY: Matter.VOTES,
        Capacity.CONSULTED: Matter.REPORT,
    }.get(writer, Matter.HANDLING)


def shows(capacity: Capacity, matter: Matter) -> bool:
    """Does this capacity show papers of this kind, whoever wrote them."""
    return matter in _SEES[capacity]


def _capacities(actor: Actor, standing: Standing) -> Collection[Capacity]:
    def of(role: str) -> Capacity:
        return capacity_of(standing.roles, role)

    found = {of(role) for role in standing.parts}
    if standing.is_own:
        found.add(Capacity.PARTY)
    for work in standing.work:
        leads = work.head_only and work.unit_id in actor.headed
        found.add(Capacity.LEADER if leads else of(work.role))
    found |= {of(post.kind) for post in actor.posts if post.unit_id in standing.opened}
    for label in standing.told:
        found.add(Capacity.HIGHER if of(label) is Capacity.HIGHER else Capacity.TOLD)
    return found - {Capacity.OUTSIDE}

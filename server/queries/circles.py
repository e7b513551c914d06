"""Who stands how to one case today: everybody it exists for, in a constant number of statements.

What ``perspectives`` asks for one person this asks for all of them, by the same rule
(``domain/perspectives.sight``). A remark calls nobody who does not handle the case, a copy goes
to nobody else but those above them; both are asked of the same circle.
"""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from server.domain.access import Actor, PostHeld
from server.domain.lifecycle import OVER
from server.domain.perspectives import HANDLING, Sight, Standing, Work, sight
from server.domain.roles import Capacities, Capacity, capacity_of
from server.models.case import case, subject
from server.models.identity import Person, Post, Unit
from server.models.outbox import notification
from server.models.work import participant, work_item
from server.queries import capacities, tenure
from server.queries.visibility import kept_out_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """Somebody the case exists for."""

    id: str
    name: str
    #: where he works and what he is there, in words
    where: str
    sight: Sight
    posts: tuple[PostHeld, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Above:
    """Somebody who leads an organ above an office that handles the case."""

    id: str
    name: str
    where: str
    unit_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Circle:
    """Everybody a case exists for today, and those above who handles it."""

    members: Mapping[str, Member]
    #: heads of the organs above, who are not members: to them the case is not open
    above: Mapping[str, Above]

    @property
    def handling(self) -> tuple[Member, ...]:
        """Those who handle it, in order of their offices."""
        return tuple(each for each in self.members.values() if each.sight.is_office)


def of(session: Session, case_id: str, on: date, shut: Container[str]) -> Circle:
    """The circle of a case that exists, by the posts of this day.

    ``shut``: those besides for whom it does not exist, and who cannot be listed.
    """
    facts = _facts(session, case_id)
    out = frozenset(session.scalars(kept_out_of(case_id)))
    people = _people(session, facts, on)
    members: dict[str, Member] = {}
    for person_id, held in people.items():
        seen = sight(_actor(person_id, held), facts.standing(person_id, held.posts, out))
        if seen is not None and person_id not in shut:
            members[person_id] = Member(
                id=person_id, name=held.name, where=held.where, sight=seen, posts=held.posts
            )
    above = _above(session, facts, on)
    parties = facts.persons
    return Circle(
        members=members,
        above={
            each.id: each
            for each in above
            if each.id not in out
            and each.id not in shut
            and each.id not in members
            and each.id not in parties
        },
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    name: str
    where: str
    posts: tuple[PostHeld, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Facts:
    """What is stored of the case, whoever asks."""

    roles: Capacities
    opened_for: str | None
    is_over: bool
    #: (role, person, unit) of every part somebody has now
    parts: tuple[tuple[str, str | None, str | None], ...]
    work: frozenset[Work]
    told: Mapping[str, frozenset[str]]
    #: people it is about
    subjects: frozenset[str]

    @property
    def units(self) -> frozenset[str]:
        """Every unit that has something to do with it."""
        found = {work.unit_id for work in self.work} | set(self.told)
        found |= {unit for _role, _person, unit in self.parts if unit}
        return frozenset(found | ({self.opened_for} if self.opened_for else set()))

    @property
    def persons(self) -> frozenset[str]:
        """People who have something to do with it by themselves."""
        return self.subjects | {person for _role, person, _unit in self.parts if person}

    def handling_units(self) -> frozenset[str]:
        """Offices that handle it."""
        return frozenset(
            work.unit_id
            for work in self.work
            if work.head_only or capacity_of(self.roles, work.role) in HANDLING
        )

    def leading(self) -> list[str]:
        """Kinds of offices whose holders approve."""
        return sorted(key for key, kind in self.roles.items() if kind is Capacity.LEADER)

    def standing(self, person_id: str, posts: Iterable[PostHeld], out: Collection[str]) -> Standing:
        """The facts of one person."""
        units = {post.unit_id for post in posts}
        parts = [
            (role, unit is not None)
            for role, person, unit in self.parts
            if person == person_id or unit in units
        ]
        return Standing(
            roles=self.roles,
            parts=frozenset(role for role, _by_unit in parts),
            unit_parts=frozenset(role for role, by_unit in parts if by_unit),
            work=frozenset(work for work in self.work if work.unit_id in units),
            opened=frozenset({self.opened_for} & units) if self.opened_for else frozenset(),
            told=frozenset(label for unit in units for label in self.told.get(unit, ())),
            is_own=person_id in self.subjects,
            is_recused=person_id in out,
            is_over=self.is_over,
        )


def _facts(session: Session, case_id: str) -> _Facts:
    head = session.execute(
        select(case.c.pack_version_id, case.c.opened_for, case.c.status).where(case.c.id == case_id)
    ).one()
    parts = session.execute(
        select(participant.c.role_key, participant.c.person_id, participant.c.unit_id).where(
            participant.c.case_id == case_id, participant.c.to_at.is_(None)
        )
    )
    work = session.execute(
        select(work_item.c.candidate_unit, work_item.c.candidate_role, work_item.c.head_only)
        .where(work_item.c.case_id == case_id, work_item.c.candidate_unit.is_not(None))
        .distinct()
    )
    told = defaultdict(set)
    for row in session.execute(
        select(notification.c.unit_id, notification.c.label)
        .where(notification.c.case_id == case_id, notification.c.unit_id.is_not(None))
        .distinct()
    ):
        told[row.unit_id].add(row.label)
    about = session.scalars(
        select(subject.c.person_id).where(
            subject.c.case_id == case_id,
            subject.c.kind == "subject",
            subject.c.person_id.is_not(None),
            ~subject.c.untold,
        )
    )
    versions = capacities.of_versions(session, {head.pack_version_id})
    return _Facts(
        roles=versions[head.pack_version_id],
        opened_for=head.opened_for,
        is_over=head.status in OVER,
        parts=tuple((row.role_key, row.person_id, row.unit_id) for row in parts),
        work=frozenset(
            Work(unit_id=row.candidate_unit, role=row.candidate_role, head_only=row.head_only)
            for row in work
        ),
        told={unit: frozenset(labels) for unit, labels in told.items()},
        subjects=frozenset(about),
    )


def _people(session: Session, facts: _Facts, on: date) -> Mapping[str, _Held]:
    """Everybody who may have something to do with it, with all his posts, by unit and login."""
    there = select(Post.person_id).where(Post.unit_id.in_(sorted(facts.units)), tenure.held(on))
    rows = session.execute(
        select(
            Person.id,
            Person.name,
            Post.title,
            Post.is_head,
            Unit.id.label("unit_id"),
            Unit.name.label("unit"),
            Unit.kind,
            Unit.level,
        )
        .outerjoin(Post, and_(Post.person_id == Person.id, tenure.held(on)))
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .where(
            Person.state == "active",
            or_(Person.id.in_(there), Person.id.in_(sorted(facts.persons))),
        )
        .order_by(Post.is_main.desc(), Unit.path, Post.is_head.desc(), Person.login)
    ).all()
    found: dict[str, list[tuple[PostHeld, str]]] = {row.id: [] for row in rows}
    names = {row.id: row.name for row in rows}
    for row in rows:
        if row.unit_id is not None:
            post = PostHeld(
                unit_id=row.unit_id, kind=row.kind, level=row.level, is_head=row.is_head
            )
            found[row.id].append((post, f"{row.unit} {row.title}".strip()))
    return {
        person_id: _Held(
            name=names[person_id],
            where=next(_first(held, facts.units), ""),
            posts=tuple(post for post, _where in held),
        )
        for person_id, held in found.items()
    }


def _first(held: Collection[tuple[PostHeld, str]], units: Collection[str]) -> Iterator[str]:
    """Where somebody works, an office that has to do with the case before any other."""
    yield from (where for post, where in held if post.unit_id in units)
    yield from (where for _post, where in held)


def _above(session: Session, facts: _Facts, on: date) -> Iterator[Above]:
    """Heads of the organs above the offices that handle it, and of the leaders' offices there."""
    units = facts.handling_units()
    if not units:
        return
    paths = session.scalars(select(Unit.path).where(Unit.id.in_(sorted(units))))
    organ = aliased(Unit)
    keys = {key for path in paths for key in path.split("/")[:-1]}
    organs = select(organ.id).where(organ.key.in_(sorted(keys)))
    rows = session.execute(
        select(
            Person.id,
            Person.name,
            Post.title,
            Unit.id.label("unit_id"),
            Unit.name.label("unit"),
        )
        .join(Post, Post.person_id == Person.id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(
            or_(
                Unit.id.in_(organs),
                and_(Unit.parent_id.in_(organs), Unit.kind.in_(facts.leading())),
            ),
            Post.is_head,
            Person.state == "active",
            tenure.held(on),
        )
        .order_by(Unit.path, Person.login)
    )
    for row in rows:
        where = f"{row.unit} {row.title}".strip()
        yield Above(id=row.id, name=row.name, where=where, unit_id=row.unit_id)


def _actor(person_id: str, held: _Held) -> Actor:
    return Actor(person_id=person_id, name=held.name, posts=held.posts)

"""How the actor stands to one case: the facts of today, read in a constant number of statements.

What they mean is ``domain/perspectives``. Nobody may show anything of a case without a
:class:`~server.domain.perspectives.Sight` from here, or a condition from ``visibility``.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.errors import NotFound
from server.domain.lifecycle import OVER
from server.domain.perspectives import HANDLING, Sight, Standing, Work, sight
from server.domain.roles import PARTIES
from server.models.case import case, subject
from server.models.outbox import notification
from server.models.work import participant, work_item
from server.queries import capacities
from server.queries.visibility import closed_for, recused_from


def of(session: Session, actor: Actor, case_id: str) -> Sight:
    """What the actor, with the posts he holds today, sees of the case.

    Raises:
        NotFound: there is no such case, or it does not exist for him; the same answer for both.
    """
    seen = None if "\x00" in case_id else of_each(session, actor, [case_id]).get(case_id)
    if seen is None:
        raise NotFound
    return seen


def of_each(session: Session, actor: Actor, case_ids: Collection[str]) -> Mapping[str, Sight]:
    """What the actor sees of each of these cases; those that do not exist for him are missing.

    The number of statements does not depend on how many cases are asked about. Where he handles
    nothing himself he sees what an absent person sees whom he stands in for, in matters that are
    not that person's own.
    """
    seen = dict(_of_each(session, actor, case_ids))
    for absent in actor.stands_in:
        wanted = [
            case_id
            for case_id in case_ids
            if case_id not in seen or not (seen[case_id].is_office or seen[case_id].is_party)
        ]
        if wanted:
            seen |= _for(session, actor, absent, wanted)
    return seen


def _for(
    session: Session, actor: Actor, absent: Actor, case_ids: Collection[str]
) -> Mapping[str, Sight]:
    """What the posts of an absent person show to whoever fills them."""
    closed = select(case.c.id).where(case.c.id.in_(case_ids), case.c.id.in_(closed_for(absent)))
    shut = set(session.scalars(closed))
    filling = replace(actor, posts=absent.posts, stands_in=())
    return _of_each(session, filling, [each for each in case_ids if each not in shut])


def _of_each(session: Session, actor: Actor, case_ids: Collection[str]) -> Mapping[str, Sight]:
    units = sorted({post.unit_id for post in actor.posts})
    parts, work, told = _facts(session, actor, case_ids, units)
    rows = session.execute(
        select(
            case.c.id,
            case.c.status,
            case.c.opened_for,
            case.c.pack_version_id,
            _is_own(actor).label("is_own"),
            _is_recused(actor).label("is_recused"),
        ).where(case.c.id.in_(case_ids))
    ).all()
    roles = capacities.of_versions(session, {row.pack_version_id for row in rows})
    seen = {
        row.id: sight(
            actor,
            Standing(
                roles=roles[row.pack_version_id],
                parts=frozenset(role for role, _by_unit in parts[row.id]),
                unit_parts=frozenset(role for role, by_unit in parts[row.id] if by_unit),
                work=frozenset(work[row.id]),
                opened=frozenset({row.opened_for} & set(units)),
                told=frozenset(told[row.id]),
                is_own=row.is_own,
                is_recused=row.is_recused,
                is_over=row.status in OVER,
            ),
        )
        for row in rows
    }
    return {case_id: one for case_id, one in seen.items() if one is not None}


def _facts(
    session: Session, actor: Actor, case_ids: Collection[str], units: Collection[str]
) -> tuple[dict[str, set[tuple[str, bool]]], dict[str, set[Work]], dict[str, set[str]]]:
    """Parts, work and notices of each case, as far as they concern the actor or his offices."""
    parts, work, told = defaultdict(set), defaultdict(set), defaultdict(set)
    for row in session.execute(
        select(participant.c.case_id, participant.c.role_key, participant.c.unit_id).where(
            participant.c.case_id.in_(case_ids),
            participant.c.to_at.is_(None),
            or_(participant.c.person_id == actor.person_id, participant.c.unit_id.in_(units)),
        )
    ):
        parts[row.case_id].add((row.role_key, row.unit_id is not None))
    for row in session.execute(
        select(
            work_item.c.case_id,
            work_item.c.candidate_unit,
            work_item.c.candidate_role,
            work_item.c.head_only,
        )
        .where(work_item.c.case_id.in_(case_ids), work_item.c.candidate_unit.in_(units))
        .distinct()
    ):
        held = Work(unit_id=row.candidate_unit, role=row.candidate_role, head_only=row.head_only)
        work[row.case_id].add(held)
    for row in session.execute(
        select(notification.c.case_id, notification.c.label)
        .where(notification.c.case_id.in_(case_ids), notification.c.unit_id.in_(units))
        .distinct()
    ):
        told[row.case_id].add(row.label)
    return parts, work, told


def _is_own(actor: Actor) -> ColumnElement[bool]:
    return exists().where(
        and_(
            subject.c.case_id == case.c.id,
            subject.c.person_id == actor.person_id,
            subject.c.kind == "subject",
        )
    )


def _is_recused(actor: Actor) -> ColumnElement[bool]:
    return case.c.id.in_(recused_from(actor))


def own_cases(actor: Actor) -> Select[tuple[str]]:
    """Ids of the cases the actor is party to, himself or through an office he serves."""
    units = sorted({post.unit_id for post in actor.posts})
    parts = select(participant.c.case_id).where(
        participant.c.to_at.is_(None),
        participant.c.role_key.in_(sorted(PARTIES)),
        or_(participant.c.person_id == actor.person_id, participant.c.unit_id.in_(units)),
    )
    about = select(subject.c.case_id).where(
        subject.c.person_id == actor.person_id, subject.c.kind == "subject"
    )
    return select(parts.union(about).subquery().c.case_id)


def named_cases(session: Session, actor: Actor) -> Select[tuple[str]]:
    """Ids of the cases in which the actor may know the names of those they are about.

    He handles them, or is party to them; whoever was only asked or told learns no names, not even
    by searching for one.
    """
    handling = _Handling(session)
    units = sorted({post.unit_id for post in actor.posts})
    parts = select(participant.c.case_id).where(
        participant.c.to_at.is_(None),
        handling.in_role(participant.c.role_key, participant.c.case_id),
        or_(participant.c.person_id == actor.person_id, participant.c.unit_id.in_(units)),
    )
    work = select(work_item.c.case_id).where(
        or_(
            and_(
                work_item.c.candidate_unit.in_(units),
                handling.in_role(work_item.c.candidate_role, work_item.c.case_id),
            ),
            and_(work_item.c.candidate_unit.in_(actor.headed), work_item.c.head_only),
        )
    )
    opened = select(case.c.id).where(handling.opened_by(actor))
    return select(parts.union(work, opened, own_cases(actor)).subquery().c.case_id)


class _Handling:
    """Conditions that ask for a role whose holders handle a case, as the case's own pack says."""

    def __init__(self, session: Session) -> None:
        self._everywhere, self._some = capacities.split(capacities.of_all(session), HANDLING)

    def in_role(self, role: ColumnElement[str], case_id: ColumnElement[str]) -> ColumnElement[bool]:
        other = case.alias()
        return or_(
            role.in_(sorted(self._everywhere)),
            *(
                and_(
                    role == key,
                    exists().where(
                        other.c.id == case_id, other.c.pack_version_id.in_(sorted(versions))
                    ),
                )
                for key, versions in sorted(self._some.items())
            ),
        )

    def opened_by(self, actor: Actor) -> ColumnElement[bool]:
        always = {post.unit_id for post in actor.posts if post.kind in self._everywhere}
        return or_(
            case.c.opened_for.in_(sorted(always)),
            *(
                and_(
                    case.c.opened_for == post.unit_id,
                    case.c.pack_version_id.in_(sorted(self._some[post.kind])),
                )
                for post in actor.posts
                if post.kind in self._some
            ),
        )

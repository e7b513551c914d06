"""The one condition per person that every reader applies: which cases he may know of.

Somebody sees a case that is about him or that he has a part in, and a case that an office he
holds a post of today opened, has or had work in, or was told of. Everything else does not exist
for him. What somebody did gives him no right by itself: it ends with his post. Whoever is recused,
or recorded as near relative of somebody it is about, sees nothing of the case. What of a case
somebody sees is ``domain/perspectives``.
"""

from collections.abc import Collection

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    exists,
    false,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session

from server.domain.access import Actor, Permission, permits
from server.domain.roles import PARTIES
from server.models.case import case, subject
from server.models.outbox import notification
from server.models.recusal import HOLDS, kinship, recusal
from server.models.work import participant, work_item

#: a value, or the parameter of a statement that stands for it
One = str | BindParameter[str]
Many = Collection[str] | BindParameter[str]


def visible(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``case`` for the actor with today's posts; administrators see none."""
    if not permits(actor, Permission.CASE_READ):
        return false()
    return _known(actor)


def knows(session: Session, actor: Actor, case_id: str) -> bool:
    """May the actor, with today's posts, know of this case."""
    wanted = select(case.c.id).where(case.c.id == case_id, _known(actor))
    return session.scalar(wanted) is not None


def _known(actor: Actor) -> ColumnElement[bool]:
    own = visible_to(actor)
    if not actor.stands_in:
        return own
    for_others = or_(*(_for(absent) for absent in actor.stands_in))
    return or_(own, and_(case.c.id.not_in(recused_from(actor)), for_others))


def _for(absent: Actor) -> ColumnElement[bool]:
    """What the posts of an absent person show to whoever fills them: never his own matters."""
    units = _units(absent)
    sources = [case.c.id.in_(found) for found in _of_units(units)]
    known = or_(case.c.opened_for.in_(units), *sources)
    return and_(known, case.c.id.not_in(closed_for(absent)))


def closed_for(absent: Actor) -> CompoundSelect[tuple[str]]:
    """The cases in which nobody stands in for this person: his own, and those he is kept out of."""
    return union(
        *recused_from(absent).selects,
        select(subject.c.case_id).where(subject.c.person_id == absent.person_id),
        select(participant.c.case_id).where(
            participant.c.person_id == absent.person_id,
            participant.c.role_key.in_(sorted(PARTIES)),
            participant.c.to_at.is_(None),
        ),
    )


def _units(actor: Actor) -> list[str]:
    return sorted({post.unit_id for post in actor.posts})


def visible_cases(person_id: One, unit_ids: Many) -> ColumnElement[bool]:
    """The condition on ``case``: true for the cases this person may know of.

    ``unit_ids`` are the units he holds posts in on the day. Both may be parameters of a statement
    that is built once. What is shut to him (``Actor.shut``) the caller takes out.
    """
    sources = [case.c.id.in_(found) for found in _sources(person_id, unit_ids)]
    known = or_(case.c.opened_for.in_(unit_ids), *sources)
    return and_(case.c.id.not_in(union(*_recused_from(person_id))), known)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The same for the actor himself, whomever he stands in for."""
    known = visible_cases(actor.person_id, _units(actor))
    return and_(case.c.id.not_in(actor.shut), known) if actor.shut else known


def seen_by(actor: Actor) -> CompoundSelect[tuple[str]]:
    """The same condition as ids of cases, for lists that begin with what the actor may know of.

    It walks what his offices have and had; cases he is recused from are among them and have to be
    taken out (``recused_from``).
    """
    units = _units(actor)
    return union(
        select(case.c.id).where(case.c.opened_for.in_(units)),
        *_sources(actor.person_id, units),
        *(select(case.c.id).where(_for(absent)) for absent in actor.stands_in),
    )


def recused_from(actor: Actor) -> CompoundSelect[tuple[str]]:
    """The cases this person is kept out of: nothing of them exists for him.

    A recusal of his holds, he is recorded as near relative of somebody the case is about and is
    not himself one of those, he is looked into and not told, or it is shut to him.
    """
    shut = [select(case.c.id).where(case.c.id.in_(actor.shut))] if actor.shut else []
    return union(*_recused_from(actor.person_id), *shut)


def _recused_from(person_id: One) -> tuple[Select[tuple[str]], ...]:
    own = subject.alias()
    return (
        select(recusal.c.case_id).where(
            recusal.c.person_id == person_id, recusal.c.state.in_(HOLDS)
        ),
        select(subject.c.case_id)
        .join(kinship, kinship.c.relative_id == subject.c.person_id)
        .where(
            kinship.c.person_id == person_id,
            kinship.c.ended_at.is_(None),
            ~exists().where(own.c.case_id == subject.c.case_id, own.c.person_id == person_id),
        ),
        select(subject.c.case_id).where(subject.c.person_id == person_id, subject.c.untold),
    )


def kept_out_of(case_id: One) -> CompoundSelect[tuple[str]]:
    """The people who are kept out of this case: nothing of it exists for them.

    Without those a report keeps out: they cannot be listed (``queries/bars``).
    """
    return union(recused_in(case_id), kin_of(case_id), untold_in(case_id))


def untold_in(case_id: One | ColumnElement[str]) -> Select[tuple[str]]:
    """The people who are looked into in this case and are not told."""
    return select(subject.c.person_id).where(
        subject.c.case_id == case_id, subject.c.person_id.is_not(None), subject.c.untold
    )


def kin_of(case_id: One | ColumnElement[str]) -> Select[tuple[str]]:
    """Recorded near relatives of those this case is about, unless it is about them as well."""
    own = subject.alias()
    return (
        select(kinship.c.person_id)
        .join(subject, subject.c.person_id == kinship.c.relative_id)
        .where(
            subject.c.case_id == case_id,
            kinship.c.ended_at.is_(None),
            ~exists().where(
                own.c.case_id == subject.c.case_id, own.c.person_id == kinship.c.person_id
            ),
        )
    )


def recused_in(case_id: One | ColumnElement[str]) -> Select[tuple[str]]:
    """The people of whom a recusal holds in this case."""
    return select(recusal.c.person_id).where(
        recusal.c.case_id == case_id,
        recusal.c.person_id.is_not(None),
        recusal.c.state.in_(HOLDS),
    )


def _of_units(unit_ids: Many) -> tuple[Select[tuple[str]], ...]:
    """Parts of the offices, their work, notices to them."""
    return (
        select(participant.c.case_id).where(
            participant.c.unit_id.in_(unit_ids), participant.c.to_at.is_(None)
        ),
        select(work_item.c.case_id).where(work_item.c.candidate_unit.in_(unit_ids)),
        select(notification.c.case_id).where(notification.c.unit_id.in_(unit_ids)),
    )


def _sources(person_id: One, unit_ids: Many) -> tuple[Select[tuple[str]], ...]:
    """Parts, own matters, work of the offices, notices to them."""
    return (
        select(participant.c.case_id).where(
            or_(participant.c.person_id == person_id, participant.c.unit_id.in_(unit_ids)),
            participant.c.to_at.is_(None),
        ),
        select(subject.c.case_id).where(
            subject.c.person_id == person_id, subject.c.kind == "subject"
        ),
        select(work_item.c.case_id).where(work_item.c.candidate_unit.in_(unit_ids)),
        select(notification.c.case_id).where(notification.c.unit_id.in_(unit_ids)),
    )


def sees(session: Session, person_id: str, unit_ids: Collection[str], case_id: str) -> bool:
    """May this person know of this case."""
    wanted = select(case.c.id).where(case.c.id == case_id, visible_cases(person_id, unit_ids))
    return session.scalar(wanted) is not None

"""近亲属 as those look at it who keep such records: somebody's ties, and what waits."""

from dataclasses import dataclass

from server.domain.errors import NotFound
from server.queries import kinships as rows
from server.queries import names
from server.queries.kinships import Change, Tie
from server.services.case import case_rows
from server.services.context import Context
from server.services.identity import choices
from server.services.identity.choices import Choice
from server.services.verbs import kinships


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A change that waits, as one who keeps the records sees it."""

    change: Change
    relative: str
    may_decide: bool
    may_withdraw: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OfPerson:
    """Somebody with his ties."""

    id: str
    #: with his post and unit
    label: str
    ties: tuple[Tie, ...]
    waiting: tuple[View, ...]


def waiting(ctx: Context) -> tuple[View, ...]:
    """What waits for a second person at the actor's office; nothing about himself."""
    found = [each for each in rows.waiting(ctx.session) if kinships.keeps(ctx, each.pair)]
    me = ctx.actor.person_id
    others = [each for each in found if me not in each.pair]
    relatives = names.of_people(ctx.session, {str(each.payload["relative"]) for each in others})
    return tuple(
        View(
            change=each,
            relative=relatives.get(str(each.payload["relative"]), ""),
            may_decide=each.proposed_by != me,
            may_withdraw=each.proposed_by == me,
        )
        for each in others
    )


def found(ctx: Context, typed: str) -> tuple[Choice, ...]:
    """The people who may be meant, of those whose records the actor keeps."""
    offered = choices.offered(ctx, "person", typed=typed, most=20) if typed else ()
    return tuple(each for each in offered if _may_look(ctx, each.value))


def of_person(ctx: Context, person_id: str) -> OfPerson:
    """Somebody with his ties.

    Raises:
        NotFound: there is nobody like that, the actor does not keep his records, or is himself he.
    """
    case_rows.refuse_odd(person_id)
    if not _may_look(ctx, person_id):
        raise NotFound
    (label,) = (
        each.label
        for each in choices.offered(ctx, "person", chosen=[person_id], most=0)
        if each.value == person_id
    )
    waits = tuple(each for each in waiting(ctx) if person_id in each.change.pair)
    ties = rows.of_person(ctx.session, person_id)
    return OfPerson(id=person_id, label=label, ties=ties, waiting=waits)


def _may_look(ctx: Context, person_id: str) -> bool:
    return person_id != ctx.actor.person_id and kinships.keeps(ctx, [person_id])

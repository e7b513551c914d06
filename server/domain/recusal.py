"""Who may not act in a case because of what its data shows (政务处分法第四十七条).

Only grounds that need no judgement stand here: a person does not act on his own matter, nor on
that of his near relatives, nor once a recusal holds. Declaring, asking for and deciding recusals
is ``verbs/recusals``. The refusal is the same sentence for every ground, so that nobody learns from
it who reported; only what somebody did himself in the case is told him as that.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from server.domain.errors import Forbidden
from server.domain.packs import Item, PolicyPack
from server.domain.recusal_rules import NONE
from server.domain.roles import OF_THE_UNIT, PARTIES
from server.domain.texts import _


class Ground(StrEnum):
    """Why a person is barred; never shown to him, and nowhere recorded."""

    SUBJECT = "subject"
    APPLICANT = "applicant"
    REPORTER = "reporter"
    KIN = "kin"
    RECUSED = "recused"
    #: he did a duty of the case that may not be united with this one
    INCOMPATIBLE = "incompatible"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parties:
    """Ids of the people the case is about."""

    subjects: frozenset[str] = frozenset()
    applicants: frozenset[str] = frozenset()
    #: who reported and their near relatives: it is known of somebody only, and cannot be listed
    reporters: Container[str] = frozenset()
    #: recorded near relatives of those the case is about
    kin: frozenset[str] = frozenset()
    #: a recusal of them holds
    recused: frozenset[str] = frozenset()
    #: they did what is incompatible with the task that is asked about
    unfit: frozenset[str] = frozenset()


def grounds(pack: PolicyPack) -> tuple[Item, ...]:
    """The grounds somebody may name under this pack; empty where it knows no list of them."""
    listed = pack.lists.get(pack.recusal.grounds)
    return tuple(item for item in listed.items if item.code != NONE) if listed else ()


def declares(role: str) -> bool:
    """Whoever claims in this role declares that he has no ground; whose matter it is does not."""
    return role not in PARTIES


def barred(person_id: str, role: str, parties: Parties) -> Ground | None:
    """Why this person may not act in this office in this case, None when nothing shows it.

    Somebody acts freely in his own part (``applicant``, ``subject``). Who applied for a unit may
    also speak for the unit; the person concerned may not, nor may who reported.
    """
    if role in PARTIES:
        return None
    if person_id in parties.applicants and role not in OF_THE_UNIT:
        return Ground.APPLICANT
    return next((ground for ground, people in _grounds(parties) if person_id in people), None)


def _grounds(parties: Parties) -> Iterator[tuple[Ground, Container[str]]]:
    """Grounds that bar whatever the role, with whom they bar."""
    yield Ground.SUBJECT, parties.subjects
    yield Ground.REPORTER, parties.reporters
    yield Ground.KIN, parties.kin
    yield Ground.RECUSED, parties.recused
    yield Ground.INCOMPATIBLE, parties.unfit


def fit(people: Iterable[str], role: str, parties: Parties) -> list[str]:
    """Of these people, each once and in their order, those who may act in this office."""
    return [one for one in dict.fromkeys(people) if barred(one, role, parties) is None]


def refuse_barred(person_id: str, role: str, parties: Parties) -> None:
    """Return when the person may act.

    Raises:
        Forbidden: he is barred; nothing, not the log either, says on which ground.
    """
    ground = barred(person_id, role, parties)
    if ground is Ground.INCOMPATIBLE:
        raise Forbidden(_("您已办理该事项中与本环节不相容的环节，本环节须由他人办理"))
    if ground is not None:
        raise Forbidden(_("您有依法应当回避的情形，不能办理该事项"), detail="recusal")

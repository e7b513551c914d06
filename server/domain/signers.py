"""Who may be asked to sign with somebody (SECURITY AC-4, DOMAIN section 7 no. 25).

The circle of those who know is never widened: whoever is asked may read the paper that is being
written already, or works in the very office that writes it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from server.domain.perspectives import HANDLING, Matter, matter_of, shows
from server.domain.recusal import Parties, barred
from server.domain.roles import Capacities, Capacity, capacity_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """An office, or a part in the case, through which somebody knows of it."""

    role: str
    #: None: a part that the case itself gives
    unit_id: str | None = None
    #: its head approves there
    leads: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Somebody and one place he has in the case today."""

    person_id: str
    place: Place
    is_head: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """The task that is to be signed with."""

    #: whose task it is
    place: Place
    roles: Capacities
    parties: Parties
    #: its paper goes to an office
    is_addressed: bool = False
    #: people who are party to the case, or have a part in the group already
    out: frozenset[str] = frozenset()


def able(asking: Asking, known: Iterable[Known]) -> list[Known]:
    """Those who may be asked, each once; who can sign as a colleague of the office does so."""
    found: dict[str, Known] = {}
    for one in sorted(known, key=lambda each: each.place.unit_id != asking.place.unit_id):
        if one.person_id not in found and _may_sign(asking, one):
            found[one.person_id] = one
    return list(found.values())


def _may_sign(asking: Asking, one: Known) -> bool:
    if one.person_id in asking.out:
        return False
    if barred(one.person_id, one.place.role, asking.parties) is not None:
        return False
    if one.place.unit_id is not None and one.place.unit_id == asking.place.unit_id:
        return True
    writer = capacity_of(asking.roles, asking.place.role)
    if writer not in HANDLING:
        return False
    matter = matter_of(writer, is_addressed=asking.is_addressed)
    return _reads(_capacities(asking, one), matter)


def _capacities(asking: Asking, one: Known) -> frozenset[Capacity]:
    found = {capacity_of(asking.roles, one.place.role)}
    if one.place.leads and one.is_head:
        found.add(Capacity.LEADER)
    return frozenset(found)


def _reads(capacities: Collection[Capacity], matter: Matter) -> bool:
    return any(one in HANDLING and shows(one, matter) for one in capacities)

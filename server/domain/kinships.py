"""近亲属: who records that two officials are near relatives, and how far his office reaches.

Recorded by two people of an office that keeps personnel matters, never by one of the two it is
about. What it brings about is ``recusal``: nobody acts in the matter of his relative.
"""

from enum import StrEnum

from server.domain.errors import Forbidden
from server.domain.texts import _

#: longest name of a relation
LONGEST = 40


class KinChange(StrEnum):
    """What two people decide about a tie."""

    NOTE = "kinship"
    END = "end_kinship"


def reaches(region: str, other: str) -> bool:
    """Does an office of this region keep the matters of the other one: its own, or one below."""
    return other == region or other.startswith(f"{region}/")


def refuse_own(actor_id: str, pair: frozenset[str]) -> None:
    """Return when it is not about the actor himself.

    Raises:
        Forbidden: it is.
    """
    if actor_id in pair:
        raise Forbidden(_("涉及本人的近亲属登记由他人办理"))

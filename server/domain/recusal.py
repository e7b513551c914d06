"""Who may not act in a case because of what its data shows (政务处分法第四十七条).

Only grounds that need no judgement stand here: a person does not act on his own matter. Declared
and requested recusals, with their decision, come on top. The refusal is the same sentence for
every ground, so that nobody learns from it who reported.
"""

from dataclasses import dataclass
from enum import StrEnum

from server.domain.errors import Forbidden
from server.domain.roles import OF_THE_UNIT, PARTIES
from server.domain.texts import _


class Ground(StrEnum):
    """Why a person is barred; for the record, never shown to him."""

    SUBJECT = "subject"
    APPLICANT = "applicant"
    REPORTER = "reporter"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parties:
    """Ids of the people the case is about."""

    subjects: frozenset[str] = frozenset()
    applicants: frozenset[str] = frozenset()
    #: who reported; the caller must hold the right to know
    reporters: frozenset[str] = frozenset()


def barred(person_id: str, role: str, parties: Parties) -> Ground | None:
    """Why this person may not act in this office in this case, None when nothing shows it.

    Somebody acts freely in his own part (``applicant``, ``subject``). Who applied for a unit may
    also speak for the unit; the person concerned may not, nor may who reported.
    """
    if role in PARTIES:
        return None
    if person_id in parties.subjects:
        return Ground.SUBJECT
    if person_id in parties.reporters:
        return Ground.REPORTER
    if person_id in parties.applicants and role not in OF_THE_UNIT:
        return Ground.APPLICANT
    return None


def refuse_barred(person_id: str, role: str, parties: Parties) -> None:
    """Return when the person may act.

    Raises:
        Forbidden: he is barred; ``detail`` names the ground for the record.
    """
    ground = barred(person_id, role, parties)
    if ground is not None:
        raise Forbidden(_("您有依法应当回避的情形，不能办理该事项"), detail=f"recusal: {ground}")

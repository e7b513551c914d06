"""What the roles of a pack mean to the program: a closed list, given to each role by its pack.

Which office of which locality is a desk or a leader is law and stands in pack.yaml; what a desk
sees is decided in ``perspectives``. A few keys are words of the format itself, since the program
looks their holders up in a way of its own (docs/reference/pack-format.md).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

#: parts in a case of those whom it is about, filled by the case itself
PARTIES: Final = frozenset({"applicant", "subject"})
#: offices looked up inside the unit the case concerns, not in the region
OF_THE_UNIT: Final = frozenset({"unit_head", "unit_hr"})
#: offices that keep personnel matters: who is whose near relative is recorded there
KIN_KEEPERS: Final = frozenset({"cadre_section", "personnel_archive"})

#: offices that receive reports: who reported is recorded there, and read by nobody else
REPORT_KEEPERS: Final = frozenset({"petition_office"})


class Capacity(StrEnum):
    """What the holder of a role is in a case."""

    #: applicant or subject: the matter is his
    PARTY = "party"
    #: an office of the unit concerned, through which it applies and is heard
    UNIT = "unit"
    #: registers and routes
    DESK = "desk"
    #: investigates
    TEAM = "team"
    #: approves
    LEADER = "leader"
    #: decides together
    BODY = "body"
    #: takes in what is handed in, and passes it on
    PETITION = "petition"
    #: asked for an opinion, helps, any other part
    CONSULTED = "consulted"
    #: keeps the file
    ARCHIVE = "archive"
    #: reached by a notice of a deadline
    TOLD = "told"
    #: supervises from above
    HIGHER = "higher"
    #: has no part in cases: administrators, designers
    OUTSIDE = "outside"


#: what a pack may give a role; nobody holds a role by being told something
GIVEN: Final = tuple(one for one in Capacity if one is not Capacity.TOLD)

#: the capacities of the roles of one pack version, by role key
Capacities = Mapping[str, Capacity]


def capacity_of(roles: Capacities, key: str) -> Capacity:
    """What the holder of this role is; whom the case is about is party whatever a pack says.

    A role the pack does not know sees least.
    """
    if key in PARTIES:
        return Capacity.PARTY
    return roles.get(key, Capacity.CONSULTED)

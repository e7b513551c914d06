"""How cases are linked: which begins, answers or names which, and what a message may read of it.

A message names a procedure it begins, or a case it is for by its reference; everything it may read
stands here, so that checker and services cannot differ.
"""

from enum import StrEnum
from typing import Final


class LinkKind(StrEnum):
    """Why two cases are linked."""

    #: a message of the one began the other
    OPENED = "opened"
    #: a message of the one arrived at the other
    ANSWERED = "answered"
    #: an official named the other in a form
    NAMED = "named"


class Fault(StrEnum):
    """Why a message has not arrived; a word of this list, never what a receiver answered."""

    #: no pack in force holds the procedure it would begin
    NO_PROCEDURE = "no_procedure"
    #: no case with this reference is linked or concerns the same person; which of the two, and
    #: whether there is such a case at all, is not said
    NO_SUCH_CASE = "no_such_case"
    #: the case that sent it is linked with none that is open
    NO_RECEIVER = "no_receiver"
    #: whoever it was for is closed
    RECEIVER_OVER = "receiver_over"
    #: the receiver does not wait for it yet
    NOT_AWAITED = "not_awaited"
    #: what it gives the start form is not what the form asks for
    START_REFUSED = "start_refused"


#: what an expression of a message reads besides what the message carries
CASE: Final = "case"
ITEM: Final = "item"

#: ``case``: what is known of the case that sends it
CASE_PROPERTIES: Final = (
    "reference",
    "procedure",
    "level",
    "kind",
    "person",
    "unit",
    "opened_on",
    "subjects",
)
#: ``case.subjects``: whom it is about, one entry each
SUBJECT_PROPERTIES: Final = ("kind", "person", "unit")

"""What outlives a case, as a pack writes it: which event enters what about whom into a register.

A register is a book over many cases: sanctions, filings, receipts. Which books there are, what
stands in them and who reads them is the pack's; nothing here knows one. How entries are made,
struck and found again is decided in ``registers``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from server.domain.expressions import Feel, Given
from server.domain.roles import Capacity
from server.domain.sources import Basis

#: the field of an entry that is its last day
UNTIL: Final = "until"
#: the field of an entry that says its time in words, where there is no day (去年以来)
PERIOD_TEXT: Final = "period_text"
#: fields that have a column of their own in every register
OWN_FIELDS: Final = frozenset({UNTIL, PERIOD_TEXT})

#: what an expression reads of an entry besides its fields
OF_ENTRIES: Final = frozenset(
    {"register", "reference", "procedure", "kind", "person", "unit", "name", "managed_by"}
    | {"level", "entered_on", "ended_on", *OWN_FIELDS}
)
#: what it reads of whom an entry is about while it is made, and of the case
OF_PARTIES: Final = frozenset({"kind", "person", "unit", "name", "managed_by", "outcome"})
OF_CASES: Final = frozenset({"reference", "procedure", "level", "opened_on"})

#: who is shown what was found again, where the pack does not say
SHOWN_TO: Final = (Capacity.DESK, Capacity.TEAM, Capacity.LEADER, Capacity.BODY)


class Of(StrEnum):
    """Whom an entry is about."""

    #: one entry for each person or unit the case concerns
    SUBJECTS = "subjects"
    #: one entry for each who applied
    APPLICANT = "applicant"
    #: one entry about the matter as such
    CASE = "case"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """How a field of an entry is shown and counted."""

    key: str
    #: its heading; empty: that of the form field it is taken from
    title: str = ""
    #: list of the pack its codes are entries of; empty: that of the form field
    list_key: str = ""
    #: is it a number that statistics add up
    is_summed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterRule:
    """One register of a pack, and what enters it."""

    key: str
    title: str
    #: events that enter something; none: the pack only reads the register or names it
    events: tuple[str, ...] = ()
    of: Of = Of.SUBJECTS
    #: only when this holds, asked for each party
    when: Feel | None = None
    #: one entry for each item of this list; None: one
    each: Given | None = None
    #: field of the entry -> form field or variable, or FEEL
    fields: Mapping[str, Given] = field(default_factory=dict)
    columns: Mapping[str, Column] = field(default_factory=dict)
    #: events that end what the case has entered here
    ends: tuple[str, ...] = ()
    #: offices that read the whole book of their own level and region
    readers: tuple[str, ...] = ()
    basis: Basis

    def given(self) -> tuple[Given, ...]:
        """Everything that may be an expression."""
        return tuple(each for each in (self.when, self.each, *self.fields.values()) if each)


@dataclass(frozen=True, kw_only=True, slots=True)
class Find:
    """What a procedure looks up about its parties when a case of it opens."""

    register: str
    #: only entries for which this holds
    where: Feel | None = None
    #: the day before which an entry must have been made to count: a field, a variable or FEEL;
    #: None: all count
    before: Given | None = None
    #: what is said of an entry that was made later
    late: str = ""
    #: variable of the procedure that receives the entries that count; empty: none
    into: str = ""
    #: who in the case is shown them
    shown_to: tuple[Capacity, ...] = SHOWN_TO
    basis: Basis | None = None

    def given(self) -> tuple[Given, ...]:
        """Everything that may be an expression."""
        return tuple(each for each in (self.where, self.before) if each)

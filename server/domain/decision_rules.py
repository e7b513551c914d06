"""How a body decides one step of a procedure: data of the pack (``decisions``).

Numbers, bases and who may be asked are the locality's; what they come to is ``votes``. Each
entry stands for one user task: the body's decision hands in the form of that task.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.domain.expressions import Given
from server.domain.sources import Basis

#: words a member's vote, or his attendance, is written with into the form of the task
VOTES = ("for", "against", "abstain", "none")
ATTENDANCE = ("present", "absent", "recused")


class Base(StrEnum):
    """Of whom the fraction is taken that has to be for it."""

    #: all members but the recused
    MEMBERS = "members"
    #: those who are present
    PRESENT = "present"


class Equal(StrEnum):
    """What exactly the fraction means, where more than the fraction is asked."""

    NOT_ADOPTED = "not_adopted"
    #: adopted when the chair is for it
    CHAIR = "chair"


class Secrecy(StrEnum):
    """May ballots be secret."""

    NEVER = "never"
    ALLOWED = "allowed"
    REQUIRED = "required"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fraction:
    """A fraction as the pack gives it: literals, or FEEL over the settings."""

    numerator: Given
    denominator: Given
    #: reached by the fraction itself; else only by more than it
    at_least: bool
    basis: Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """Something the body can decide for."""

    code: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MembersField:
    """Where the form lists the members, one row each; empty: it does not ask that."""

    list: str
    person: str
    chairs: str = ""
    #: one choice of ``ATTENDANCE`` …
    attendance: str = ""
    #: … or two boxes
    attended: str = ""
    recused: str = ""
    ground: str = ""
    #: written as ground of those who are not recused
    no_ground: str = ""
    #: written where the ground is none of the form's, or may not be told
    other_ground: str = ""
    vote: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Writes:
    """Fields of the form that the decision fills in itself; empty: it has no such field."""

    date: str = ""
    question: str = ""
    chair: str = ""
    minutes: str = ""
    #: numbers of those for it, against it, abstaining
    votes_for: str = ""
    votes_against: str = ""
    abstentions: str = ""
    members: MembersField | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionRule:
    """How the task of ``node`` is decided by the body its lane leads to."""

    node: str
    title: str
    #: what is put to the vote, in the words the chair may change when he convenes
    question: Given
    #: the option that is proposed, None: nothing is
    motion: Given | None
    #: field of the form whose choices are the options, and which the result is written into
    field: str
    #: the options where no field has them
    options: Sequence[Option]
    quorum: Fraction
    majority: Fraction
    base: Base
    equal: Equal
    #: option the meeting may end with where none found enough votes; empty: a new round only
    not_adopted: str
    chair_last: bool
    secret: Secrecy
    #: role whose holders may keep the record, or FEEL giving one; empty: nobody but the chair
    secretary: Given
    #: offices whose holders are the members, ``<office>.head`` for its head alone; empty: the
    #: office the task lies with. That office leads the meeting, and closes it
    offices: tuple[str, ...]
    #: may the minutes of a meeting held on paper be entered by the form of the task
    by_form: bool
    writes: Writes
    basis: Basis

    def given(self) -> tuple[Given, ...]:
        """Everything that may be an expression."""
        shares = (self.quorum, self.majority)
        return (
            self.question,
            self.motion or "",
            self.secretary,
            *(part for share in shares for part in (share.numerator, share.denominator)),
        )

    def written(self) -> frozenset[str]:
        """Fields of the form that are not asked for on the page of the decision."""
        into = self.writes
        names = {self.field, into.date, into.question, into.chair, into.minutes}
        names |= {into.votes_for, into.votes_against, into.abstentions}
        if into.members is not None:
            names.add(into.members.list)
        return frozenset(names - {""})

"""A policy pack: the law of one locality as frozen data, each rule with its source.

The YAML form of every class is described in docs/reference/pack-format.md; ``adapters/packs.py``
reads it. Nothing here is computed: what a rule means is decided by the module of its noun
(``deadlines``, ``escalation``, ``jurisdiction`` …). Texts that begin with ``=`` in the YAML are
FEEL; they are kept here as :class:`Feel` so that a literal can never be taken for code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from server.domain.agendas import AgendaRule
from server.domain.answer_rules import AnswerRule, Earlier
from server.domain.campaign_rules import CampaignRule
from server.domain.deadline_rules import DeadlineRule, Extension, Rung, StopReason, Unit
from server.domain.decision_rules import DecisionRule
from server.domain.desk import DeskRules
from server.domain.expressions import Feel, Given, Json
from server.domain.field_rights import FieldRights
from server.domain.handovers import Handover
from server.domain.incompatible import Incompatible
from server.domain.movement import ReopenRule, ReturnRule, WithdrawalRule
from server.domain.recusal_rules import RecusalRules
from server.domain.register_rules import Find, RegisterRule
from server.domain.roles import Capacities, Capacity
from server.domain.sources import Basis, Source
from server.domain.together import Together

__all__ = [
    "AnswerRule",
    "Appointment",
    "Basis",
    "CodeList",
    "DeadlineRule",
    "Event",
    "Extension",
    "Feel",
    "Given",
    "Handover",
    "Item",
    "Lane",
    "Message",
    "Paper",
    "PolicyPack",
    "Procedure",
    "Role",
    "Rung",
    "Setting",
    "Source",
    "Starter",
    "StopReason",
    "Unit",
    "in_force",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    """An office or function that may hold tasks (DOMAIN section 8)."""

    key: str
    title: str
    #: what its holder is in a case: it decides what of the file he sees
    capacity: Capacity
    #: kind of organ it belongs to, e.g. ``discipline_organ``
    organ: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """Where the tasks of a lane go: an office at a level, or people the case itself names.

    ``office`` is a role key or FEEL giving one. Three offices are not looked up in the tree of
    units but in the case: ``applicant`` (who applied), ``subject`` (the person concerned) and
    every role some ``appoints`` entry fills (``team_lead`` …).
    ``unit_head`` and ``unit_hr`` are looked up at the subject's own unit.
    """

    key: str
    title: str
    office: Given
    #: ``province|city|county|township``, ``case`` (the level fixed at acceptance), ``superior``
    #: (one above it), or FEEL giving one of the four
    level: Given = "case"
    #: only holders of the head's post of that office
    head_only: bool = False
    basis: Basis | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happens in a case and has a date: origin or end of clocks."""

    key: str
    title: str
    #: raised when this user task is completed, or when this other node is passed
    node: str = ""
    #: raised when this message arrives
    message: str = ""
    #: raised when the case is opened
    start: bool = False
    #: only when this holds (over answers and case variables)
    when: Feel | None = None
    #: form field that holds the day, or FEEL; None = the day of the act
    date: Given | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One entry of a list; ``text_missing`` = named by its source only, not yet choosable."""

    code: str
    text: str
    text_missing: bool = False
    #: for paired indicators: what speaks against
    against: str = ""
    #: group of the entry, e.g. the dimension of an indicator
    group: str = ""
    #: cumulative parts of the entry
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeList:
    """Situations, exemption conditions, negative lists, dimensions … with their source."""

    key: str
    title: str
    basis: Basis
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Starter:
    """Who may start a procedure, and in which case."""

    role: str
    when: Feel | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Procedure:
    """One startable procedure; its key is the process id in its diagram."""

    key: str
    title: str
    diagram: str
    start_form: str
    starters: tuple[Starter, ...]
    #: reference pattern with ``{year}`` and ``{number}``
    reference: str
    #: values of start variables that the starter left out
    defaults: Mapping[str, Json] = field(default_factory=dict)
    #: message start event to begin with, None for a plain start
    start_message: str | None = None
    #: case level: a literal or FEEL over the start variables; tasks of level ``case`` follow it
    level: Given = "county"
    #: variables no form field and no decision provides, with their type
    variables: Mapping[str, str] = field(default_factory=dict)
    outcomes: tuple[str, ...] = ()
    #: what people call those that have a word of their own in this procedure
    outcome_words: Mapping[str, str] = field(default_factory=dict)
    #: fields of the start form that say in a line what the matter is: the first one filled in
    #: does, and one that only stands in for it is shown with its label
    title_fields: tuple[str, ...] = ()
    #: what is looked up in registers about its parties when a case opens
    finds: tuple[Find, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A message to or from another case or organ."""

    key: str
    title: str
    #: procedure or organ it is meant for, in words of the pack
    to: str = ""
    #: case variables that travel with it; nothing else does
    carries: tuple[str, ...] = ()
    #: procedure it begins, at its message start event of this message; empty: it is handed to a
    #: case that runs
    opens: str = ""
    #: start field of that procedure -> its value; FEEL sees what the message carries and ``case``
    start: Mapping[str, Given | Json] = field(default_factory=dict)
    #: FEEL giving a list: one case per item of it, ``item`` in ``start``
    each: Feel | None = None
    #: FEEL giving the reference of the one case it is for
    to_case: Feel | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Appointment:
    """Completing ``node`` gives ``role`` in this case to the person(s) named in ``field``."""

    node: str
    field: str
    role: str
    #: a subject who is looked into and is not told: nothing of the case exists for him, and his
    #: relatives keep away as from any other
    is_untold: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A document the procedure produces; with a template it can be issued."""

    key: str
    title: str
    node: str
    to: tuple[str, ...] = ()
    #: name of the letter it is written with; empty: what was handed in at the node is the paper
    template: str = ""
    #: pattern of its number with ``{year}`` and ``{number}``; empty: it bears none
    number: str = ""
    #: who else gets a copy, in words
    copies: tuple[str, ...] = ()
    #: is it handed over against proof (送达)
    service: bool = False
    #: only when this holds, over answers and case variables
    when: Feel | None = None
    basis: Basis | None = None

    @property
    def is_issued(self) -> bool:
        """Is it an official paper of its own, written with a letter."""
        return bool(self.template)


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """A switch of the locality, readable in every expression as ``settings.<key>``."""

    key: str
    title: str
    value: Json
    options: tuple[Json, ...] = ()
    basis: Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyPack:
    """The whole pack after ``extends`` is resolved; mappings are keyed by the entry's own key."""

    key: str
    title: str
    version: str
    valid_from: date
    notify_at: time = time(8, 30)
    sources: Mapping[str, Source] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    procedures: Mapping[str, Procedure] = field(default_factory=dict)
    lanes: Mapping[str, Lane] = field(default_factory=dict)
    events: Mapping[str, Event] = field(default_factory=dict)
    deadlines: Mapping[str, DeadlineRule] = field(default_factory=dict)
    #: how bodies decide: by the user task they decide
    decisions: Mapping[str, DecisionRule] = field(default_factory=dict)
    #: meetings that come round by the calendar
    agendas: Mapping[str, AgendaRule] = field(default_factory=dict)
    lists: Mapping[str, CodeList] = field(default_factory=dict)
    messages: Mapping[str, Message] = field(default_factory=dict)
    settings: Mapping[str, Setting] = field(default_factory=dict)
    papers: Mapping[str, Paper] = field(default_factory=dict)
    rules: tuple[AnswerRule, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    #: the work beside the procedure
    desk: DeskRules = field(default_factory=DeskRules)
    #: where a task may be returned to; the first rule that fits holds
    returns: tuple[ReturnRule, ...] = ()
    #: by procedure: how a closed case is taken up again
    reopens: Mapping[str, ReopenRule] = field(default_factory=dict)
    #: by procedure: until when the applicant may take his application back
    withdrawals: Mapping[str, WithdrawalRule] = field(default_factory=dict)
    #: node -> how several people do its task together
    together: Mapping[str, Together] = field(default_factory=dict)
    #: task, or start event -> what it may do with the fields of its form
    fields: Mapping[str, FieldRights] = field(default_factory=dict)
    #: cases that named the same case before, by the name rules read them under
    earlier: Mapping[str, Earlier] = field(default_factory=dict)
    recusal: RecusalRules = field(default_factory=RecusalRules)
    incompatible: tuple[Incompatible, ...] = ()
    handover: tuple[Handover, ...] = ()
    #: books over many cases, and what enters them
    registers: Mapping[str, RegisterRule] = field(default_factory=dict)
    campaigns: Mapping[str, CampaignRule] = field(default_factory=dict)

    @property
    def capacities(self) -> Capacities:
        """What the holder of each role is in a case of this pack."""
        return {key: role.capacity for key, role in self.roles.items()}


def in_force(packs: Sequence[PolicyPack], on: date) -> PolicyPack | None:
    """The pack version a case opened on this day is bound to: the latest valid one, or None."""
    valid = [pack for pack in packs if pack.valid_from <= on]
    return max(valid, key=lambda pack: pack.valid_from, default=None)

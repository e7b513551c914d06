"""Collective decisions: meetings, what is on their agenda, who was there, who voted how.

A closed decision never changes again. Who was recused is no member of the base. In a secret vote
nobody can find out from these tables who voted how: ``vote`` then holds ballots without a person,
and ``decision_member`` who cast one.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from server.models.base import Base, Moment, one_of

_NAMED = text("person_id IS NOT NULL")

#: one meeting of a leading body; a matter without a meeting of its own may be decided alone
meeting = Table(
    "meeting",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("body_unit_id", String(36), ForeignKey("unit.id"), nullable=False),
    Column("title", String(200), nullable=False),
    Column("held_on", Date, nullable=False),
    Column("starts_at", Moment),
    Column("place", String(200), nullable=False, default=""),
    Column("chair_id", String(36), ForeignKey("person.id")),
    # keeps the minutes; no voter
    Column("secretary_id", String(36), ForeignKey("person.id")),
    # ids of those who only attend (列席)
    Column("attendants", JSON(none_as_null=True), nullable=False),
    Column("state", String(16), nullable=False),
    Column("convened_by", String(36), ForeignKey("person.id"), nullable=False),
    Column("convened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    one_of("state", "convened", "open", "closed", "cancelled"),
    Index("ix_meeting_body", "body_unit_id", "held_on"),
)

#: a meeting that comes round by the calendar (``agendas`` of a pack), once for each office and
#: period: convened by itself, with nothing to discuss, held, or held by nobody
agenda_round = Table(
    "agenda_round",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("pack", String(80), nullable=False),
    Column("agenda", String(80), nullable=False),
    Column("title", String(200), nullable=False),
    # the office the tasks of its agenda lie with
    Column("unit_id", String(36), ForeignKey("unit.id"), nullable=False),
    # 2026-11, 2026-Q4, 2026
    Column("period", String(16), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("meeting_id", String(36), ForeignKey("meeting.id")),
    Column("state", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    one_of("state", "convened", "empty", "held", "missed"),
    UniqueConstraint("unit_id", "pack", "agenda", "period", name="uq_agenda_round_period"),
    Index("ix_agenda_round_state", "state", "due_on"),
    Index("ix_agenda_round_meeting", "meeting_id"),
)

#: one matter on the agenda, with the rule it is decided by as the pack had it; its id is that of
#: the work group it decides, so that it is known from the moment the task waits
decision = Table(
    "decision",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    Column("group_id", String(36), nullable=False),
    Column("work_item_id", String(36), ForeignKey("work_item.id")),
    Column("node_key", String(120), nullable=False, default="", server_default=""),
    Column("meeting_id", String(36), ForeignKey("meeting.id")),
    Column("agenda_no", Integer, nullable=False, default=1, server_default="1"),
    Column("body_unit_id", String(36), ForeignKey("unit.id")),
    Column("question", Text, nullable=False),
    # the option that is proposed, empty for none
    Column("motion", String(40), nullable=False, default="", server_default=""),
    Column("rule", JSON(none_as_null=True), nullable=False),
    Column("members", JSON(none_as_null=True), nullable=False),
    Column("base", Integer, nullable=False),
    Column("present", JSON(none_as_null=True), nullable=False),
    Column("chair_id", String(36), ForeignKey("person.id")),
    Column("is_secret", Boolean, nullable=False, default=False, server_default=text("false")),
    # a vote that was not adopted may be held again
    Column("round", Integer, nullable=False, default=1, server_default="1"),
    Column("resolution", String(40)),
    Column("decided_on", Date),
    Column("minutes", Text, nullable=False, default="", server_default=""),
    Column("minutes_id", String(36)),
    # what else the form of the task asks, as far as it is filled in
    Column("answers", JSON(none_as_null=True)),
    # open, closed; cancelled: its task was returned, withdrawn or ended
    Column("state", String(16), nullable=False),
    Column("convened_by", String(36), ForeignKey("person.id")),
    Column("convened_at", Moment),
    Column("closed_at", Moment),
    one_of("state", "open", "closed", "cancelled"),
    Index("ix_decision_case", "case_id"),
    Index("ix_decision_body", "body_unit_id", "decided_on"),
    Index("ix_decision_meeting", "meeting_id"),
    Index("ix_decision_group", "group_id"),
)

#: a member of the body in one decision: there or not, recused, has voted, has signed
decision_member = Table(
    "decision_member",
    Base.metadata,
    Column("decision_id", String(36), ForeignKey("decision.id"), primary_key=True),
    Column("person_id", String(36), ForeignKey("person.id"), primary_key=True),
    # the title of the post he sits there with
    Column("title", String(120), nullable=False, default=""),
    Column("is_chair", Boolean, nullable=False, default=False),
    Column("weight", Integer, nullable=False, default=1),
    # null: not said yet
    Column("attends", Boolean),
    Column("absence_reason", Text, nullable=False, default=""),
    # ground of his recusal, empty for none
    Column("recusal", String(40), nullable=False, default=""),
    Column("left_at", Moment),
    Column("has_voted", Boolean, nullable=False, default=False),
    # order of speaking: the chair comes last
    Column("spoken", Integer),
    # his opinion for the minutes, and where it dissents his own wording, confirmed by him
    Column("opinion", Text, nullable=False, default=""),
    Column("is_dissent", Boolean, nullable=False, default=False),
    Column("confirmed_at", Moment),
    Column("signed_at", Moment),
    Index("ix_decision_member_person", "person_id"),
)

vote = Table(
    "vote",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("decision_id", String(36), ForeignKey("decision.id"), nullable=False),
    Column("round", Integer, nullable=False, default=1),
    # null in a secret vote
    Column("person_id", String(36), ForeignKey("person.id")),
    # an option of the question, ``against`` or ``abstain``
    Column("choice", String(40), nullable=False),
    Column("weight", Integer, nullable=False, default=1),
    # null in a secret vote; who entered it, where it was not he himself
    Column("recorded_by", String(36), ForeignKey("person.id")),
    Column("cast_at", Moment),
    Index(
        "uq_vote_member",
        "decision_id",
        "round",
        "person_id",
        unique=True,
        sqlite_where=_NAMED,
        postgresql_where=_NAMED,
    ),
)

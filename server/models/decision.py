"""Collective decisions and recusals, in a shape that carries members, votes and minutes.

The verbs that fill these tables come with a later issue; until then the facts stand in the
answers of the meeting's form.
"""

from sqlalchemy import (
    JSON,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from server.models.base import Base, Moment, one_of

decision = Table(
    "decision",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    Column("group_id", String(36), nullable=False),
    Column("body_unit_id", String(36), ForeignKey("unit.id")),
    Column("question", Text, nullable=False),
    Column("rule", JSON(none_as_null=True), nullable=False),
    Column("members", JSON(none_as_null=True), nullable=False),
    Column("base", Integer, nullable=False),
    Column("present", JSON(none_as_null=True), nullable=False),
    Column("chair_id", String(36), ForeignKey("person.id")),
    Column("resolution", String(40)),
    Column("decided_on", Date),
    Column("minutes_id", String(36)),
    # open, closed
    Column("state", String(16), nullable=False),
    one_of("state", "open", "closed"),
    Index("ix_decision_case", "case_id"),
    Index("ix_decision_body", "body_unit_id", "decided_on"),
)

vote = Table(
    "vote",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("decision_id", String(36), ForeignKey("decision.id"), nullable=False),
    Column("person_id", String(36), ForeignKey("person.id"), nullable=False),
    Column("choice", String(16), nullable=False),
    Column("opinion", Text, nullable=False, default=""),
    # order of speaking: the chair comes last
    Column("spoken", Integer, nullable=False),
    Column("cast_at", Moment, nullable=False),
    UniqueConstraint("decision_id", "person_id", name="uq_vote_member"),
)

recusal = Table(
    "recusal",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    Column("person_id", String(36), ForeignKey("person.id"), nullable=False),
    Column("capacity", String(40), nullable=False),
    Column("ground", String(40), nullable=False),
    Column("by_id", String(36), ForeignKey("person.id"), nullable=False),
    Column("decided_by", String(36), ForeignKey("person.id")),
    # asked, granted, refused
    Column("state", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    one_of("state", "asked", "granted", "refused"),
    Index("ix_recusal_case", "case_id", "state"),
    Index("ix_recusal_person", "person_id", "state"),
)

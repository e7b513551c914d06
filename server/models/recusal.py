"""Who keeps away from a case, what he was asked, and who is kin to whom as far as it is recorded.

A recusal holds (``HOLDS``) from the moment somebody declares it of himself, or it was granted: from
then on nothing of the case exists for him. One that another person asked for holds only once it is
granted.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from server.models.base import Base, Moment, one_of

#: states in which the person is kept out of the case
HOLDS = ("declared", "granted")

recusal = Table(
    "recusal",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    # null as long as nobody settled whom a party means by the name it wrote
    Column("person_id", String(36), ForeignKey("person.id")),
    # whom a party named, in its own words; empty where the person was chosen from a list
    Column("named", String(200), nullable=False, default=""),
    # role in which he would have acted
    Column("capacity", String(40), nullable=False),
    Column("ground", String(40), nullable=False),
    Column("note", Text, nullable=False, default=""),
    # himself, or who asked for it
    Column("by_id", String(36), ForeignKey("person.id"), nullable=False),
    # whose head decides; null: nobody can, or the program has yet to look (``decision_makers``)
    Column("office_id", String(36), ForeignKey("unit.id")),
    Column("decided_by", String(36), ForeignKey("person.id")),
    Column("decided_at", Moment),
    Column("answer", Text, nullable=False, default=""),
    # asked, declared, granted, refused, withdrawn
    Column("state", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    one_of("state", "asked", "declared", "granted", "refused", "withdrawn"),
    CheckConstraint("decided_by IS NULL OR decided_by <> person_id", name="not_himself"),
    Index("ix_recusal_case", "case_id", "state"),
    Index("ix_recusal_person", "person_id", "state"),
    Index("ix_recusal_office", "office_id", "state"),
)

#: what somebody said when he was asked whether he has to keep away: at a claim, an appointment, a
#: vote
declaration = Table(
    "declaration",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    Column("person_id", String(36), ForeignKey("person.id"), nullable=False),
    # claim, appointment, vote
    Column("occasion", String(16), nullable=False),
    # role in which he acts
    Column("capacity", String(80), nullable=False, default=""),
    # the task, or the decision
    Column("subject_id", String(36), nullable=False),
    # none, or the ground
    Column("answer", String(40), nullable=False),
    Column("at", Moment, nullable=False),
    one_of("occasion", "claim", "appointment", "vote"),
    Index("ix_declaration_case", "case_id", "person_id"),
)

#: near relatives, as far as they are recorded
kinship = Table(
    "kinship",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("person_id", String(36), ForeignKey("person.id"), nullable=False),
    Column("relative_id", String(36), ForeignKey("person.id"), nullable=False),
    # as it is called, e.g. 配偶
    Column("relation", String(40), nullable=False),
    Column("noted_by", String(36), ForeignKey("person.id"), nullable=False),
    Column("noted_at", Moment, nullable=False),
    Column("ended_at", Moment),
    CheckConstraint("person_id <> relative_id", name="somebody_else"),
    UniqueConstraint("person_id", "relative_id", name="uq_kinship_pair"),
    Index("ix_kinship_relative", "relative_id"),
)

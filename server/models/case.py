"""The matter itself: the case, whom it concerns, its engine state and its append-only history.

Core tables: ``case_state`` and ``case_step`` are written in every step. ``verbs/advance`` is the
only writer of ``case_state``; ``case_step`` rows are never updated.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from server.models.base import Base, Moment, one_of

case = Table(
    "case",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("reference", String(120), nullable=False, unique=True),
    Column("procedure", String(80), nullable=False),
    # what the matter is, in the words of who opened it; for those alone who may know its names
    Column("title", String(200), nullable=False, default=""),
    Column("pack_version_id", String(36), ForeignKey("pack_version.id"), nullable=False),
    # open, suspended, closed, cancelled
    Column("status", String(16), nullable=False),
    # why it stands still (suspended after an incident), in plain words
    Column("status_reason", Text, nullable=False, default=""),
    # who suspended it; null: the program, after an incident
    Column("suspended_by", String(36), ForeignKey("person.id")),
    Column("outcome", String(40)),
    # the unit whose region the offices of the case are looked up in: the subject's own
    Column("unit_id", String(36), ForeignKey("unit.id")),
    Column("level", String(16), nullable=False),
    Column("secrecy", String(16), nullable=False, default="internal"),
    Column("opened_on", Date, nullable=False),
    Column("opened_at", Moment, nullable=False),
    # null: opened by the program itself
    Column("opened_by", String(36), ForeignKey("person.id")),
    # the office in whose role it was opened; null: by the applicant himself
    Column("opened_for", String(36), ForeignKey("unit.id")),
    Column("closed_at", Moment),
    # never written and read by nobody (models/link says which case began which)
    Column("parent_case_id", String(36), ForeignKey("case.id")),
    # 0: as usual, 1: fast track (快查快结); why
    Column("priority", Integer, nullable=False, default=0, server_default="0"),
    Column("priority_reason", Text, nullable=False, default="", server_default=""),
    # the day it was taken over at a later step, from records kept outside; null: begun here
    Column("taken_over_on", Date),
    one_of("status", "open", "suspended", "closed", "cancelled"),
    one_of("level", "province", "city", "county", "township"),
    Index("ix_case_unit_status", "unit_id", "status", "opened_on"),
    Index("ix_case_procedure_status", "procedure", "status"),
    Index("ix_case_parent", "parent_case_id"),
    Index("ix_case_opened_for", "opened_for"),
)

#: last number given per reference pattern and year; updated under its row lock
reference_counter = Table(
    "reference_counter",
    Base.metadata,
    Column("pattern", String(120), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

#: applicant, persons and units concerned; the outcome is kept per subject
subject = Table(
    "subject",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    # applicant or subject
    Column("kind", String(16), nullable=False),
    Column("person_id", String(36), ForeignKey("person.id")),
    Column("unit_id", String(36), ForeignKey("unit.id")),
    Column("name", String(200), nullable=False, default=""),
    Column("managed_by", String(16)),
    Column("outcome", String(40)),
    # he is looked into and not told: nothing of the case exists for him
    Column("untold", Boolean, nullable=False, default=False, server_default=false()),
    one_of("kind", "applicant", "subject"),
    Index("ix_subject_case", "case_id"),
    Index("ix_subject_person", "person_id"),
)

#: engine state: version + 1 per step, guarded by it
case_state = Table(
    "case_state",
    Base.metadata,
    Column("case_id", String(36), ForeignKey("case.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("definition_hash", String(80), nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    # routing variables after the step, for expressions of the pack; never answers
    Column("variables", JSON(none_as_null=True), nullable=False),
)

#: what a matter was that was taken over from records kept outside; its reference there is unique
takeover = Table(
    "takeover",
    Base.metadata,
    Column("case_id", String(36), ForeignKey("case.id"), primary_key=True),
    Column("reference", String(120), nullable=False, unique=True),
    # the step it was opened at
    Column("node_key", String(120), nullable=False),
    # SHA-256 of the workbook, and the row in it
    Column("file_hash", String(64), nullable=False),
    Column("row", Integer, nullable=False),
    # whoever answers for it
    Column("by_id", String(36), ForeignKey("person.id"), nullable=False),
    Column("at", Moment, nullable=False),
)

case_step = Table(
    "case_step",
    Base.metadata,
    Column("case_id", String(36), ForeignKey("case.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    # open, complete, timer, deliver, return, withdraw, cancel, migrate, reopen, move, amend
    Column("command", String(16), nullable=False),
    Column("node_key", String(120), nullable=False, default=""),
    Column("task_key", String(80), nullable=False, default=""),
    Column("work_item_id", String(36)),
    Column("actor_id", String(36), ForeignKey("person.id")),
    Column("on_behalf_of", String(36), ForeignKey("person.id")),
    # kept with the form they were given in
    Column("answers", JSON(none_as_null=True)),
    Column("form_hash", String(80)),
    Column("visited", JSON(none_as_null=True), nullable=False),
    Column("flows", JSON(none_as_null=True), nullable=False),
    # which rules of which tables decided
    Column("decisions", JSON(none_as_null=True), nullable=False),
    Column("messages", JSON(none_as_null=True), nullable=False),
    Column("state_version", Integer, nullable=False),
    # withdraw restores it; null for the first step
    Column("state_before", LargeBinary),
    # what the engine was asked, so that the log can be played again; null in steps of before
    Column("given", JSON(none_as_null=True)),
    # what a withdraw has to put back besides the state: rows as they were before the step
    Column("undo", JSON(none_as_null=True)),
    Column("at", Moment, nullable=False),
    one_of(
        "command",
        "open",
        "complete",
        "timer",
        "deliver",
        "return",
        "withdraw",
        "cancel",
        "migrate",
        "reopen",
        "move",
        "amend",
    ),
    UniqueConstraint("case_id", "state_version", name="uq_case_step_version"),
)

#: an act on a case that takes two persons: one asks, another one consents (a token moved, a
#: variable edited, a clock extended on request)
case_request = Table(
    "case_request",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    # word of a closed list: move, amend, extend …
    Column("kind", String(40), nullable=False),
    Column("payload", JSON(none_as_null=True), nullable=False),
    # what it would change, as it stood when it was asked; after it was done, as it stood then
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Column("reason", Text, nullable=False),
    Column("asked_by", String(36), ForeignKey("person.id"), nullable=False),
    Column("asked_at", Moment, nullable=False),
    # the office whose people may consent
    Column("office_id", String(36), ForeignKey("unit.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("decided_by", String(36), ForeignKey("person.id")),
    Column("decided_at", Moment),
    Column("answer", Text, nullable=False, default=""),
    one_of("state", "asked", "consented", "refused", "withdrawn"),
    CheckConstraint("state = 'withdrawn' OR decided_by <> asked_by", name="two_persons"),
    Index("ix_case_request_case", "case_id", "state"),
    Index("ix_case_request_office", "office_id", "state"),
)

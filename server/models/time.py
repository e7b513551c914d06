"""Everything that has a moment in the future: periods set by law, and the timers they own.

``deadline`` rows are written by ``services/clocks/deadlines`` alone; ``changes`` only grows.
A timer goes armed -> fired once, in the transaction of its effects.
"""

from sqlalchemy import (
    JSON,
    CheckConstraint,
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

_ARMED = text("state = 'armed'")
_ASKED = text("state = 'asked'")

deadline = Table(
    "deadline",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    Column("rule_key", String(120), nullable=False),
    # one clock per subject where a rule runs for each of them; empty: for the case
    Column("subject", String(80), nullable=False, default=""),
    Column("occurrence", Integer, nullable=False, default=1),
    Column("origin_event", String(120), nullable=False),
    Column("origin_on", Date, nullable=False),
    # the ordered last day, where the rule has one
    Column("until_on", Date),
    # null: undetermined, the count needs a year that is not published
    Column("due_on", Date),
    Column("provisional_on", Date),
    # the moment it is over, null as long as due_on is
    Column("expires_at", Moment),
    Column("calendar", String(40), nullable=False),
    Column("calendar_version", String(80), nullable=False, default=""),
    # statutory or soft, as its rule says
    Column("force", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("met_on", Date),
    # the moment of the act that met it; null where the day was entered, or before it is met
    Column("met_at", Moment),
    # the worked count shown to the official
    Column("line", Text, nullable=False, default=""),
    # stop, restart, extend, correct, recompute, in order, with actor and reason
    Column("changes", JSON(none_as_null=True), nullable=False),
    Column("started_at", Moment, nullable=False),
    # version of the engine's state whose step began it; null: it began before this was kept
    Column("started_version", Integer),
    # key of the event that met it or cancelled it, and the version of its step; null: none did, or
    # it ended before this was kept
    Column("ended_by", String(120)),
    Column("ended_version", Integer),
    one_of("force", "statutory", "soft"),
    one_of(
        "state",
        "running",
        "stopped",
        "undetermined",
        "overdue",
        "met",
        "met_late",
        "cancelled",
    ),
    UniqueConstraint("case_id", "rule_key", "subject", "occurrence", name="uq_deadline_clock"),
    Index("ix_deadline_state_due", "state", "due_on"),
)

timer = Table(
    "timer",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    # engine: a timer event of the diagram; clock: the state of a deadline changes by itself;
    # rung: a notice of its ladder
    Column("kind", String(16), nullable=False),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    Column("task_key", String(80), nullable=False, default=""),
    Column("element", String(120), nullable=False, default=""),
    # text of the diagram's wish, so that the moment can be computed again
    Column("wish", String(200), nullable=False, default=""),
    Column("deadline_id", String(36), ForeignKey("deadline.id")),
    # rule a wish names; its moment follows every change of that deadline
    Column("rule_key", String(120), nullable=False, default=""),
    # position of the rung in the ladder of its rule
    Column("rung", Integer),
    # null: its deadline has not begun or is undetermined, so nothing can fire
    Column("due_at", Moment),
    # after a failure: not tried again before this; the moment it stands for stays what it was
    Column("not_before", Moment),
    # how often it still fires after this one, for counted cycles
    Column("again", Integer, nullable=False, default=0),
    Column("dedupe_key", String(200), nullable=False, unique=True),
    # armed, fired, cancelled, failed
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Text, nullable=False, default=""),
    one_of("kind", "engine", "clock", "rung"),
    one_of("state", "armed", "fired", "cancelled", "failed"),
    # in the order they fire, so that a look at the first costs the same however many are due
    Index("ix_timer_armed", "due_at", "case_id", sqlite_where=_ARMED, postgresql_where=_ARMED),
    Index("ix_timer_case", "case_id", "state"),
)

#: somebody found the date of an event mistyped: asked with reason and evidence, decided by the head
#: of the office; what was approved is a change of every clock the event began
correction = Table(
    "correction",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    # key of the event in the pack
    Column("event", String(120), nullable=False),
    Column("was_on", Date, nullable=False),
    Column("to_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    # the paper that shows the right date
    Column("evidence_id", String(36), ForeignKey("attachment.id"), nullable=False),
    Column("asked_by", String(36), ForeignKey("person.id"), nullable=False),
    Column("asked_at", Moment, nullable=False),
    # the office whose head decides, settled when it is asked
    Column("office_id", String(36), ForeignKey("unit.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("decided_by", String(36), ForeignKey("person.id")),
    Column("decided_at", Moment),
    Column("answer", Text, nullable=False, default=""),
    one_of("state", "asked", "approved", "refused", "withdrawn"),
    CheckConstraint("state = 'withdrawn' OR decided_by <> asked_by", name="two_persons"),
    Index("ix_correction_case", "case_id", "state"),
    Index("ix_correction_office", "office_id", "state"),
    # one question at a time about the date of an event
    Index(
        "uq_correction_open",
        "case_id",
        "event",
        unique=True,
        sqlite_where=_ASKED,
        postgresql_where=_ASKED,
    ),
)

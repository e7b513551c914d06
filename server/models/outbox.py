"""What a case owes the outside: notices to people, messages to other cases, external effects.

Written in the transaction of its cause; ``dedupe_key`` makes a second cause of the same a no-op.
"""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text, text

from server.models.base import Base, Moment, one_of

_PENDING = text("state = 'pending'")
_OPEN = text("state = 'open'")

notification = Table(
    "notification",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    # null: nobody held the post that day; the label says whose notice it was
    Column("recipient_id", String(36), ForeignKey("person.id")),
    # the office it was for; null: a person of the case
    Column("unit_id", String(36), ForeignKey("unit.id")),
    # e.g. case_supervision_office.head
    Column("label", String(120), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    Column("deadline_id", String(36), ForeignKey("deadline.id")),
    Column("text", Text, nullable=False, default=""),
    Column("dedupe_key", String(240), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("read_at", Moment),
    Index("ix_notification_recipient", "recipient_id", "read_at"),
    Index("ix_notification_unit", "unit_id"),
    Index("ix_notification_case", "case_id"),
)

outbox = Table(
    "outbox",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    # notice: deliver a notification; message: hand a message to other cases
    Column("kind", String(16), nullable=False),
    # ids, and for a message the routing variables it carries; never the content of papers
    Column("payload", JSON(none_as_null=True), nullable=False),
    Column("dedupe_key", String(240), nullable=False, unique=True),
    # pending, sent, recorded (nobody here waits for it), failed
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", Moment),
    Column("case_id", String(36), ForeignKey("case.id")),
    Column("created_at", Moment, nullable=False),
    # of a notice: empty until it is known by which ways it goes out, then one row per way
    Column("channel", String(40), nullable=False, default="", server_default=""),
    Column("recipient_id", String(36), ForeignKey("person.id")),
    # the id it goes out under, settled before the first attempt; what goes out together shares it
    Column("message_id", String(120)),
    # whoever sends it holds it until then; a sender that died has lost it after that
    Column("claimed_until", Moment),
    Column("sent_at", Moment),
    # class of the last fault, a word; never what a receiver answered
    Column("error", String(120), nullable=False, default="", server_default=""),
    # of a message: the one case it is for, as soon as that is known
    Column("receiver_id", String(36), ForeignKey("case.id")),
    # of a message: what the start form it fills in does not take, by field
    Column("problems", JSON(none_as_null=True)),
    one_of("kind", "notice", "message"),
    one_of("state", "pending", "sent", "recorded", "failed"),
    Index("ix_outbox_pending", "next_at", sqlite_where=_PENDING, postgresql_where=_PENDING),
    Index("ix_outbox_case", "case_id", "kind"),
    Index("ix_outbox_receiver", "receiver_id"),
)

#: who waits for what; delivered by exact key only, never broadcast
message_subscription = Table(
    "message_subscription",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    Column("task_key", String(80), nullable=False),
    Column("element", String(120), nullable=False),
    Column("message", String(120), nullable=False),
    Column("correlation_key", String(120), nullable=False),
    # open, delivered, closed
    Column("state", String(16), nullable=False),
    one_of("state", "open", "delivered", "closed"),
    Index(
        "uq_message_subscription_open",
        "message",
        "correlation_key",
        "case_id",
        "task_key",
        "element",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index("ix_message_subscription_case", "case_id", "state"),
)

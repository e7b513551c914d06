"""What this installation is: an ordinary one or a drill, and when its worker was last alive.

At most one ``drill`` row; an ordinary installation has none and can never get one.
"""

from sqlalchemy import CheckConstraint, Column, Float, Integer, String, Table

from server.models.base import Base, Moment, one_of

drill = Table(
    "drill",
    Base.metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False, default=1),
    # real moment of the marking
    Column("marked_at", Moment, nullable=False),
    # what the drill's clock showed at that moment
    Column("clock_at", Moment, nullable=False),
    # seconds the drill's clock is ahead of the real one; may be negative; only grows
    Column("ahead", Float, nullable=False),
    # none: there are no demo accounts; known: theirs is the one everybody knows; own: another
    Column("demo_password", String(16), nullable=False, default="none"),
    CheckConstraint("id = 1", name="single"),
    one_of("demo_password", "none", "known", "own"),
)

#: when each kind of background work was last done; the moment is the real one, also in a drill
heartbeat = Table(
    "heartbeat",
    Base.metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
)

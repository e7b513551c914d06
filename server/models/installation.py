"""What this installation is: an ordinary one or a drill, and how far the drill's clock stands off.

At most one row of each; an ordinary installation has no ``drill`` row and can never get one.
"""

from sqlalchemy import CheckConstraint, Column, Float, Integer, Table

from server.models.base import Base, Moment

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
    CheckConstraint("id = 1", name="single"),
)

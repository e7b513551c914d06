"""Organs and offices, the people in them, and the posts that tie the two together.

A unit is an organ (纪委监委, 组织部 …), one of its offices, or a unit that employs officials.
``kind`` of an office is the role key of the packs (``case_supervision_office``); that of an
organ is the organ kind (``discipline_organ``). Nothing here is ever deleted: a closed unit and
an ended post explain old cases.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.domain.expressions import Json
from server.models.base import Base, Id, Versioned, one_of

#: from the highest to the lowest
LEVELS = ("province", "city", "county", "township")


class Unit(Versioned, Base):
    """An organ, an office of one, or a unit that employs officials."""

    __tablename__ = "unit"

    id: Mapped[Id]
    #: short stable name for files and the command line, e.g. ``county1.discipline``
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    #: keys of the ancestors and its own, joined by ``/``
    path: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    #: province, city, county or township
    level: Mapped[str]
    #: level of the Party committee it belongs to (隶属关系); differs where it is led from above
    affiliation: Mapped[str]
    #: where it is in the tree of localities, e.g. ``p/c1/d1``; organs of one region share it
    region: Mapped[str]
    closed_on: Mapped[date | None]

    __table_args__ = (
        one_of("level", *LEVELS),
        one_of("affiliation", *LEVELS),
        Index(None, "level", "kind"),
        Index(None, "region", "kind"),
        Index(None, "parent_id"),
    )


class Person(Versioned, Base):
    """An official, and his account."""

    __tablename__ = "person"

    id: Mapped[Id]
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    #: level that holds the management authority over him (干部管理权限), None: not an official
    managed_by: Mapped[str | None]
    #: Argon2id, with its parameters; None: cannot sign in
    secret_hash: Mapped[str | None]
    secret_changed_at: Mapped[datetime | None]
    #: signs in with a first password and has to choose his own
    must_change_secret: Mapped[bool] = mapped_column(default=False)
    #: large_type, shortcuts …
    preferences: Mapped[dict[str, Json]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default="active")
    #: where notices may be mailed to
    email: Mapped[str | None]

    __table_args__ = (
        one_of("managed_by", "central", *LEVELS),
        one_of("state", "active", "disabled"),
    )


class Post(Versioned, Base):
    """An office held by a person from one day to another, both included."""

    __tablename__ = "post"

    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str]
    is_head: Mapped[bool] = mapped_column(default=False)
    #: False for a post held beside another one (兼任); the main post says where he belongs
    is_main: Mapped[bool] = mapped_column(default=True)
    from_on: Mapped[date]
    to_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="ends_after_it_begins"),
        Index(None, "unit_id", "to_on"),
        Index(None, "person_id"),
    )

"""What outlives a case: entries in the registers of packs, and campaigns over many cases.

Which registers and campaigns there are is the packs'; these tables know none. An entry is never
removed: what a step that is taken back had entered is struck and stays readable as such.
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
)

from server.models.base import Base, Moment, one_of

#: one entry about one person, one unit or the matter as such
register_entry = Table(
    "register_entry",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    # key of the register, the same in all packs that write or read it
    Column("register", String(80), nullable=False),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    # event that entered it, and the version of the state it made
    Column("event", String(120), nullable=False),
    Column("step_seq", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("person_id", String(36), ForeignKey("person.id")),
    # the unit it is about, or the person's own on the day
    Column("unit_id", String(36), ForeignKey("unit.id")),
    Column("name", String(200), nullable=False, default=""),
    Column("managed_by", String(16)),
    # of the case: the offices of this level in this region keep the book
    Column("level", String(16), nullable=False),
    Column("region", String(200), nullable=False, default=""),
    Column("entered_on", Date, nullable=False),
    Column("entered_at", Moment, nullable=False),
    # last day, where it was named beforehand
    Column("until", Date),
    Column("period_text", String(120), nullable=False, default=""),
    # ended by an event of the case: the day, and which
    Column("ended_on", Date),
    Column("ended_by", String(120), nullable=False, default=""),
    Column("ended_seq", Integer),
    # fields by key, and the same as [heading, text] for people
    Column("data", JSON(none_as_null=True), nullable=False),
    Column("shown", JSON(none_as_null=True), nullable=False),
    Column("state", String(16), nullable=False, default="stands"),
    # withdraw, return …: the command that took back the step that had entered it
    Column("struck_by", String(16), nullable=False, default=""),
    Column("struck_at", Moment),
    one_of("kind", "person", "unit", "case"),
    one_of("level", "province", "city", "county", "township"),
    one_of("state", "stands", "struck"),
    Index("ix_register_entry_case", "case_id"),
    Index("ix_register_entry_book", "register", "entered_on", "id"),
    Index("ix_register_entry_person", "person_id", "register"),
    Index("ix_register_entry_unit", "unit_id", "register"),
)

#: a campaign that is held
campaign = Table(
    "campaign",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    # of the pack, with the version that holds its rules
    Column("key", String(80), nullable=False),
    Column("pack_version_id", String(36), ForeignKey("pack_version.id"), nullable=False),
    Column("title", String(200), nullable=False),
    Column("level", String(16), nullable=False),
    # the office that holds it, and the locality it covers
    Column("unit_id", String(36), ForeignKey("unit.id"), nullable=False),
    Column("region", String(200), nullable=False),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date, nullable=False),
    # only entries since this day propose targets
    Column("since_on", Date),
    Column("state", String(16), nullable=False, default="open"),
    # the last entry that was looked at while targets are being proposed; null: not begun
    Column("cursor", String(120)),
    # null: targets are still being proposed
    Column("selected_at", Moment),
    # of a draw: made when the campaign began; the others when it was drawn
    Column("seed", String(64)),
    Column("candidates", Integer),
    Column("candidates_hash", String(64)),
    Column("made_by", String(36), ForeignKey("person.id"), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("ended_by", String(36), ForeignKey("person.id")),
    Column("ended_at", Moment),
    Column("end_reason", Text, nullable=False, default=""),
    one_of("level", "province", "city", "county", "township"),
    one_of("state", "open", "ended"),
    CheckConstraint("to_on >= from_on", name="ends_after_it_begins"),
    Index("ix_campaign_key", "key", "to_on"),
    Index("ix_campaign_unit", "unit_id", "to_on"),
)

#: what a campaign covers, in words and entries of a list; widened by a further version only
campaign_scope = Table(
    "campaign_scope",
    Base.metadata,
    Column("campaign_id", String(36), ForeignKey("campaign.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("codes", JSON(none_as_null=True), nullable=False),
    Column("from_on", Date, nullable=False),
    Column("by_id", String(36), ForeignKey("person.id"), nullable=False),
    Column("at", Moment, nullable=False),
)

#: the share of one office in a campaign: it confirms its targets itself
campaign_part = Table(
    "campaign_part",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("campaign_id", String(36), ForeignKey("campaign.id"), nullable=False),
    Column("unit_id", String(36), ForeignKey("unit.id"), nullable=False),
    Column("level", String(16), nullable=False),
    Column("region", String(200), nullable=False),
    Column("state", String(16), nullable=False, default="asked"),
    Column("confirmed_by", String(36), ForeignKey("person.id")),
    Column("confirmed_at", Moment),
    one_of("level", "province", "city", "county", "township"),
    one_of("state", "asked", "confirmed"),
    UniqueConstraint("campaign_id", "unit_id", name="uq_campaign_part_unit"),
    Index("ix_campaign_part_unit", "unit_id", "state"),
)

#: whom a campaign is about, and the case that was opened about him
campaign_target = Table(
    "campaign_target",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("campaign_id", String(36), ForeignKey("campaign.id"), nullable=False),
    # the office whose level manages him; null: a case that came in by itself
    Column("part_id", String(36), ForeignKey("campaign_part.id")),
    # person:<id>, unit:<id>, case:<id> or, where it is drawn, entry:<id>: once in a campaign
    Column("about", String(60), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("person_id", String(36), ForeignKey("person.id")),
    Column("unit_id", String(36), ForeignKey("unit.id")),
    Column("name", String(200), nullable=False, default=""),
    Column("managed_by", String(16)),
    # entry of a register that proposed him; null: entered by hand
    Column("entry_id", String(36), ForeignKey("register_entry.id")),
    Column("scope_version", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    # why he is left out, or why no case could be opened
    Column("reason", Text, nullable=False, default=""),
    Column("case_id", String(36), ForeignKey("case.id")),
    # null: proposed by the selection
    Column("by_id", String(36), ForeignKey("person.id")),
    Column("at", Moment, nullable=False),
    one_of("kind", "person", "unit", "case"),
    one_of("state", "proposed", "chosen", "left_out", "opened", "failed"),
    UniqueConstraint("campaign_id", "about", name="uq_campaign_target_about"),
    Index("ix_campaign_target_part", "part_id", "state", "id"),
    Index("ix_campaign_target_case", "case_id"),
)

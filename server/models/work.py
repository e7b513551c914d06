"""The inbox: work items, what is done to them, who stands in for whom, and people of a case.

Each user task that waits has exactly one open group; ``group_id`` holds its items together.
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
    String,
    Table,
    Text,
    TextClause,
    text,
)

from server.models.base import Base, Moment, one_of

#: states in which an item waits for a person; the partial indexes repeat them
OPEN_STATES = ("offered", "claimed")

#: the states as conditions with literals: SQLite uses a partial index only for its very words
WAITING = text("work_item.state IN ('offered', 'claimed')")
IS_DONE = text("work_item.state = 'done'")

_WAITING = text("state IN ('offered', 'claimed')")
_NAMED = text("state IN ('offered', 'claimed') AND candidate_unit IS NULL")
_DONE = text("state = 'done'")


def _partial(name: str, where: TextClause, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


work_item = Table(
    "work_item",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    Column("group_id", String(36), nullable=False),
    Column("task_key", String(80), nullable=False),
    Column("node_key", String(120), nullable=False),
    Column("title", String(200), nullable=False, default=""),
    Column("lane", String(120), nullable=False, default=""),
    # key and input of a multi-instance item
    Column("instance", String(200)),
    Column("item", JSON(none_as_null=True)),
    Column("form_key", String(120), nullable=False, default=""),
    Column("form_hash", String(80)),
    # an office (role) at a unit, or with no unit: a role the case itself fills
    Column("candidate_role", String(80), nullable=False, default=""),
    Column("candidate_unit", String(36), ForeignKey("unit.id")),
    Column("level", String(16)),
    Column("head_only", Boolean, nullable=False, default=False),
    Column("assignee_id", String(36), ForeignKey("person.id")),
    Column("owner_id", String(36), ForeignKey("person.id")),
    Column("state", String(16), nullable=False),
    Column("position", Integer, nullable=False, default=0),
    Column("parent_id", String(36), ForeignKey("work_item.id")),
    Column("draft", JSON(none_as_null=True)),
    # key of the deadline the diagram names for it; none on purpose is empty
    Column("deadline_key", String(120), nullable=False, default=""),
    # the clock it hangs on, as that stands now: written by services/worklist alone
    Column("deadline_id", String(36), ForeignKey("deadline.id")),
    Column("due_on", Date),
    Column("expires_at", Moment),
    # place in the lists (domain/urgency): kind of clock, then its day
    Column("order_key", Integer, nullable=False, default=0),
    Column("priority", Integer, nullable=False, default=0),
    Column("opened_at", Moment, nullable=False),
    # version of the engine's state whose step opened it: says from whom it came
    Column("opened_version", Integer),
    Column("claimed_at", Moment),
    # when somebody took it first, also when he gave it back: from then on no withdraw (撤回)
    Column("touched_at", Moment),
    Column("closed_at", Moment),
    # what it is in its group: main is the work itself; before, beside and after are signers that
    # were added (前加签、并加签、后加签); member is one of those who sign or vote together
    Column("duty", String(16), nullable=False, default="main", server_default="main"),
    # its weight in a vote by tickets (票签)
    Column("weight", Integer, nullable=False, default=1, server_default="1"),
    # who passed it on to its assignee, or added him as signer; and the office it came from, as long
    # as this one has not taken it over (``parent_id`` is the item that ended there)
    Column("handed_by", String(36), ForeignKey("person.id")),
    Column("handed_from", String(36), ForeignKey("unit.id")),
    # task keys of the calls and subprocesses it lies in, from outside inwards; null: in none
    Column("scopes", JSON(none_as_null=True)),
    # what the main one handed in while signers after it still have to sign
    Column("answers", JSON(none_as_null=True)),
    one_of("state", "offered", "claimed", "done", "ended"),
    # the lists: what they filter, sort and count by stands in the index, so that their cost is
    # that of the person's own work, however much others have and however much is over
    _partial("ix_work_item_mine", _WAITING, "assignee_id", "order_key", "id"),
    _partial(
        "ix_work_item_queue",
        _WAITING,
        "candidate_unit",
        "order_key",
        "id",
        "state",
        "head_only",
        "assignee_id",
        "expires_at",
        "case_id",
        "duty",
    ),
    _partial("ix_work_item_named", _NAMED, "case_id", "candidate_role"),
    _partial("ix_work_item_done", _DONE, "assignee_id", "closed_at"),
    Index("ix_work_item_case", "case_id", "state"),
    Index("ix_work_item_office", "candidate_unit", "case_id"),
    Index(
        "uq_work_item_open_group",
        "group_id",
        "assignee_id",
        unique=True,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    ),
)

#: applicant, subject, team lead … of one case, from a moment to a moment: a person, or an office
#: whose holders of the day have the part
participant = Table(
    "participant",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    Column("person_id", String(36), ForeignKey("person.id")),
    Column("unit_id", String(36), ForeignKey("unit.id")),
    Column("role_key", String(80), nullable=False),
    Column("from_at", Moment, nullable=False),
    Column("to_at", Moment),
    Index("ix_participant_case", "case_id", "role_key"),
    CheckConstraint("(person_id IS NULL) <> (unit_id IS NULL)", name="who"),
    Index("ix_participant_person", "person_id", "to_at"),
    Index("ix_participant_unit", "unit_id", "to_at"),
)

#: what people did to work besides taking it and handing it in: passed it on, had it signed, signed
#: it, returned it, urged it. Only ever appended; the reason, the opinion and the answers stand
#: here, the record of acts knows the id alone
work_act = Table(
    "work_act",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    # null: done to the whole case
    Column("work_item_id", String(36), ForeignKey("work_item.id")),
    Column("group_id", String(36)),
    Column("node_key", String(120), nullable=False, default=""),
    # word in the path, with ``_``: transfer, delegate, resolve, return, add_signers, sign …
    Column("verb", String(40), nullable=False),
    Column("actor_id", String(36), ForeignKey("person.id"), nullable=False),
    Column("on_behalf_of", String(36), ForeignKey("person.id")),
    # in which office he acted, and in which role
    Column("unit_id", String(36), ForeignKey("unit.id")),
    Column("role", String(80), nullable=False, default=""),
    Column("to_person", String(36), ForeignKey("person.id")),
    Column("to_unit", String(36), ForeignKey("unit.id")),
    Column("to_node", String(120), nullable=False, default=""),
    # agree, disagree or abstain, where something was signed
    Column("choice", String(16), nullable=False, default=""),
    # reason or opinion
    Column("text", Text, nullable=False, default=""),
    # what a form asked, with the form
    Column("answers", JSON(none_as_null=True)),
    Column("form_hash", String(80)),
    Column("at", Moment, nullable=False),
    one_of("choice", "", "agree", "disagree", "abstain"),
    Index("ix_work_act_case", "case_id", "at"),
    Index("ix_work_act_item", "work_item_id"),
    Index("ix_work_act_group", "group_id"),
)

#: somebody who is away and who stands in for him, from one day to another, both included
absence = Table(
    "absence",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("person_id", String(36), ForeignKey("person.id"), nullable=False),
    Column("substitute_id", String(36), ForeignKey("person.id"), nullable=False),
    # units whose posts he stands in for; null: all posts of the absent one
    Column("unit_ids", JSON(none_as_null=True)),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("made_by", String(36), ForeignKey("person.id"), nullable=False),
    Column("made_at", Moment, nullable=False),
    # ended before its last day
    Column("ended_at", Moment),
    Column("ended_by", String(36), ForeignKey("person.id")),
    CheckConstraint("person_id <> substitute_id", name="somebody_else"),
    CheckConstraint("to_on >= from_on", name="ends_after_it_begins"),
    Index("ix_absence_person", "person_id", "to_on"),
    Index("ix_absence_substitute", "substitute_id", "to_on"),
)

"""What happened in a case, from the chain of acts: who, as what, when, what to what.

Rows only; what of them a reader may see, and in which words, is decided by
``services/files/case_timeline``.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.expressions import Json
from server.models.audit import AuditEvent
from server.models.identity import Person, Post, Unit
from server.models.work import work_act, work_item


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One record of the chain of acts."""

    seq: int
    at: datetime
    #: id of the person, or ``system``
    actor_id: str
    #: as recorded, e.g. ``work.claim``
    verb: str
    target: str
    #: ids, keys and dates; never content
    detail: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """The task an act was done to."""

    id: str
    node_key: str
    title: str
    role: str
    unit_id: str | None
    unit: str
    assignee_id: str | None
    deadline_key: str
    #: key of one item of several, None for a task done once
    instance: str | None
    #: the task it belongs to, and what it is in it: main, member, or a signer
    group_id: str
    duty: str
    #: offered, claimed, done, ended
    state: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PostThen:
    """A post somebody held from one day to another."""

    unit_id: str
    title: str
    unit: str
    from_on: date
    to_on: date | None
    is_main: bool

    def held_on(self, day: date) -> bool:
        """Was it held on this day."""
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)


@dataclass(frozen=True, kw_only=True, slots=True)
class Who:
    """Somebody who acted, with every post he ever held, his main ones first."""

    name: str
    posts: tuple[PostThen, ...]

    def post_on(self, day: date, unit_id: str | None) -> str:
        """The post he acted in: the one in that office, else his main one of the day."""
        held = [post for post in self.posts if post.held_on(day)]
        there = [post for post in held if post.unit_id == unit_id] or held
        return f"{there[0].unit} {there[0].title}".strip() if there else ""


def acts(session: Session, case_id: str) -> tuple[Act, ...]:
    """Every act recorded for the case, the oldest first."""
    rows = session.execute(
        select(
            AuditEvent.seq,
            AuditEvent.at,
            AuditEvent.actor_id,
            AuditEvent.verb,
            AuditEvent.target,
            AuditEvent.text,
        )
        .where(AuditEvent.case_id == case_id, AuditEvent.chain == "act")
        .order_by(AuditEvent.seq)
    )
    return tuple(
        Act(
            seq=row.seq,
            at=row.at,
            actor_id=row.actor_id,
            verb=row.verb,
            target=row.target,
            detail=orjson.loads(row.text),
        )
        for row in rows
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What stands beside an act: the reason or opinion, and to whom it was."""

    text: str
    to_person: str | None
    #: agree, disagree or abstain, where something was signed
    choice: str


def said(session: Session, case_id: str) -> Mapping[str, Said]:
    """Reasons and opinions of the acts on tasks of the case, by the id their record names."""
    rows = session.execute(
        select(work_act.c.id, work_act.c.text, work_act.c.to_person, work_act.c.choice).where(
            work_act.c.case_id == case_id
        )
    )
    return {row.id: Said(text=row.text, to_person=row.to_person, choice=row.choice) for row in rows}


def items(session: Session, case_id: str) -> Mapping[str, Item]:
    """Every task the case ever had, by id, in the order they came up."""
    rows = session.execute(
        select(
            work_item.c.id,
            work_item.c.node_key,
            work_item.c.title,
            work_item.c.candidate_role.label("role"),
            work_item.c.candidate_unit.label("unit_id"),
            work_item.c.assignee_id,
            work_item.c.deadline_key,
            work_item.c.instance,
            work_item.c.group_id,
            work_item.c.duty,
            work_item.c.state,
            work_item.c.opened_at,
            work_item.c.closed_at,
            Unit.name.label("unit"),
        )
        .outerjoin(Unit, Unit.id == work_item.c.candidate_unit)
        .where(work_item.c.case_id == case_id)
        .order_by(work_item.c.opened_at, work_item.c.node_key, work_item.c.id)
    )
    return {row.id: Item(**{**row._mapping, "unit": row.unit or ""}) for row in rows}


def people(session: Session, ids: Collection[str]) -> Mapping[str, Who]:
    """Names and posts of these people; one statement however many there are, none for nobody."""
    if not ids:
        return {}
    names: dict[str, str] = {}
    held: dict[str, list[PostThen]] = defaultdict(list)
    for row in session.execute(
        select(
            Person.id,
            Person.name,
            Post.unit_id,
            Post.title,
            Post.from_on,
            Post.to_on,
            Post.is_main,
            Unit.name.label("unit"),
        )
        .outerjoin(Post, Post.person_id == Person.id)
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .where(Person.id.in_(ids))
        .order_by(Post.is_main.desc(), Post.from_on, Post.id)
    ):
        values = row._asdict()
        person_id = values.pop("id")
        names[person_id] = values.pop("name")
        if row.unit_id is not None:
            held[person_id].append(PostThen(**values))
    return {key: Who(name=name, posts=tuple(held[key])) for key, name in names.items()}

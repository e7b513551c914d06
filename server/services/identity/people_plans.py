"""Units, people and posts as an import would leave them, and as they are."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from server.models.identity import Person, Post, Unit
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitPlan:
    """A unit that is created, renamed or closed."""

    key: str
    name: str
    kind: str
    level: str
    affiliation: str
    region: str
    parent: str
    closed_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonPlan:
    """A person who is created or whose name or management changes."""

    login: str
    name: str
    managed_by: str | None
    #: where notices are mailed to; shown to nobody
    email: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPlan:
    """A post that begins, or ends."""

    login: str
    unit: str
    title: str
    is_head: bool
    is_main: bool
    from_on: date
    to_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Everything an import would change; parents before their offices."""

    new_units: tuple[UnitPlan, ...] = ()
    changed_units: tuple[UnitPlan, ...] = ()
    new_people: tuple[PersonPlan, ...] = ()
    changed_people: tuple[PersonPlan, ...] = ()
    new_posts: tuple[PostPlan, ...] = ()
    ended_posts: tuple[PostPlan, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when the table says nothing new."""
        return not any(getattr(self, name) for name in self.__slots__)

    @property
    def logins(self) -> frozenset[str]:
        """Everybody it is about."""
        people = (*self.new_people, *self.changed_people)
        posts = (*self.new_posts, *self.ended_posts)
        return frozenset({*(each.login for each in people), *(each.login for each in posts)})


def known_units(ctx: Context) -> dict[str, UnitPlan]:
    """Every unit by its key, closed ones too."""
    rows = ctx.session.scalars(select(Unit)).all()
    keys = {row.id: row.key for row in rows}
    return {
        row.key: UnitPlan(
            key=row.key,
            name=row.name,
            kind=row.kind,
            level=row.level,
            affiliation=row.affiliation,
            region=row.region,
            parent=keys[row.parent_id] if row.parent_id else "",
            closed_on=row.closed_on,
        )
        for row in rows
    }


def known_people(ctx: Context) -> dict[str, PersonPlan]:
    """Every person by login, disabled ones too."""
    rows = ctx.session.execute(select(Person.login, Person.name, Person.managed_by, Person.email))
    return {row.login: PersonPlan(**row._mapping) for row in rows}


def known_posts(ctx: Context) -> dict[tuple[str, str, date], PostPlan]:
    """Every post by login, unit and first day, ended ones too."""
    rows = ctx.session.execute(
        select(Post, Person.login, Unit.key)
        .join(Person, Person.id == Post.person_id)
        .join(Unit, Unit.id == Post.unit_id)
    )
    return {
        (login, key, post.from_on): PostPlan(
            login=login,
            unit=key,
            title=post.title,
            is_head=post.is_head,
            is_main=post.is_main,
            from_on=post.from_on,
            to_on=post.to_on,
        )
        for post, login, key in rows
    }

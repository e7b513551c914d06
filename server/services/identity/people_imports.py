"""Units, people and posts by spreadsheet: checked as a whole, done as a whole, by two persons.

``check`` reads an uploaded workbook and tells everything it would change; ``apply`` does it, after
looking again at the state of things. Nobody is given a post, a name or an account by a table that
he proposed or approves himself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.expressions import Json
from server.domain.texts import _
from server.models.identity import Person, Post, Unit
from server.services.context import Context
from server.services.identity import passwords, people_reading, people_sheets, staffing
from server.services.identity.passwords import Supply
from server.services.identity.people_plans import PersonPlan, Plan, UnitPlan
from server.services.identity.people_sheets import Rows
from server.services.identity.staffing import NewPost, NewUnit


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstSecret:
    """A first password, told once, to be handed over in person; stored nowhere."""

    login: str
    name: str
    unit: str
    secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """A workbook without problems."""

    rows: Rows
    plan: Plan

    def payload(self, file: str) -> dict[str, Json]:
        """What is kept with the proposal."""
        counts = {name: len(getattr(self.plan, name)) for name in Plan.__slots__}
        return {"name": file, "rows": self.rows.as_json(), "counts": counts}


def check(ctx: Context, content: bytes) -> Checked:
    """What the workbook would change.

    Raises:
        Invalid: with every problem by sheet, row and column; or it says nothing new.
        Forbidden: it is about the actor himself.
    """
    rows = people_sheets.rows_of(content)
    return Checked(rows=rows, plan=_planned(ctx, rows))


def planned(ctx: Context, payload: Mapping[str, Json]) -> Plan:
    """What a proposed import would change as things are now.

    Raises:
        Conflict: it cannot be done any more; the message names the first problem.
    """
    try:
        return _planned(ctx, people_sheets.from_json(payload["rows"]))
    except Invalid as error:
        first = error.findings[0] if error.findings else None
        place = f"{first.file}{first.element}：{first.message}" if first else error.message
        raise Conflict(_("情况已有变化，不能按原表办理：{place}").format(place=place)) from error


def new_accounts(payload: Mapping[str, Json]) -> int:
    """How many accounts the table was to create when it was proposed."""
    return int(payload["counts"]["new_people"])


def apply(ctx: Context, plan: Plan, firsts: Supply) -> tuple[FirstSecret, ...]:
    """Do everything of the plan and give the new accounts the first passwords of the supply.

    Raises Conflict as ``staffing`` does; the transaction is then undone as a whole.
    """
    units = {row.key: row.id for row in ctx.session.execute(select(Unit.key, Unit.id))}
    for unit in plan.new_units:
        units[unit.key] = _create(ctx, unit, units)
    for unit in plan.changed_units:
        _change(ctx, units[unit.key], unit)
    people = {row.login: row.id for row in ctx.session.execute(select(Person.login, Person.id))}
    for wish in plan.new_people:
        people[wish.login] = staffing.create_person(
            ctx, login=wish.login, name=wish.name, managed_by=wish.managed_by
        )
    ctx.session.flush()
    for wish in plan.new_people:
        _set_email(ctx, ctx.session.get_one(Person, people[wish.login]), wish)
    for wish in plan.changed_people:
        row = ctx.session.get_one(Person, people[wish.login], populate_existing=True)
        if (row.name, row.managed_by) != (wish.name, wish.managed_by):
            row.name, row.managed_by = wish.name, wish.managed_by
            ctx.record("person.change", f"person:{row.id}")
        _set_email(ctx, row, wish)
    _posts(ctx, plan, people, units)
    ctx.session.flush()
    return _secrets(ctx, plan, people, firsts)


def _set_email(ctx: Context, row: Person, wish: PersonPlan) -> None:
    if row.email != wish.email:
        row.email = wish.email
        ctx.record("person.email", f"person:{row.id}", detail={"given": bool(wish.email)})


def _planned(ctx: Context, rows: Rows) -> Plan:
    found, findings = people_reading.plan(ctx, rows)
    if findings:
        raise Invalid(_("表格有{n}处问题，什么也没有改变").format(n=len(findings)), findings)
    if found.is_empty:
        raise Invalid(_("表格与现有的单位、人员和任职相同，没有需要办理的内容"))
    own = ctx.session.scalar(select(Person.login).where(Person.id == ctx.actor.person_id))
    if own in found.logins:
        raise Forbidden(_("不能办理涉及本人的事项，请从表格中删去本人的变动"))
    return found


def _create(ctx: Context, unit: UnitPlan, units: Mapping[str, str]) -> str:
    new = NewUnit(
        key=unit.key,
        name=unit.name,
        kind=unit.kind,
        level=unit.level,
        region=unit.region,
        parent_id=units[unit.parent] if unit.parent else None,
        affiliation=unit.affiliation,
    )
    unit_id = staffing.create_unit(ctx, new)
    ctx.session.flush()
    if unit.closed_on:
        staffing.close_unit(ctx, unit_id, unit.closed_on)
    return unit_id


def _change(ctx: Context, unit_id: str, unit: UnitPlan) -> None:
    row = ctx.session.get_one(Unit, unit_id, populate_existing=True)
    if (row.name, row.affiliation) != (unit.name, unit.affiliation):
        row.name, row.affiliation = unit.name, unit.affiliation
        ctx.record("unit.change", f"unit:{row.id}")
    if unit.closed_on and row.closed_on is None:
        staffing.close_unit(ctx, unit_id, unit.closed_on)


def _posts(ctx: Context, plan: Plan, people: Mapping[str, str], units: Mapping[str, str]) -> None:
    for post in plan.ended_posts:
        post_id = ctx.session.scalar(
            select(Post.id).where(
                Post.person_id == people[post.login],
                Post.unit_id == units[post.unit],
                Post.from_on == post.from_on,
            )
        )
        if post_id and post.to_on:
            staffing.end_post(ctx, post_id, post.to_on)
    ctx.session.flush()
    for post in plan.new_posts:
        new = NewPost(
            person_id=people[post.login],
            unit_id=units[post.unit],
            title=post.title,
            from_on=post.from_on,
            is_head=post.is_head,
            is_main=post.is_main,
        )
        post_id = staffing.appoint(ctx, new)
        ctx.session.flush()
        if post.to_on:
            staffing.end_post(ctx, post_id, post.to_on)


def _secrets(
    ctx: Context, plan: Plan, people: Mapping[str, str], firsts: Supply
) -> tuple[FirstSecret, ...]:
    names = {row.key: row.name for row in ctx.session.execute(select(Unit.key, Unit.name))}
    place = {post.login: names[post.unit] for post in reversed(plan.new_posts)}
    found = []
    for wish in plan.new_people:
        first = firsts.take()
        passwords.set_first(ctx, people[wish.login], first)
        unit = place.get(wish.login, "")
        found.append(FirstSecret(login=wish.login, name=wish.name, unit=unit, secret=first.secret))
    return tuple(found)

from datetime import date, datetime
from threading import Barrier, Thread

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from server.domain.access import ADMINISTRATORS, SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict
from server.models.base import new_id
from server.models.identity import Person, Post, Unit
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import staffing
from server.services.identity.staffing import NewPost

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)
DAY = NOW.date()
CLERK = "county1.petition.1"


@pytest.mark.parametrize("kind", sorted(ADMINISTRATORS))
def test_the_database_lets_an_administrator_hold_no_other_post(tools: Tools, kind: str) -> None:
    with pytest.raises(DBAPIError, match="administrators hold no other post"):
        insert_post(tools, f"p.{kind}.head", "county1.case_supervision")


@pytest.mark.parametrize("kind", sorted(ADMINISTRATORS))
def test_the_database_lets_no_official_become_an_administrator_beside(
    tools: Tools, kind: str
) -> None:
    with pytest.raises(DBAPIError, match="administrators hold no other post"):
        insert_post(tools, CLERK, f"p.{kind}")


def test_nobody_is_two_kinds_of_administrator(tools: Tools) -> None:
    with pytest.raises(DBAPIError, match="administrators hold no other post"):
        insert_post(tools, "p.system_admin.head", "p.audit_admin")


def test_a_post_that_is_moved_or_prolonged_is_looked_at_too(tools: Tools) -> None:
    with transaction(tools, SYSTEM, NOW) as ctx:
        person = person_id(ctx, CLERK)
        ctx.session.execute(
            update(Post).where(Post.person_id == person).values(to_on=date(2026, 2, 28))
        )
    insert_post(tools, CLERK, "p.audit_admin")
    with pytest.raises(DBAPIError, match="administrators hold no other post"):
        alter(tools, "UPDATE post SET to_on = NULL WHERE person_id = :person")
    with pytest.raises(DBAPIError, match="administrators hold no other post"):
        alter(tools, "UPDATE post SET to_on = '2026-03-02' WHERE person_id = :person")


def test_one_after_the_other_is_allowed(tools: Tools) -> None:
    with transaction(tools, SYSTEM, NOW) as ctx:
        person = person_id(ctx, CLERK)
        post = ctx.session.scalars(select(Post.id).where(Post.person_id == person)).one()
        staffing.end_post(ctx, post, date(2026, 3, 1))
        staffing.appoint(ctx, new_post(ctx, CLERK, "p.audit_admin"))


def test_an_ordinary_unit_does_not_become_an_administrators(tools: Tools) -> None:
    for statement in (
        "UPDATE unit SET kind = 'audit_admin' WHERE key = 'county1.case_supervision'",
        "UPDATE unit SET kind = 'petition_office' WHERE key = 'p.audit_admin'",
    ):
        with pytest.raises(DBAPIError, match="stays one"), tools.database.begin() as connection:
            connection.execute(text(statement))


def test_two_appointments_at_once_leave_one(tools: Tools) -> None:
    with transaction(tools, SYSTEM, NOW) as ctx:
        staffing.create_person(ctx, login="neu", name="新人")
    barrier, done = Barrier(2), list[str]()

    def appoint(unit: str) -> None:
        barrier.wait()
        try:
            insert_post(tools, "neu", unit)
        except DBAPIError:
            done.append("refused")
        else:
            done.append("held")

    threads = [
        Thread(target=appoint, args=(unit,))
        for unit in ("p.audit_admin", "county1.case_supervision")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["held", "refused"]


@pytest.mark.parametrize(
    ("login", "unit"),
    [(CLERK, "p.audit_admin"), ("p.audit_admin.head", "county1.case_supervision")],
)
def test_it_is_said_in_plain_words_first(tools: Tools, login: str, unit: str) -> None:
    with (
        pytest.raises(Conflict, match="三人分任"),
        transaction(tools, SYSTEM, NOW) as ctx,
    ):
        staffing.appoint(ctx, new_post(ctx, login, unit))


@pytest.mark.parametrize("kind", ["system_admin", "audit_admin"])
def test_the_last_of_the_administrators_stays(tools: Tools, kind: str) -> None:
    with transaction(tools, SYSTEM, NOW) as ctx:
        person = person_id(ctx, f"p.{kind}.head")
        post = ctx.session.scalars(select(Post.id).where(Post.person_id == person)).one()
        with pytest.raises(Conflict, match="最后一人"):
            staffing.end_post(ctx, post, DAY)
        with pytest.raises(Conflict, match="最后一人"):
            staffing.disable(ctx, person)


def test_one_of_two_may_go_and_then_the_other_stays(tools: Tools) -> None:
    with transaction(tools, SYSTEM, NOW) as ctx:
        staffing.disable(ctx, person_id(ctx, "p.security_admin.1"))
    with transaction(tools, SYSTEM, NOW) as ctx, pytest.raises(Conflict, match="最后一人"):
        staffing.disable(ctx, person_id(ctx, "p.security_admin.head"))


def test_two_administrators_going_at_once_leave_one(tools: Tools) -> None:
    barrier, done = Barrier(2), list[str]()

    def disable(login: str) -> None:
        barrier.wait()
        try:
            with transaction(tools, SYSTEM, NOW) as ctx:
                staffing.disable(ctx, person_id(ctx, login))
        except Conflict:
            done.append("stays")
        else:
            done.append("gone")

    threads = [
        Thread(target=disable, args=(f"p.security_admin.{number}",)) for number in ("head", "1")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["gone", "stays"]


def test_somebody_whose_own_post_ends_first_is_no_successor(tools: Tools) -> None:
    with transaction(tools, SYSTEM, NOW) as ctx:
        first, second = (
            ctx.session.scalars(
                select(Post.id).where(Post.person_id == person_id(ctx, f"p.security_admin.{key}"))
            ).one()
            for key in ("head", "1")
        )
        staffing.end_post(ctx, second, date(2026, 3, 31))
        with pytest.raises(Conflict, match="最后一人"):
            staffing.end_post(ctx, first, date(2026, 4, 30))


def insert_post(tools: Tools, login: str, unit: str) -> None:
    """Put a post straight into the database."""
    with transaction(tools, SYSTEM, NOW) as ctx:
        new = new_post(ctx, login, unit)
        ctx.session.execute(
            insert(Post).values(
                id=new_id(),
                person_id=new.person_id,
                unit_id=new.unit_id,
                title="",
                is_head=False,
                is_main=False,
                from_on=DAY,
                version=1,
            )
        )


def alter(tools: Tools, statement: str) -> None:
    """Change the clerk's posts straight in the database."""
    with reading(tools, SYSTEM, NOW) as ctx:
        person = person_id(ctx, CLERK)
    with tools.database.begin() as connection:
        connection.execute(text(statement), {"person": person})


def new_post(ctx: Context, login: str, unit: str) -> NewPost:
    """A post for this person in this unit from today on."""
    return NewPost(
        person_id=person_id(ctx, login),
        unit_id=ctx.session.scalars(select(Unit.id).where(Unit.key == unit)).one(),
        title="管理员",
        from_on=DAY,
    )


def person_id(ctx: Context, login: str) -> str:
    """The id of the person with this login."""
    return ctx.session.scalars(select(Person.id).where(Person.login == login)).one()

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, StatementError

from server.domain.access import SYSTEM
from server.models.base import new_id
from server.models.definition import PackVersion, ProcessDefinition
from server.models.identity import Person
from server.services.context import Tools, reading, transaction

NOW = datetime(2026, 3, 2, 0, 30, 15, 123456, tzinfo=UTC)


def test_a_moment_comes_back_as_the_same_instant_in_utc(empty_tools: Tools) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=8)))
    store(empty_tools, elsewhere)

    with reading(empty_tools, SYSTEM, NOW) as ctx:
        found = ctx.session.scalars(select(ProcessDefinition.created_at)).one()
        assert (found, found.tzinfo) == (NOW, UTC)


def test_moments_compare_as_instants_in_the_database(empty_tools: Tools) -> None:
    store(empty_tools, NOW)
    later = (NOW + timedelta(seconds=1)).astimezone(timezone(timedelta(hours=-5)))

    with reading(empty_tools, SYSTEM, NOW) as ctx:
        query = select(ProcessDefinition.hash).where(ProcessDefinition.created_at < later)
        assert ctx.session.scalars(query).all() == ["h"]


def test_a_naive_moment_never_reaches_the_database(empty_tools: Tools) -> None:
    with pytest.raises(StatementError, match="naive"):
        store(empty_tools, NOW.replace(tzinfo=None))


def test_json_keeps_chinese_order_and_null(empty_tools: Tools) -> None:
    basis = [{"标题": "办法", "b": None, "a": [1, 2.5, True]}]
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        ctx.session.add(
            PackVersion(
                key="k",
                version=1,
                label="1.0",
                title="包",
                content_hash="h",
                files={"z": "1", "a": "2"},
                procedures=["p"],
                legal_basis=basis,
                valid_from=NOW.date(),
            )
        )

    with reading(empty_tools, SYSTEM, NOW) as ctx:
        row = ctx.session.scalars(select(PackVersion)).one()
        assert (row.legal_basis, list(row.files)) == (basis, ["z", "a"])


def test_a_word_that_is_not_in_the_closed_list_is_refused(empty_tools: Tools) -> None:
    with pytest.raises(IntegrityError), transaction(empty_tools, SYSTEM, NOW) as ctx:
        ctx.session.add(Person(login="zhao", name="赵一", managed_by="village"))


def test_a_changed_object_raises_its_version(empty_tools: Tools) -> None:
    person_id = new_id()
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        ctx.session.add(Person(id=person_id, login="zhao", name="赵一"))
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        ctx.session.get_one(Person, person_id).name = "赵二"

    with reading(empty_tools, SYSTEM, NOW) as ctx:
        assert ctx.session.get_one(Person, person_id).version == 2


def store(tools: Tools, at: datetime) -> None:
    """Keep a file that was created then."""
    with transaction(tools, SYSTEM, NOW) as ctx:
        ctx.session.add(
            ProcessDefinition(
                hash="h", kind="text", key="a.md", version=1, content=b"", created_at=at
            )
        )

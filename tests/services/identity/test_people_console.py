"""A table from the console: done at once as long as only the administrators hold posts."""

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import func, select

from server.domain.access import SYSTEM
from server.domain.errors import Conflict, Invalid
from server.models.access import Proposal
from server.models.audit import AuditEvent
from server.models.identity import Person, Post
from server.services import installation
from server.services.context import Tools, reading, transaction
from server.services.identity import (
    first_administrators,
    passwords,
    people_console,
    proposal_lists,
    proposals,
)
from server.services.identity.people_console import Brought
from server.services.identity.people_imports import FirstSecret
from server.services.packs import shipped_packs
from tests.databases import Databases
from tests.factories import tools as factory
from tests.factories.sheets import PERSON, book, newcomers
from tests.services.identity.test_people_imports import FIRST, NOW, SECOND, acting
from tests.services.identity.test_people_imports import two_administrators as two_administrators

THREE = [("xitong", "甲某"), ("anquan", "乙某"), ("shenji", "丙某")]
ADMIN_POST = {
    "账号": "county1.water_hr.1",
    "单位标识": "security_admin",
    "职务": "安全保密管理员",
    "任职日期": "2026-03-01",
}


def test_the_operator_brings_in_everybody_while_only_the_three_hold_posts(three: Tools) -> None:
    told: list[FirstSecret] = []
    done = bring(three, newcomers(), told)
    assert done.proposal_id == ""
    assert [one.login for one in told] == ["county1.water_hr.1"]
    with reading(three, SYSTEM, NOW) as ctx:
        row = ctx.session.scalars(select(Person).where(Person.login == told[0].login)).one()
        assert passwords.matches(three.config, row.secret_hash, told[0].secret)
        assert row.must_change_secret
        verbs = ctx.session.scalars(select(AuditEvent.verb)).all()
        texts = "".join(ctx.session.scalars(select(AuditEvent.text)))
    assert "people.import" in verbs
    assert told[0].secret not in texts


def test_afterwards_it_is_a_request_that_two_have_to_decide(tools: Tools) -> None:
    told: list[FirstSecret] = []
    done = bring(tools, newcomers(), told)
    assert told == []
    with acting(tools, FIRST) as ctx:
        listed = proposal_lists.one(ctx, done.proposal_id)
        assert (listed.may_take_up, listed.may_approve) == (True, False)
        assert listed.reason == "县里给的名册"
    with pytest.raises(Conflict), acting(tools, SECOND) as ctx:
        proposals.approve(ctx, done.proposal_id, proposals.firsts(ctx, done.proposal_id))
    with acting(tools, FIRST) as ctx:
        proposals.take_up(ctx, done.proposal_id)
    with acting(tools, SECOND) as ctx:
        supply = proposals.firsts(ctx, done.proposal_id)
        approved = proposals.approve(ctx, done.proposal_id, supply)
    assert [one.login for one in approved.first_secrets] == ["county1.water_hr.1"]


def test_the_same_table_does_not_wait_twice(tools: Tools) -> None:
    bring(tools, newcomers(), [])
    with pytest.raises(Conflict):
        bring(tools, newcomers(), [])
    with reading(tools, SYSTEM, NOW) as ctx:
        assert ctx.session.scalar(select(func.count()).select_from(Proposal)) == 1


def test_before_the_three_nobody_is_brought_in(empty_tools: Tools) -> None:
    with pytest.raises(Conflict, match="三员"):
        bring(empty_tools, newcomers(), [])


def test_no_administrator_comes_by_a_table(three: Tools) -> None:
    with pytest.raises(Invalid, match="不能用表格导入"):
        bring(three, book([], [PERSON], [ADMIN_POST]), [])
    assert people_of(three) == 3


def test_all_problems_are_told_and_nothing_is_done(three: Tools) -> None:
    wrong = book([], [PERSON, {**PERSON, "姓名": ""}], [{**ADMIN_POST, "单位标识": "none"}])
    with pytest.raises(Invalid) as refused:
        bring(three, wrong, [])
    places = {(each.file, each.element) for each in refused.value.findings}
    assert places == {("人员", "3"), ("任职", "2")}
    assert people_of(three) == 3


def test_what_cannot_be_told_is_not_done(three: Tools) -> None:

    def full(_told: Sequence[FirstSecret]) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        people_console.bring(three, newcomers(), NOW, file="a", reason="r", tell=full)
    with reading(three, SYSTEM, NOW) as ctx:
        assert ctx.session.scalar(select(func.count()).select_from(Post)) == 3


@pytest.fixture
def three(databases: Databases) -> Iterator[Tools]:
    """An installation with its packs and the three administrators."""
    with factory.copied(databases, "three-administrators", _appointed) as tools:
        yield tools


def _appointed(url: str) -> None:
    with factory.opened(url) as tools:
        installation.prepare(tools, NOW)
        shipped_packs.publish(tools, NOW, [tools.config.shipped])
        with transaction(tools, SYSTEM, NOW) as ctx:
            first_administrators.appoint(ctx, THREE)


def bring(tools: Tools, content: bytes, told: list[FirstSecret]) -> Brought:
    """Bring a table at the console."""
    return people_console.bring(
        tools, content, NOW, file="名册.xlsx", reason="县里给的名册", tell=told.extend
    )


def people_of(tools: Tools) -> int:
    """How many people there are."""
    with reading(tools, SYSTEM, NOW) as ctx:
        return ctx.session.scalar(select(func.count()).select_from(Person)) or 0

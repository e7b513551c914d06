"""Units, people and posts by spreadsheet: all problems at once, all of it or nothing, by two."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from server.domain.access import SYSTEM
from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.findings import Finding
from server.domain.proposals import ProposalKind
from server.models.identity import Person, Post, Unit
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import (
    passwords,
    people,
    people_imports,
    people_sheets,
    proposals,
    staffing,
)
from server.services.identity.passwords import Supply
from server.services.identity.people_imports import FirstSecret
from server.services.identity.staffing import NewPost
from tests.factories.sheets import (
    OFFICE,
    PERSON,
    POST,
    SECTION,
    Line,
    book,
    lines,
    newcomers,
    without,
)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

FIRST, SECOND = "p.security_admin.head", "p.security_admin.second"


def test_a_table_says_what_it_would_change_and_changes_nothing(tools: Tools) -> None:
    with reading(tools, SYSTEM, NOW) as ctx:
        plan = people_imports.check(ctx, newcomers()).plan

    assert [unit.key for unit in plan.new_units] == ["county1.water", "county1.water_hr"]
    assert (plan.new_units[1].level, plan.new_units[1].region) == ("county", "p/c1/d1")
    assert [person.login for person in plan.new_people] == ["county1.water_hr.1"]
    assert [(post.title, post.is_head, post.is_main) for post in plan.new_posts] == [
        ("股长", True, True)
    ]


def test_an_import_takes_two_and_gives_each_newcomer_a_first_password(tools: Tools) -> None:
    proposal = propose(tools, newcomers())
    with pytest.raises(Forbidden), acting(tools, FIRST) as ctx:
        proposals.approve(ctx, proposal, proposals.firsts(ctx, proposal))
    with acting(tools, SECOND) as ctx:
        done = proposals.approve(ctx, proposal, proposals.firsts(ctx, proposal))

    [first] = done.first_secrets
    assert (first.login, first.name, first.unit) == ("county1.water_hr.1", "钱水清", "人事股")
    with reading(tools, SYSTEM, NOW) as ctx:
        row = ctx.session.scalars(select(Person).where(Person.login == first.login)).one()
        held = people.posts_on(ctx, row.id, ctx.today)
        assert row.must_change_secret
        assert passwords.matches(tools.config, row.secret_hash, first.secret)
        assert [(post.title, post.office.key) for post in held] == [("股长", "county1.water_hr")]
        unit = people.own_unit(ctx, row.id, ctx.today)
    assert unit is not None
    assert unit.name == "县水利局"
    assert first.secret not in repr(done)


def test_a_table_may_give_addresses_and_shows_none(tools: Tools) -> None:
    given = {**PERSON, "邮箱": "qian@example.cn"}
    proposal = propose(tools, book([SECTION, OFFICE], [given], [POST]))
    with acting(tools, SECOND) as ctx:
        proposals.approve(ctx, proposal, proposals.firsts(ctx, proposal))
    with reading(tools, SYSTEM, NOW) as ctx:
        wanted = select(Person.email).where(Person.login == PERSON["账号"])
        assert ctx.session.scalars(wanted).one() == "qian@example.cn"
        content = people_sheets.present(ctx)
        assert {line["邮箱"] for line in lines(content, "人员")} == {None}
        # an empty cell changes no address, and a table without the column none either
        with pytest.raises(Invalid, match="没有需要办理的内容"):
            people_imports.check(ctx, content)
        with pytest.raises(Invalid, match="没有需要办理的内容"):
            people_imports.check(ctx, without(content, "人员", "邮箱"))
    found = problems(tools, book([], [{**PERSON, "邮箱": "qian@"}], []))
    assert "邮箱" in {each.field for each in found}


def test_the_present_state_comes_back_as_a_table_that_changes_nothing(tools: Tools) -> None:
    with reading(tools, SYSTEM, NOW) as ctx:
        content = people_sheets.present(ctx)
        with pytest.raises(Invalid) as refused:
            people_imports.check(ctx, content)

    assert refused.value.findings == ()
    assert "没有需要办理的内容" in refused.value.message
    assert len(lines(content, "单位")) > 100


def test_the_template_has_the_columns_and_explains_the_kinds(tools: Tools) -> None:
    with reading(tools, SYSTEM, NOW) as ctx:
        content = people_sheets.template(ctx)

    assert lines(content, "人员") == []
    assert any(line["列"] == "case_supervision_office" for line in lines(content, "说明"))


def test_every_problem_of_all_sheets_comes_at_once(tools: Tools) -> None:
    units: Sequence[Line] = [
        {**OFFICE, "标识": "Wrong Key"},
        {**OFFICE, "类别": "nothing", "层级": "村", "地区": "X"},
        {**SECTION, "上级标识": "nowhere"},
        {
            "标识": "county1.transport",
            "名称": "搬走",
            "类别": "bureau",
            "层级": "市",
            "地区": "p/c1",
        },
    ]
    persons: Sequence[Line] = [
        {**PERSON, "账号": "A", "姓名": None},
        {**PERSON, "干部管理权限": "村"},
        PERSON,
    ]
    posts: Sequence[Line] = [
        {**POST, "账号": "nobody", "单位标识": "nowhere"},
        {**POST, "负责人": "也许", "任职日期": "去年", "职务": None},
        {**POST, "单位标识": "county1.audit", "免职日期": date(2026, 2, 1)},
    ]
    found = problems(tools, book(units, persons, posts))

    assert {(each.file, each.element, each.field) for each in found} >= {
        ("单位", "2", "标识"),
        ("单位", "3", "类别"),
        ("单位", "3", "层级"),
        ("单位", "3", "地区"),
        ("单位", "4", "上级标识"),
        ("人员", "2", "账号"),
        ("人员", "2", "姓名"),
        ("人员", "3", "干部管理权限"),
        ("人员", "4", "账号"),
        ("任职", "2", "账号"),
        ("任职", "2", "单位标识"),
        ("任职", "3", "负责人"),
        ("任职", "3", "任职日期"),
        ("任职", "3", "职务"),
        ("任职", "4", "免职日期"),
    }


def test_a_name_changes_and_a_post_ends_by_its_row(tools: Tools) -> None:
    content = exported(tools)
    person = {**line(content, "人员", "county1.housing_works.1"), "姓名": "薛更新"}
    post = {**line(content, "任职", "county1.housing_works.1"), "免职日期": date(2026, 3, 31)}
    apply(tools, book(people=[person], posts=[post]))

    with reading(tools, SYSTEM, NOW) as ctx:
        official = people.person_by_login(ctx, "county1.housing_works.1")
        assert official.name == "薛更新"
        assert people.posts_on(ctx, official.id, date(2026, 3, 31))
        assert people.posts_on(ctx, official.id, date(2026, 4, 1)) == ()


def test_a_post_that_is_held_is_not_rewritten(tools: Tools) -> None:
    post = line(exported(tools), "任职", "county1.housing_works.1")
    found = problems(tools, book(posts=[{**post, "职务": "局长", "负责人": "是"}]))

    assert [(each.element, each.field) for each in found] == [("2", "职务")]
    second = problems(tools, book(posts=[{**post, "任职日期": date(2026, 3, 1)}]))
    assert [each.field for each in second] == ["任职日期"]


def test_a_unit_is_closed_and_renamed_but_not_moved(tools: Tools) -> None:
    row = {**line(exported(tools), "单位", "county1.housing"), "撤销日期": date(2026, 12, 31)}
    apply(tools, book([row]))

    with reading(tools, SYSTEM, NOW) as ctx:
        closed = ctx.session.scalar(select(Unit.closed_on).where(Unit.key == "county1.housing"))
    assert closed == date(2026, 12, 31)
    moved = problems(tools, book([{**row, "地区": "p/c1/d2", "类别": "bureau_section"}]))
    assert {each.field for each in moved} <= {"地区", "类别"}
    assert moved


def test_an_administrator_gets_no_other_post_by_a_table(tools: Tools) -> None:
    extra = {**POST, "账号": "p.audit_admin.head", "单位标识": "county1.audit"}
    found = problems(tools, book(posts=[extra]))

    assert [each.code for each in found] == ["PEOPLE_DUTY"]


def test_nobody_proposes_or_approves_a_table_about_himself(tools: Tools) -> None:
    about_first = book(people=[{"账号": FIRST, "姓名": "改名"}])
    with pytest.raises(Forbidden):
        propose(tools, about_first)
    second = line(exported(tools), "人员", SECOND)
    proposal = propose(tools, book(people=[{**second, "姓名": "改名"}]))
    with pytest.raises(Forbidden), acting(tools, SECOND) as ctx:
        proposals.approve(ctx, proposal, proposals.firsts(ctx, proposal))


def test_an_account_made_meanwhile_is_changed_and_not_made_again(tools: Tools) -> None:
    proposal = propose(tools, newcomers())
    with transaction(tools, SYSTEM, NOW) as ctx:
        staffing.create_person(ctx, login="county1.water_hr.1", name="同名账号")
    with acting(tools, SECOND) as ctx:
        done = proposals.approve(ctx, proposal, proposals.firsts(ctx, proposal))

    assert done.first_secrets == ()
    with reading(tools, SYSTEM, NOW) as ctx:
        assert people.person_by_login(ctx, "county1.water_hr.1").name == "钱水清"


def test_a_table_that_can_no_longer_be_done_is_a_conflict_with_its_place(tools: Tools) -> None:
    proposal = propose(tools, book(posts=[{**POST, **AUDITOR}]))
    apply(tools, book(posts=[{**POST, **AUDITOR, "任职日期": date(2026, 2, 1)}]))
    with pytest.raises(Conflict) as refused, acting(tools, SECOND) as ctx:
        proposals.approve(ctx, proposal, proposals.firsts(ctx, proposal))

    assert "任职2" in refused.value.message
    with reading(tools, SYSTEM, NOW) as ctx:
        assert ctx.session.scalar(select(func.count()).where(Post.from_on == date(2026, 3, 1))) == 0


AUDITOR: Line = {"账号": "county1.housing_works.1", "单位标识": "county1.audit"}


@pytest.fixture(autouse=True)
def two_administrators(tools: Tools) -> None:
    """A site has two security administrators, so that one proposes and another decides."""
    with transaction(tools, SYSTEM, NOW) as ctx:
        if ctx.session.scalar(select(Person.id).where(Person.login == SECOND)) is None:
            person_id = staffing.create_person(ctx, login=SECOND, name="第二人")
            ctx.session.flush()
            unit = people.unit_by_key(ctx, "p.security_admin")
            new = NewPost(
                person_id=person_id, unit_id=unit.id, title="管理员", from_on=date(2026, 1, 1)
            )
            staffing.appoint(ctx, new)


@contextmanager
def acting(tools: Tools, login: str) -> Iterator[Context]:
    """A transaction of somebody with this login."""
    with reading(tools, SYSTEM, NOW) as ctx:
        person = people.actor(ctx, login)
    with transaction(tools, person, NOW) as ctx:
        yield ctx


def propose(tools: Tools, content: bytes) -> str:
    with acting(tools, FIRST) as ctx:
        checked = people_imports.check(ctx, content)
        kind, payload = ProposalKind.PEOPLE_IMPORT, checked.payload("名册.xlsx")
        return proposals.propose(ctx, kind, reason="机构改革", payload=payload)


def apply(tools: Tools, content: bytes) -> tuple[FirstSecret, ...]:
    with transaction(tools, SYSTEM, NOW) as ctx:
        return people_imports.apply(
            ctx, people_imports.check(ctx, content).plan, Supply(tools.config)
        )


def problems(tools: Tools, content: bytes) -> tuple[Finding, ...]:
    with reading(tools, SYSTEM, NOW) as ctx, pytest.raises(Invalid) as refused:
        people_imports.check(ctx, content)
    return refused.value.findings


def exported(tools: Tools) -> bytes:
    with reading(tools, SYSTEM, NOW) as ctx:
        return people_sheets.present(ctx)


def line(content: bytes, sheet: str, key: str) -> Line:
    found = [each for each in lines(content, sheet) if key in each.values()]
    return {
        name: value.date() if isinstance(value, datetime) else value  # type: ignore[misc]
        for name, value in found[0].items()
    }

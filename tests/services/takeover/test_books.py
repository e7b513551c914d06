"""A workbook row by row: everything that is wrong, with the column and what may stand there."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from server.adapters.spreadsheets import MAX_ROWS, Sheet, write_book
from server.domain.errors import Invalid, NotFound
from server.models.case import case
from server.services.packs import definitions
from server.services.takeover import books
from server.services.takeover import columns as headings
from server.services.takeover.books import Book, Checked
from server.services.takeover.cells import SHEET
from server.services.takeover.columns import columns
from tests.factories import takeovers
from tests.factories.shipped import CHUZHOU, DESK, NANYANG, Shipped

START = {"applicant_kind": "person", "managed_by": "county", "sanction_type": "discipline"}


def test_the_template_has_a_column_for_everything_and_says_what_may_be_chosen(
    shipped: Shipped,
) -> None:
    for procedure in (NANYANG, CHUZHOU):
        content = see(shipped, lambda ctx, p=procedure: books.template(ctx, p))
        book = load_workbook(BytesIO(content))
        page = book[SHEET]
        head = [cell.value for cell in page[1]]
        assert head == list(columns_of(shipped, procedure).headings)
        notes = [cell.comment.text for cell in page[1] if cell.comment]
        assert len(notes) == len(head)
        assert any("可用的值" in note for note in notes)
        assert len(page.data_validations.dataValidation) > 5
        assert book.sheetnames == [SHEET, "说明"]
        empty = see(shipped, lambda ctx, c=content: books.check(ctx, c))
        assert empty.rows == ()


def test_there_is_no_template_of_what_is_not_in_force(shipped: Shipped) -> None:
    with pytest.raises(NotFound):
        see(shipped, lambda ctx: books.template(ctx, "no_such"))


def test_a_row_tells_its_office_and_its_clocks(shipped: Shipped) -> None:
    row = one(shipped, filled(shipped, "draft_proposal", {"accepted": True}, date(2026, 2, 2)))
    assert row.plan is not None
    assert [seat.office.name for _task, seat in row.plan.seats if seat.office] == ["案件监督管理室"]
    (left,) = row.plan.course.left
    assert (left.rule, left.state, left.due_on) == ("proposal", "overdue", date(2026, 2, 9))


def test_titles_do_as_well_as_keys(shipped: Shipped) -> None:
    values = filled(shipped, "draft_proposal", {"accepted": True})
    pack = release(shipped).pack
    values[headings.PROCEDURE] = pack.procedures[NANYANG].title
    values[headings.STEP] = columns_of(shipped, NANYANG).steps["draft_proposal"]
    assert one(shipped, values).problems == ()


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        (headings.PROCEDURE, "no_such", "没有正在施行的程序"),
        (headings.STEP, "nowhere", "没有环节“nowhere”"),
        (headings.STEP, None, "缺少环节"),
        (headings.OLD, None, "缺少原案号"),
        (headings.OLD, "旧" * 121, "超过120字"),
        (headings.TITLE, "长" * 201, "超过200字"),
        (headings.LOGIN, "nobody", "没有账号“nobody”"),
        (headings.UNIT, "不存在的单位", "没有单位“不存在的单位”"),
        (headings.UNIT, None, "缺少当事人单位"),
        (headings.LEVEL, "天", "缺少管理权限"),
        (headings.ASSIGNEE, "county1.petition.1", "不在“案件监督管理室”任职"),
    ],
)
def test_what_every_row_needs(shipped: Shipped, column: str, value: Any, told: str) -> None:
    values = filled(shipped, "draft_proposal", {"accepted": True}) | {column: value}
    problems = one(shipped, values).problems
    assert [(each.field, told in each.message) for each in problems] == [(column, True)]
    assert problems[0].element == "2"


def test_days_are_never_in_the_future_and_in_their_order(shipped: Shipped) -> None:
    found = columns_of(shipped, NANYANG).events
    accepted, at_desk = found["accepted"].heading, found["at_desk"].heading
    acted = found["desk_acted"].heading
    values = filled(shipped, "draft_proposal", {"accepted": True}, date(2026, 2, 2))
    for change, column, told in (
        ({accepted: date(2026, 2, 13)}, accepted, "不能晚于今天"),
        ({accepted: "二月二日"}, accepted, "不是日期"),
        ({accepted: None}, accepted, "缺少“受理”的日期"),
        ({acted: date(2026, 1, 5)}, acted, "日期的先后不对"),
        ({acted: None}, acted, "缺少“受理机关登记处理”的日期"),
    ):
        problems = one(shipped, {**values, **change}).problems
        assert [(each.field, told in each.message) for each in problems] == [(column, True)]
    assert one(shipped, {**values, accepted: "2026/02/03"}).problems == ()
    assert one(shipped, {**values, at_desk: None, acted: None}).problems == ()


def test_answers_that_lead_elsewhere_are_named_with_what_may_stand_there(
    shipped: Shipped,
) -> None:
    asked = columns_of(shipped, NANYANG).answers
    values = filled(shipped, "draft_proposal", {})
    problems = one(shipped, values).problems
    assert problems[0].field == headings.STEP
    assert "到不了“提出拟办意见”" in problems[0].message
    accepted = next(each for each in problems if each.field == asked["accepted"].heading)
    assert accepted.fix == "填写是或者否"
    wrong = {**values, asked["accepted"].heading: "也许"}
    (problem,) = one(shipped, wrong).problems
    assert (problem.field, problem.fix) == (asked["accepted"].heading, "填写是或者否")


def test_what_a_later_step_reads_is_asked_for_by_name(shipped: Shipped) -> None:
    asked = columns_of(shipped, CHUZHOU).answers
    scenario = takeovers.scenarios("chuzhou", CHUZHOU)[0]
    given = takeovers.told(release(shipped, CHUZHOU), CHUZHOU, scenario, "form_team")
    people = {headings.NAME: "赵某", headings.UNIT: "county1.housing"}
    values = takeovers.row(
        release(shipped, CHUZHOU), CHUZHOU, "form_team", given, people, date(2026, 2, 2)
    )
    values[asked["prima_duty_done"].heading] = None
    values[asked["started_on"].heading] = date(2026, 1, 20)
    values[asked["notified_on"].heading] = date(2026, 1, 20)
    problems = one(shipped, values).problems
    assert [each.field for each in problems] == [asked["prima_duty_done"].heading]
    assert problems[0].fix.startswith("可用的值：是、否")


def test_a_step_of_people_needs_to_know_who_they_are(shipped: Shipped) -> None:
    given = {
        "accepted": True,
        "proposal": "start",
        "approval": "approve",
    }
    values = filled(shipped, "hear_person", given)
    problems = one(shipped, values).problems
    assert any("team_lead" in each.field for each in problems)
    assert all(each.code == "TAKEOVER_MISSING" for each in problems)


def test_references_are_unique_in_the_table(shipped: Shipped) -> None:
    values = filled(shipped, "accept", {})
    book = check(shipped, takeovers.book([values, values]))
    assert [each.problems[0].field for each in book.rows] == [headings.OLD, headings.OLD]


def test_checking_writes_nothing(shipped: Shipped) -> None:
    one(shipped, filled(shipped, "accept", {}))
    with shipped.tools.readers() as session:
        assert session.scalar(select(func.count()).select_from(case)) == 0


def test_what_is_no_workbook_of_matters_is_refused(shipped: Shipped) -> None:
    ten_thousand = [{headings.OLD: str(number)} for number in range(MAX_ROWS + 5)]
    for content, code in (
        (b"", "BOOK_UNREADABLE"),
        (b"PK\x03\x04", "BOOK_UNREADABLE"),
        (write_book([Sheet(name="别的", columns=["x"], rows=[])]), "BOOK_SHEET"),
        (write_book([Sheet(name=SHEET, columns=["x"], rows=[])]), "BOOK_COLUMN"),
        (takeovers.book(ten_thousand), "BOOK_ROWS"),
    ):
        with pytest.raises(Invalid) as refused:
            check(shipped, content)
        assert code in {each.code for each in refused.value.findings}


def test_formulas_wrong_types_and_odd_signs_harm_nobody(shipped: Shipped) -> None:
    values = filled(shipped, "accept", {})
    book = Workbook()
    page = book.create_sheet(SHEET)
    names = [*headings.FIXED, *(set(values) - set(headings.FIXED))]
    page.append(names)
    for hostile in (
        '=HYPERLINK("http://127.0.0.1/","x")',
        "=1/0",
        -12345678901234567890,
        1e308,
        True,
        date(1900, 1, 1),
        timedelta(days=3),
        "'; DROP TABLE case; --",
        "<script>alert(1)</script>",
        "‮旧",
    ):
        page.append([hostile for _name in names])
    out = BytesIO()
    book.save(out)
    for row in check(shipped, out.getvalue()).rows:
        assert row.plan is None
        assert row.problems


def test_a_row_with_a_sign_no_database_takes_is_refused(shipped: Shipped) -> None:
    with pytest.raises(Invalid):
        check(shipped, takeovers.book([filled(shipped, "accept", {}) | {headings.OLD: "旧\n1"}]))


def filled(
    shipped: Shipped, target: str, given: dict[str, Any], on: date = date(2026, 2, 10)
) -> takeovers.Filled:
    people: takeovers.Filled = {
        headings.NAME: "赵某",
        headings.LOGIN: "county1.housing_works.1",
        headings.UNIT: "county1.housing",
    }
    return takeovers.row(release(shipped), NANYANG, target, {**START, **given}, people, on)


def one(shipped: Shipped, values: takeovers.Filled) -> Checked:
    (row,) = check(shipped, takeovers.book([values])).rows
    return row


def check(shipped: Shipped, content: bytes) -> Book:
    found: Book = see(shipped, lambda ctx: books.check(ctx, content))
    return found


def see(shipped: Shipped, read: Any) -> Any:
    return shipped.see(DESK, read)


def release(shipped: Shipped, procedure: str = NANYANG) -> Any:
    return see(shipped, lambda ctx: definitions.in_force(ctx, procedure, ctx.today))


def columns_of(shipped: Shipped, procedure: str) -> Any:
    return columns(release(shipped, procedure), procedure)

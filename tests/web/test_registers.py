"""登记簿: who finds what in the book of a register, on the page, in the file and in the API."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from server.models.audit import AuditEvent
from tests.factories import books, site
from tests.factories.tiny import ACCEPT, APPLICATION, DESK, HEAD, STRANGER, Tiny

ABOUT = "county1.audit.1"
KEEPER = "county1.case_supervision.2"


@pytest.fixture
def enter(tiny: Tiny) -> Callable[[str], FlaskClient]:
    """A browser for each login, over a book with one entry."""
    books.at_work(tiny)
    case_id = tiny.open({**APPLICATION, "concerned_person": tiny.person(ABOUT)})
    tiny.do(DESK, case_id, "register", ACCEPT)
    app = site.served(tiny.tools, site.Clock())
    return lambda login: site.signed_in(app, login)


def test_the_office_of_the_level_reads_its_book_and_each_look_is_on_record(
    enter: Callable[[str], FlaskClient], tiny: Tiny
) -> None:
    client = enter(KEEPER)
    assert "受理登记簿" in client.get("/registers").get_data(as_text=True)
    page = client.get("/registers/docket").get_data(as_text=True)
    assert page.count("data-row") == 1
    assert "抢修道路" in page
    with tiny.tools.readers() as session:
        looks = session.scalars(
            select(AuditEvent.target).where(AuditEvent.verb == "register.read")
        ).all()
    assert looks == ["register:docket"]


@pytest.mark.parametrize(
    ("narrowed", "rows"),
    [("?phase=current", 1), ("?phase=struck", 0), ("?from_on=2026-02-13", 0), ("?level=city", 0)],
)
def test_a_book_can_be_narrowed(
    enter: Callable[[str], FlaskClient], narrowed: str, rows: int
) -> None:
    page = enter(HEAD).get(f"/registers/docket{narrowed}").get_data(as_text=True)
    assert page.count("data-row") == rows


@pytest.mark.parametrize(
    ("login", "status"),
    [
        (STRANGER, 404),
        (ABOUT, 404),
        ("county2.case_supervision.1", 200),
        ("city1.case_supervision.1", 200),
        ("p.system_admin.head", 403),
    ],
)
def test_no_other_office_finds_the_entry(
    enter: Callable[[str], FlaskClient], login: str, status: int
) -> None:
    client = enter(login)
    answer = client.get("/registers/docket")
    assert answer.status_code == status
    assert "抢修道路" not in answer.get_data(as_text=True)


def test_the_level_above_counts_without_names(enter: Callable[[str], FlaskClient]) -> None:
    above = enter("city1.case_supervision.1").get("/registers/docket").get_data(as_text=True)
    beside = enter("county2.case_supervision.1").get("/registers/docket").get_data(as_text=True)
    assert "按单位统计" in above
    assert "按单位统计" not in beside


def test_the_file_holds_what_the_page_shows(enter: Callable[[str], FlaskClient]) -> None:
    answer = enter(KEEPER).get("/registers/docket.xlsx")
    assert answer.status_code == 200
    sheet: Any = load_workbook(BytesIO(answer.data)).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert {"登记结果", "受理", "抢修道路", "有效"} <= set(cells)

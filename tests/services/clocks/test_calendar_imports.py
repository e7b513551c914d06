from datetime import date, datetime

import pytest
from sqlalchemy import select

from server.adapters.packs import read_folder
from server.config import SHIPPED
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid
from server.models.audit import AuditEvent
from server.models.time import deadline
from server.services.calendar import calendars
from server.services.clocks import calendar_imports
from server.services.context import Tools, reading, transaction
from server.services.identity import people
from server.services.packs import definitions
from server.services.verbs import cases

NOW = datetime(2026, 12, 25, 9, 0, tzinfo=CHINA_TIME)


def test_a_published_year_settles_the_deadlines_that_waited_for_it(tools: Tools) -> None:
    open_case(tools)
    assert due_dates(tools) == [("undetermined", None, date(2027, 1, 1))]

    with transaction(tools, SYSTEM, NOW) as ctx:
        done = calendar_imports.import_notice(ctx, "2027.yaml", NOTICE)

    assert (done.years, done.moved) == ((2027,), 1)
    assert due_dates(tools) == [("running", date(2027, 1, 4), None)]
    with reading(tools, SYSTEM, NOW) as ctx:
        verbs = ctx.session.scalars(select(AuditEvent.verb).order_by(AuditEvent.seq.desc())).all()
    assert "calendar.import" in verbs[:2]


def test_a_correction_moves_a_date_that_was_settled(tools: Tools) -> None:
    open_case(tools)
    for content, moved in ((NOTICE, 1), (NOTICE, 0), (CORRECTED, 1)):
        with transaction(tools, SYSTEM, NOW) as ctx:
            assert calendar_imports.import_notice(ctx, "2027.yaml", content).moved == moved
    assert due_dates(tools) == [("running", date(2027, 1, 2), None)]


def test_a_wrong_notice_changes_nothing(tools: Tools) -> None:
    open_case(tools)
    with transaction(tools, SYSTEM, NOW) as ctx:
        with pytest.raises(Invalid) as refused:
            calendar_imports.import_notice(ctx, "2027.yaml", NOTICE + b"off: []\n")
        assert [finding.file for finding in refused.value.findings] == ["2027.yaml"]
        assert not calendars.current(ctx).covers(2027)
    assert due_dates(tools) == [("undetermined", None, date(2027, 1, 1))]


def open_case(tools: Tools) -> None:
    """A case of the template whose first period needs the year 2027."""
    with transaction(tools, SYSTEM, NOW) as ctx:
        definitions.publish(ctx, read_folder(SHIPPED / "processes" / "_template"))
        applicant = people.actor(ctx, "county1.housing_works.1")
    with transaction(tools, applicant, NOW) as ctx:
        cases.open_case(
            ctx,
            "template_procedure",
            {
                "applicant_kind": "person",
                "managed_by": "county",
                "claimed_facts": "试点中手续不完善",
                "situations_claimed": ["T01"],
            },
        )


def due_dates(tools: Tools) -> list[tuple[str, date | None, date | None]]:
    """State, due date and provisional date of every deadline."""
    with reading(tools, SYSTEM, NOW) as ctx:
        rows = ctx.session.execute(
            select(deadline.c.state, deadline.c.due_on, deadline.c.provisional_on)
        )
        return [tuple(row) for row in rows]


NOTICE = """
year: 2027
source: 国务院办公厅关于2027年部分节假日安排的通知
published_on: 2026-11-03
days_off: [2027-01-01..2027-01-03]
makeup_workdays: []
""".encode()

CORRECTED = NOTICE.replace(b"01..2027-01-03", b"01").replace(b"[]", b"[2027-01-02]")

"""What somebody may start, in which ways, and with what the system knows of him."""

from datetime import datetime

import pytest
from sqlalchemy import event

from server.domain.calendar import CHINA_TIME
from server.domain.errors import Forbidden, NotFound
from server.services.starts import guides, procedures
from server.services.starts.procedures import Startable
from tests.factories.shipped import APPLICANT, CHUZHOU, DESK, NANYANG, Shipped


def test_an_official_may_apply_for_himself_before_or_after_the_event(shipped: Shipped) -> None:
    [only] = startable(shipped, APPLICANT)

    assert (only.key, only.pack, only.start_form) == (NANYANG, "nanyang", "application")
    assert only.roles == ("applicant",)
    assert [(way.group, way.title) for way in only.ways] == [
        ("self", "本人、单位申请"),
        ("self", "事前申请"),
    ]
    assert only.ways[0].preset == {"origin": "self", "applicant_kind": "person"}


def test_the_personnel_office_also_applies_for_its_unit(shipped: Shipped) -> None:
    [only] = startable(shipped, "county1.housing_hr.head")
    for_unit = [way for way in only.ways if way.group == "unit"]

    assert [way.title for way in for_unit] == ["本人、单位申请", "事前申请"]
    assert all(way.preset["applicant_kind"] == "unit" for way in for_unit)
    assert all(way.unit for way in for_unit)


def test_an_intake_office_starts_what_its_pack_lets_it_start(shipped: Shipped) -> None:
    found = {each.key: each for each in startable(shipped, DESK)}

    assert set(found) == {NANYANG, CHUZHOU}
    assert [way.title for way in found[NANYANG].ways if way.group == "office"] == [
        "组织研判",
        "书面申请由受理机关代为登记",
    ]
    assert [way.preset for way in found[CHUZHOU].ways] == [{}]
    assert found[CHUZHOU].ways[0].title == found[CHUZHOU].title


def test_the_party_committee_office_is_assigned_matters_from_above(shipped: Shipped) -> None:
    [only] = startable(shipped, "county1.party_office.1")

    assert "上级交办" in [way.title for way in only.ways if way.group == "office"]


@pytest.mark.parametrize("kind", ["system_admin", "security_admin", "audit_admin", "designer"])
def test_administrators_and_designers_start_nothing(shipped: Shipped, kind: str) -> None:
    assert startable(shipped, f"p.{kind}.head") == ()


def test_nothing_can_be_started_before_a_pack_is_in_force(shipped: Shipped) -> None:
    early = datetime(2023, 12, 29, 9, 0, tzinfo=CHINA_TIME)

    assert shipped.see(APPLICANT, procedures.startable, early) == ()


def test_the_basis_names_the_locality_s_own_documents(shipped: Shipped) -> None:
    [only] = startable(shipped, APPLICANT)

    assert only.basis == ("南阳市容错纠错免责减责实施办法（试行）",)


def test_the_start_form_is_filled_with_what_the_record_says(shipped: Shipped) -> None:
    sheet = shipped.see(APPLICANT, lambda ctx: procedures.start_sheet(ctx, NANYANG))

    assert sheet.values["managed_by"] == "county"
    assert sheet.values["applicant_kind"] == "person"
    assert sheet.values["sanction_type"] == "unknown"
    assert sheet.prefilled == ("managed_by",)
    assert sheet.who.name
    assert sheet.who.unit


def test_a_unit_s_form_is_filled_with_the_affiliation_of_its_party_organisation(
    shipped: Shipped,
) -> None:
    way = "unit-origin-self"
    hr = "county1.housing_hr.head"
    sheet = shipped.see(hr, lambda ctx: procedures.start_sheet(ctx, NANYANG, way))

    assert sheet.way is not None
    assert sheet.way.key == way
    assert sheet.values["managed_by"] == sheet.who.affiliation
    assert sheet.values["applicant_kind"] == "unit"


def test_what_an_office_starts_is_not_filled_with_its_official_s_own_record(
    shipped: Shipped,
) -> None:
    sheet = shipped.see(DESK, lambda ctx: procedures.start_sheet(ctx, CHUZHOU))

    assert sheet.values == {}
    assert sheet.prefilled == ()


def test_what_is_filled_in_beforehand_is_enough_for_the_guide(shipped: Shipped) -> None:
    def told(login: str) -> guides.Guide:
        sheet = shipped.see(login, lambda ctx: procedures.start_sheet(ctx, NANYANG))
        return shipped.see(login, lambda ctx: guides.guide(ctx, NANYANG, sheet.values))

    assert told(APPLICANT).is_known
    assert told(APPLICANT).warnings == ()


def test_who_may_not_start_a_procedure_gets_no_form(shipped: Shipped) -> None:
    with pytest.raises(Forbidden):
        shipped.see(APPLICANT, lambda ctx: procedures.start_sheet(ctx, CHUZHOU))
    with pytest.raises(NotFound):
        shipped.see(APPLICANT, lambda ctx: procedures.start_sheet(ctx, "nothing"))


def test_the_statements_do_not_grow_with_the_packs(shipped: Shipped) -> None:
    assert statements(shipped, APPLICANT) == statements(shipped, DESK) <= 11


def startable(shipped: Shipped, login: str) -> tuple[Startable, ...]:
    return shipped.see(login, procedures.startable)


def statements(shipped: Shipped, login: str) -> int:
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(shipped.tools.database, "before_cursor_execute", note)
    try:
        startable(shipped, login)
    finally:
        event.remove(shipped.tools.database, "before_cursor_execute", note)
    return len(asked)

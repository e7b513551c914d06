from datetime import datetime

import pytest
from sqlalchemy import select

from server.domain.calendar import CHINA_TIME
from server.domain.errors import Forbidden, Invalid, NotFound
from server.models.audit import AuditEvent
from server.models.case import case, subject
from server.models.work import participant
from server.services.verbs import cases
from tests.factories.tiny import APPLICANT, APPLICATION, DESK, NOW, STRANGER, Tiny


def test_an_opened_case_waits_at_the_office_its_table_names(tiny: Tiny) -> None:
    facts = tiny.facts(tiny.open())
    assert [(work.node_key, work.office, work.level) for work in facts.work] == [
        ("register", "case_supervision_office", "county")
    ]
    assert facts.status == "open"
    assert facts.level == "county"


def test_a_matter_of_the_city_waits_at_the_city(tiny: Tiny) -> None:
    facts = tiny.facts(tiny.open({**APPLICATION, "managed_by": "city"}))
    assert [work.level for work in facts.work] == ["city"]


def test_reference_numbers_count_up_by_year(tiny: Tiny) -> None:
    later = datetime(2027, 1, 4, 9, 0, tzinfo=CHINA_TIME)
    found = [tiny.facts(tiny.open(now=now)).reference for now in (NOW, NOW, later)]
    assert found == ["测〔2026〕1号", "测〔2026〕2号", "测〔2027〕1号"]


def test_a_refused_start_gives_no_number_away(tiny: Tiny) -> None:
    with pytest.raises(Invalid):
        tiny.open({"managed_by": "county"})
    assert tiny.facts(tiny.open()).reference == "测〔2026〕1号"


def test_the_starter_is_the_applicant_and_the_one_concerned(tiny: Tiny) -> None:
    case_id = tiny.open()
    with tiny.tools.readers() as session:
        roles = session.scalars(
            select(participant.c.role_key).where(
                participant.c.case_id == case_id,
                participant.c.person_id == tiny.person(APPLICANT),
            )
        ).all()
        named = session.execute(
            select(subject.c.kind, subject.c.managed_by).where(subject.c.case_id == case_id)
        ).all()
    assert sorted(roles) == ["applicant", "subject"]
    assert [tuple(row) for row in named] == [("applicant", "county")]


def test_a_unit_applies_through_its_personnel_office(tiny: Tiny) -> None:
    given = {**APPLICATION, "applicant_kind": "unit"}
    with pytest.raises(Forbidden):
        tiny.open(given)
    with pytest.raises(Forbidden):
        tiny.open(given, by="county1.housing_hr.1")


def test_an_office_that_may_start_does_not_become_the_applicant(tiny: Tiny) -> None:
    case_id = tiny.open(by=DESK)
    with tiny.tools.readers() as session:
        rows = session.scalars(
            select(participant.c.id).where(participant.c.case_id == case_id)
        ).all()
    assert rows == []


def test_an_unknown_procedure_is_not_found(tiny: Tiny) -> None:
    with pytest.raises(NotFound):
        tiny.act(APPLICANT, lambda ctx: cases.open_case(ctx, "nothing", {}))


def test_a_procedure_not_yet_in_force_is_not_found(tiny: Tiny) -> None:
    with pytest.raises(NotFound):
        tiny.open(now=datetime(2023, 12, 29, 9, 0, tzinfo=CHINA_TIME))


def test_all_problems_of_the_start_form_come_at_once(tiny: Tiny) -> None:
    with pytest.raises(Invalid) as refused:
        tiny.open({"managed_by": "moon", "nobody_asked": 1})
    assert {finding.field for finding in refused.value.findings} == {
        "managed_by",
        "facts",
        "nobody_asked",
    }


def test_opening_is_recorded_with_the_case(tiny: Tiny) -> None:
    case_id = tiny.open()
    with tiny.tools.readers() as session:
        verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.case_id == case_id)).all()
    assert "case.open" in verbs


def test_the_case_is_bound_to_the_unit_of_whom_it_concerns(tiny: Tiny) -> None:
    case_id = tiny.open()
    with tiny.tools.readers() as session:
        unit_id = session.scalar(select(case.c.unit_id).where(case.c.id == case_id))
    with tiny.tools.readers() as session:
        assert unit_id is not None
    assert tiny.facts(case_id).unit_id == unit_id


def test_a_person_of_another_office_may_still_apply_for_himself(tiny: Tiny) -> None:
    assert tiny.facts(tiny.open(by=STRANGER)).status == "open"

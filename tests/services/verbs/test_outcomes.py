"""What was decided about each person a case concerns."""

import pytest
from sqlalchemy import insert, select

from server.domain.access import SYSTEM
from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.models.base import new_id
from server.models.case import case, subject
from server.services.case import case_rows
from server.services.case.case_state import Act
from server.services.context import Tools, transaction
from server.services.identity import people
from server.services.packs import definitions
from server.services.verbs import outcomes
from tests.factories.filed import APPLICANT, Filed
from tests.factories.tools import PREPARED


def test_everybody_has_the_outcome_of_the_case_once_it_is_closed(
    filed_tools: Tools, filed: Filed
) -> None:
    with filed_tools.readers() as session:
        outcome = session.scalar(select(case.c.outcome).where(case.c.id == filed.closed))
    assert outcome == "no_pursuit"
    assert decided(filed_tools, filed.closed) == {outcome}
    assert decided(filed_tools, filed.open) == {None}


def test_a_meeting_decides_for_those_it_names_and_closing_for_the_rest(
    filed_tools: Tools, filed: Filed
) -> None:
    decide(filed_tools, filed.open, [row(applicant(filed_tools, filed), "mitigated")])
    assert decided(filed_tools, filed.open) == {"mitigated"}
    with transaction(filed_tools, SYSTEM, PREPARED) as ctx:
        outcomes.close(ctx, filed.open, "no_pursuit")
    assert decided(filed_tools, filed.open) == {"mitigated"}


def test_somebody_the_case_is_not_about_is_refused_at_the_field_and_nothing_is_decided(
    filed_tools: Tools, filed: Filed
) -> None:
    rows = [row(applicant(filed_tools, filed), "mitigated"), row(new_id(), "lenient")]
    with pytest.raises(Invalid) as refused:
        decide(filed_tools, filed.open, rows)
    [found] = refused.value.findings
    assert (found.code, found.field) == ("OUTCOME_PARTY", "subject_outcomes[1].outcome_person")
    assert decided(filed_tools, filed.open) == {None}


def test_a_person_named_in_two_rows_is_refused(filed_tools: Tools, filed: Filed) -> None:
    person = applicant(filed_tools, filed)
    with pytest.raises(Invalid) as refused:
        decide(filed_tools, filed.open, [row(person, "mitigated"), row(person, "lenient")])
    assert [each.field for each in refused.value.findings] == ["subject_outcomes[1].outcome_person"]


def test_a_row_that_names_nobody_means_the_unit_and_is_refused_where_there_is_none(
    filed_tools: Tools, filed: Filed
) -> None:
    nameless: list[Json] = [{"outcome_kind": "unit", "subject_outcome": "lenient"}]
    with pytest.raises(Invalid) as refused:
        decide(filed_tools, filed.open, nameless)
    assert [each.field for each in refused.value.findings] == [
        "subject_outcomes[0].subject_outcome"
    ]
    with transaction(filed_tools, SYSTEM, PREPARED) as ctx:
        unit = people.own_unit(ctx, applicant(filed_tools, filed), ctx.today)
        assert unit is not None
        kind = ctx.session.scalars(
            select(subject.c.kind).where(subject.c.case_id == filed.open)
        ).first()
        ctx.session.execute(
            insert(subject).values(
                id=new_id(), case_id=filed.open, kind=kind, unit_id=unit.id, name=unit.name
            )
        )
    decide(filed_tools, filed.open, nameless)
    assert decided(filed_tools, filed.open) == {None, "lenient"}


def row(person: str, outcome: str) -> Json:
    return {"outcome_kind": "person", "outcome_person": person, "subject_outcome": outcome}


def applicant(tools: Tools, filed: Filed) -> str:
    with transaction(tools, SYSTEM, PREPARED) as ctx:
        return people.person_by_login(ctx, filed.people[APPLICANT]).id


def decide(tools: Tools, case_id: str, rows: list[Json]) -> None:
    with transaction(tools, SYSTEM, PREPARED) as ctx:
        release = definitions.release(ctx, case_rows.found(ctx, case_id).pack_version_id)
        act = Act(
            command="complete",
            answers={"subject_outcomes": rows},
            form_hash=release.form_hashes["deliberate"],
        )
        outcomes.decide(ctx, case_id, release, act)


def decided(tools: Tools, case_id: str) -> set[str | None]:
    with tools.readers() as session:
        return set(session.scalars(select(subject.c.outcome).where(subject.c.case_id == case_id)))

"""What was decided about each person a case concerns."""

import pytest
from sqlalchemy import insert, select

from server.domain.access import SYSTEM
from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.models.base import new_id
from server.models.case import case, subject
from server.models.identity import Person
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


@pytest.mark.parametrize(
    "written", ["{name}", " {name}\u3000", "{first} {rest}", "{first}\u3000{rest}"]
)
def test_a_meeting_decides_for_those_it_names_and_closing_for_the_rest(
    filed_tools: Tools, filed: Filed, written: str
) -> None:
    name = written.format(name=filed.name, first=filed.name[0], rest=filed.name[1:])
    decide(filed_tools, filed.open, [row(name, "mitigated")])
    assert decided(filed_tools, filed.open) == {"mitigated"}
    with transaction(filed_tools, SYSTEM, PREPARED) as ctx:
        outcomes.close(ctx, filed.open, "no_pursuit")
    assert decided(filed_tools, filed.open) == {"mitigated"}


def test_a_name_of_nobody_in_the_case_is_refused_at_its_field_and_nothing_is_decided(
    filed_tools: Tools, filed: Filed
) -> None:
    rows = [row(filed.name, "mitigated"), row("查无此人", "lenient")]
    with pytest.raises(Invalid) as refused:
        decide(filed_tools, filed.open, rows)
    [found] = refused.value.findings
    assert (found.code, found.field) == ("OUTCOME_NAME", "subject_outcomes[1].outcome_subject")
    assert found.message == "“查无此人”不是本事项的当事人"
    assert filed.name in found.fix
    assert decided(filed_tools, filed.open) == {None}


def test_a_person_named_in_two_rows_is_refused(filed_tools: Tools, filed: Filed) -> None:
    with pytest.raises(Invalid) as refused:
        decide(filed_tools, filed.open, [row(filed.name, "mitigated"), row(filed.name, "lenient")])
    assert [each.field for each in refused.value.findings] == [
        "subject_outcomes[1].outcome_subject"
    ]


def test_a_name_of_two_in_the_case_is_refused_until_their_units_are_written(
    filed_tools: Tools, filed: Filed
) -> None:
    twin, unit = namesake(filed_tools, filed)
    with pytest.raises(Invalid) as refused:
        decide(filed_tools, filed.open, [row(filed.name, "mitigated")])
    [found] = refused.value.findings
    assert found.message == f"本事项有2名当事人都叫“{filed.name}”"
    assert found.fix == "在姓名后用括号写明所在单位"
    decide(filed_tools, filed.open, [row(f"{filed.name} ({unit})", "lenient")])
    with filed_tools.readers() as session:
        told = session.execute(
            select(Person.login, subject.c.outcome)
            .join(Person, Person.id == subject.c.person_id)
            .where(subject.c.case_id == filed.open)
        ).all()
    assert {entry.login: entry.outcome for entry in told} == {
        filed.people[APPLICANT]: None,
        twin: "lenient",
    }


def row(name: str, outcome: str) -> Json:
    return {"outcome_subject": name, "subject_outcome": outcome}


def namesake(tools: Tools, filed: Filed) -> tuple[str, str]:
    """Somebody of another unit and the same name is concerned too: his login, and the unit."""
    county = "county3" if filed.people[APPLICANT].startswith("county2") else "county2"
    with transaction(tools, SYSTEM, PREPARED) as ctx:
        other = people.person_by_login(ctx, f"{county}.housing_works.1")
        kind = ctx.session.scalars(
            select(subject.c.kind).where(subject.c.case_id == filed.open)
        ).first()
        ctx.session.execute(
            insert(subject).values(
                id=new_id(), case_id=filed.open, kind=kind, person_id=other.id, name=filed.name
            )
        )
        unit = people.own_unit(ctx, other.id, ctx.today)
    assert unit is not None
    return other.login, unit.name


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

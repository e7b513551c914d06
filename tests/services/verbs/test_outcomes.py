"""What was decided about each person a case concerns."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from server.domain.access import SYSTEM
from server.domain.expressions import Json
from server.models.case import case, subject
from server.services.case import case_rows
from server.services.case.case_state import Act
from server.services.context import Tools, transaction
from server.services.packs import definitions
from server.services.verbs import outcomes
from tests.databases import Databases
from tests.factories import filed as factory
from tests.factories import tools as opening
from tests.factories.filed import Filed
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
    rows: list[Json] = [
        {"outcome_subject": "查无此人", "subject_outcome": "lenient"},
        {"outcome_subject": f" {filed.name} ", "subject_outcome": "mitigated"},
    ]
    decide(filed_tools, filed.open, rows[:1])
    assert decided(filed_tools, filed.open) == {None}
    decide(filed_tools, filed.open, rows)
    assert decided(filed_tools, filed.open) == {"mitigated"}
    with transaction(filed_tools, SYSTEM, PREPARED) as ctx:
        outcomes.close(ctx, filed.open, "no_pursuit")
    assert decided(filed_tools, filed.open) == {"mitigated"}


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


@pytest.fixture
def filed_tools(databases: Databases) -> Iterator[Tools]:
    """Tools over a database with the served region and two cases of Nanyang."""
    with opening.copied(databases, "filed", factory.fill) as tools:
        yield tools


@pytest.fixture
def filed(filed_tools: Tools) -> Filed:
    """Ids of the cases."""
    return factory.cases(filed_tools)

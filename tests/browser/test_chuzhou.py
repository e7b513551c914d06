"""One Chuzhou case from the accountability to the archives, by the people of the demo."""

import pytest

from server.config import SHIPPED
from server.services.rehearsing.scenario import Scenario, read
from tests.browser.conftest import Visit
from tests.browser.journey import Journey
from tests.factories.site import Clock

PEOPLE = {
    "case_supervision_office": "county1.case_supervision.2",
    "applicant": "county1.transport_works.1",
    "team_lead": "county1.investigation.1",
    "discipline_body": "county1.standing_member.1",
    "cadre_supervision_section": "county1.cadre_supervision.1",
    "party_committee_office": "county1.party_office.1",
}

#: what the start page calls the procedure
TITLE = "滁州容错纠错免责四步程序"


@pytest.mark.slow  # in every run test_several_processes plays and shows it
def test_a_chuzhou_case_goes_from_the_written_application_to_the_archives(
    visit: Visit, clock: Clock
) -> None:
    journey = Journey(visit=visit, clock=clock, pack="chuzhou", people=PEOPLE)
    journey.play(recognised(), start=TITLE)
    journey.ended("case_supervision_office", "不予追究责任")


def recognised() -> Scenario:
    """The shipped scenario of the whole course."""
    name = "01_recognised.yaml"
    content = (SHIPPED / "processes" / "chuzhou" / "scenarios" / name).read_bytes()
    scenario, findings = read(name, content)
    assert scenario is not None, findings
    return scenario

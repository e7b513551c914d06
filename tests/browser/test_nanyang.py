"""One Nanyang case from the application to the archives, by the people of the demo.

Over three web processes and two workers it is played by ``test_several_processes``.
"""

import re
from dataclasses import replace
from datetime import date

import pytest

from server.services.drills.demo_cases import SHIPPED_CASES
from server.services.rehearsing.scenario import Scenario, read
from tests.browser.conftest import Visit
from tests.browser.journey import Journey
from tests.factories.site import MONDAY, Clock

#: who plays a role: accounts of the sign-in page
PEOPLE = {
    "applicant": "county1.housing_works.1",
    "case_supervision_office": "county1.case_supervision.1",
    "deputy_secretary": "county1.deputy_secretary.head",
    "team_lead": "county1.investigation.1",
    "audit_office": "county1.audit.1",
    "reform_commission": "county1.reform.1",
    "discipline_body": "county1.standing_member.head",
    "personnel_archive": "county1.personnel_archive.1",
}

#: what the start page calls the procedure
TITLE = "本人、单位申请"


@pytest.mark.slow
def test_a_nanyang_case_goes_from_the_application_to_the_archives(
    visit: Visit, clock: Clock
) -> None:
    journey = Journey(visit=visit, clock=clock, pack="nanyang", people=PEOPLE)
    journey.play(whole_course(MONDAY.date()), start=TITLE)
    journey.ended("case_supervision_office", "不予追究责任")


def whole_course(day: date) -> Scenario:
    """The closed case of the demo, all on one day."""
    text = (SHIPPED_CASES / "1_closed.yaml").read_text(encoding="utf-8")
    text = re.sub(r"\{D-\d+ (\d\d:\d\d)\}", rf"{day.isoformat()}T\1+08:00", text)
    text = re.sub(r"\{D-\d+\}", day.isoformat(), text).replace("{Y}", str(day.year))
    scenario, findings = read("1_closed.yaml", text.encode())
    assert scenario is not None, findings
    # the account of the sign-in page, whoever it is in the demo
    return replace(scenario, start=replace(scenario.start, by="applicant"))

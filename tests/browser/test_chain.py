"""One report leads from accountability to a recommendation, by itself, from case to case.

Every office's official signs in and does his part; what begins the next case, and what answers
the one before, is the worker of the program.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import Select, select

from server.config import SHIPPED
from server.models.case import case
from server.models.link import case_link
from server.models.work import WAITING, work_item
from server.services.context import Tools
from server.services.rehearsing.scenario import Scenario, Step, read
from tests.browser.conftest import Visit
from tests.browser.journey import Journey
from tests.browser.test_several_processes import clock as clock
from tests.cli.test_serve import free_port
from tests.factories.processes import environ_of, running, told_to_end
from tests.factories.site import MONDAY, Clock

#: how long the worker may take to hand a message over on a busy machine
PATIENCE = 60.0

PEOPLE = {
    "case_supervision_office": "county1.case_supervision.1",
    "supervision_inspection_office": "county1.supervision_inspection.1",
    "subject": "county1.transport_works.1",
    "team_lead": "county1.investigation.1",
    "discipline_body": "county1.standing_member.1",
    "standing_member": "county1.standing_member.head",
    "petition_office": "county1.petition.1",
    "case_trial_office": "county1.case_trial.1",
    "investigation_office": "county1.investigation.2",
    "special_meeting": "county1.case_trial.head",
    "secretary": "city1.discipline_secretary.head",
    "public_security": "county1.police.1",
    "personnel_archive": "county1.personnel_archive.1",
    "cadre_supervision_section": "county1.cadre_supervision.1",
    "party_committee_office": "county1.party_office.1",
    "unit_head": "county1.transport_head.head",
}


@pytest.fixture
def address(drill_tools: Tools, clock: Clock, tmp_path: Path) -> Iterator[str]:
    """The program as it is served, with its own worker."""
    port = free_port()
    environ = environ_of(drill_tools)
    with running([["serve", "--port", str(port)]], environ, tmp_path / "log") as (process,):
        yield f"http://127.0.0.1:{port}"
        assert told_to_end(process) == 0


@dataclass
class Chain:
    """The cases of the chain, each a journey of its own."""

    visit: Visit
    clock: Clock
    tools: Tools

    def journey(self, pack: str, reference: str = "", **people: str) -> Journey:
        """A case of this pack, handled by the officials of the county."""
        return Journey(
            visit=self.visit,
            clock=self.clock,
            pack=pack,
            people={**PEOPLE, **people},
            is_shown=False,
            reference=reference,
        )

    def opened_by(self, reference: str, procedure: str) -> str:
        """The reference of the case of this procedure that this one has begun, once it has."""
        to = case.alias()
        found = (
            select(to.c.reference)
            .join(case_link, case_link.c.to_id == to.c.id)
            .join(case, case.c.id == case_link.c.from_id)
            .where(
                case.c.reference == reference,
                to.c.procedure == procedure,
                case_link.c.kind == "opened",
            )
        )
        return self._awaited(found)

    def awaits(self, reference: str, node: str) -> None:
        """Return once this case has come to this task."""
        self._awaited(
            select(work_item.c.id)
            .join(case, case.c.id == work_item.c.case_id)
            .where(case.c.reference == reference, work_item.c.node_key == node, WAITING)
        )

    def _awaited(self, wanted: Select[tuple[str]]) -> str:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with self.tools.readers() as session:
                found = session.scalars(wanted).all()
            if found:
                (one,) = found
                return one
            time.sleep(0.2)
        raise AssertionError(f"nothing came of it: {wanted}")


def test_a_report_leads_to_a_recommendation(visit: Visit, clock: Clock, drill_tools: Tools) -> None:
    chain = Chain(visit, clock, drill_tools)
    accountability = chain.journey("zhejiang")
    play = scenario("zhejiang", "01_accountability_exempted.yaml")
    accountability.begin(play, start="浙江追责问责（同步研判容错）（纪检监察机关）")
    *before, close = done(play)
    accountability.go_on(before)

    # the tolerance case, begun by the check, is answered; only then can the accountability end
    tolerance = chain.journey(
        "zhejiang", chain.opened_by(accountability.reference, "zhejiang_tolerance")
    )
    tolerance.go_on(done(scenario("zhejiang", "36_tolerance_whole_course.yaml")))
    chain.awaits(accountability.reference, "close_linked")
    accountability.go_on([close])

    # what was reported besides was made up
    accusation = chain.journey(
        "false_accusation",
        chain.opened_by(accountability.reference, "false_accusation"),
        team_lead="county1.supervision_inspection.1",
    )
    accusation.go_on(done(scenario("false_accusation", "01_referred_and_detained.yaml")))

    # whom it was about is cleared, visited, and recommended by his unit
    clarification = chain.journey(
        "clarification", chain.opened_by(accountability.reference, "clarification")
    )
    clarification.go_on(done(scenario("clarification", "01_written_only.yaml")))
    revisit = chain.journey(
        "revisit",
        chain.opened_by(clarification.reference, "revisit"),
        team_lead="county1.supervision_inspection.1",
    )
    revisit.go_on(on_this_day(done(scenario("revisit", "02_recommended.yaml"))))

    desk = revisit.visitor("case_supervision_office")
    desk.go(f"/cases?q={accountability.reference}")
    desk.page.get_by_role("link", name=accountability.reference).first.click()
    family = desk.page.locator("ul.family")
    for each in (tolerance, accusation, clarification):
        expect(family).to_contain_text(each.reference)
    assert desk.check() == []


def scenario(pack: str, name: str) -> Scenario:
    """A shipped play."""
    content = (SHIPPED / "processes" / pack / "scenarios" / name).read_bytes()
    found, findings = read(name, content)
    assert found is not None, findings
    return found


def done(play: Scenario) -> list[Step]:
    """What people do in it, without what is refused to them."""
    return [step for step in play.steps if step.act == "do" and not step.refused]


def on_this_day(steps: list[Step]) -> list[Step]:
    """The same with every day entered in them the day of the drill."""
    day = MONDAY.date().isoformat()
    return [
        replace(
            step,
            answers={
                key: day if key.endswith("_on") else value for key, value in step.answers.items()
            },
        )
        for step in steps
    ]

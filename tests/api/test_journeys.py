"""Whole cases over HTTP, from the application to the archives, by the people of the region."""

from pathlib import Path

import pytest
from flask import Flask

from server.config import SHIPPED
from server.services.context import Tools
from tests.api.playing import play
from tests.factories.site import Clock

PACKS = SHIPPED / "processes"
WHOLE = [
    PACKS / "nanyang/scenarios/04_whole_ordinary_course.yaml",
    PACKS / "chuzhou/scenarios/01_recognised.yaml",
]
#: way of starting -> a scenario that starts so, and the task that waits then
STARTS = {
    "self": ("nanyang/scenarios/05_city_cadre_filed_in_county.yaml", "pass_on"),
    "organisation": ("nanyang/scenarios/18_organization_proposes.yaml", "study_opinion"),
    "ex-ante": ("nanyang/scenarios/22_ex_ante_planned_work.yaml", "register_exante"),
    "assigned from above": ("nanyang/scenarios/26_assigned_tolerable.yaml", "coordinate"),
    "accountability": ("chuzhou/scenarios/22_unit_at_city_level.yaml", "apply_in_writing"),
}
EVERY = sorted(path for key in ("nanyang", "chuzhou") for path in (PACKS / key).glob("*/*.yaml"))


@pytest.mark.soak_on("sqlite")
@pytest.mark.parametrize("file", WHOLE, ids=lambda path: path.stem)
def test_a_whole_case_goes_from_the_application_to_the_archives(
    app: Flask, demo_tools: Tools, clock: Clock, file: Path
) -> None:
    played = play(app, demo_tools, clock, file)
    assert played.troubles == []
    seen = played.actor.found(f"/cases/{played.case_id}")
    assert (seen["status"], seen["tasks"]) == ("closed", [])
    assert seen["outcome"]
    assert not seen["outcome_title"].isascii()
    events = played.actor.found(f"/cases/{played.case_id}/events?page_size=200")["items"]
    verbs = [event["verb"] for event in events]
    assert (verbs[0], verbs[-1]) == ("open", "close")
    drawn = played.actor.found(f"/cases/{played.case_id}/diagram")
    assert any(mark["done"] for mark in drawn["elements"].values())


@pytest.mark.parametrize("way", STARTS)
def test_a_case_is_started_in_every_way_there_is(
    app: Flask, demo_tools: Tools, clock: Clock, way: str
) -> None:
    path, waits = STARTS[way]
    played = play(app, demo_tools, clock, PACKS / path, only_start=True)
    assert played.troubles == []
    facts = played.facts()
    assert facts is not None
    assert (facts.status, [item.node_key for item in facts.work]) == ("open", [waits])
    starter = played.actor.found(f"/cases/{played.case_id}")
    assert [task["key"] for task in starter["tasks"]] in ([waits], [])


def test_nobody_starts_a_case_in_a_way_that_is_not_his(
    app: Flask, demo_tools: Tools, clock: Clock
) -> None:
    file = PACKS / "nanyang/scenarios/20_applicant_cannot_start_assigned.yaml"
    played = play(app, demo_tools, clock, file, only_start=True)
    assert (played.troubles, played.case_id, played.facts()) == ([], "", None)


@pytest.mark.slow
@pytest.mark.parametrize("file", EVERY, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_every_scenario_of_the_packs_goes_the_same_over_http(
    app: Flask, demo_tools: Tools, clock: Clock, file: Path
) -> None:
    assert play(app, demo_tools, clock, file).troubles == []

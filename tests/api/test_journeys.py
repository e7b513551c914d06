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
    PACKS / "nanyang/scenarios/26_assigned_tolerable.yaml",
    PACKS / "chuzhou/scenarios/01_recognised.yaml",
]
EVERY = sorted(path for key in ("nanyang", "chuzhou") for path in (PACKS / key).glob("*/*.yaml"))


@pytest.mark.parametrize("file", WHOLE, ids=lambda path: path.stem)
def test_a_whole_case_goes_from_the_application_to_the_archives(
    app: Flask, demo_tools: Tools, clock: Clock, file: Path
) -> None:
    played = play(app, demo_tools, clock, file)
    assert played.troubles == []
    seen = played.actor.found(f"/cases/{played.case_id}")
    assert (seen["status"], seen["tasks"]) == ("closed", [])
    assert seen["outcome"]
    events = played.actor.found(f"/cases/{played.case_id}/events?page_size=200")["items"]
    verbs = [event["verb"] for event in events]
    assert (verbs[0], verbs[-1]) == ("open", "close")
    drawn = played.actor.found(f"/cases/{played.case_id}/diagram")
    assert any(mark["done"] for mark in drawn["elements"].values())


@pytest.mark.slow
@pytest.mark.parametrize("file", EVERY, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_every_scenario_of_the_packs_goes_the_same_over_http(
    app: Flask, demo_tools: Tools, clock: Clock, file: Path
) -> None:
    assert play(app, demo_tools, clock, file).troubles == []

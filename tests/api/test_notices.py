"""Notices over the API: one's own alone, read once."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from flask import Flask

from server.domain.calendar import CHINA_TIME
from server.services.context import Tools
from server.services.verbs import timers
from tests.api.matters import APPLICANT, DESK, STRANGER, opened
from tests.factories.programs import Program
from tests.factories.site import Clock

Sign = Callable[[str], Program]

#: five working days after the application were over
LATE = datetime(2026, 3, 10, 9, 0, tzinfo=CHINA_TIME)
HEAD = "county1.case_supervision.head"


def test_somebody_reads_his_own_notices_and_no_others(
    app: Flask, demo_tools: Tools, signed: Sign, clock: Clock
) -> None:
    case = opened(signed(APPLICANT))
    timers.sweep(demo_tools, LATE)
    clock.moment = LATE
    head = signed(HEAD)
    found = head.found("/notices")
    # she may take the task herself, so she was reminded too
    assert [each["kind"] for each in found["items"]].count("remind") == 2
    (notice,) = (each for each in found["items"] if each["kind"] == "past_target")
    assert notice["read_at"] is None
    assert (notice["reference"], notice["case"]) == (case["reference"], case["id"])
    assert notice["text"] == (
        "“受理登记”的提示时限2026-03-09（周一）已过（非法定）。"
        "现在的环节：受理登记（案件监督管理室，尚未签收）。"
    )
    assert signed(STRANGER).found("/notices") == {"items": [], "total": 0}
    path = f"/notices/{notice['id']}/read"
    for program in (signed(STRANGER), signed(DESK)):
        assert program.post(path).status_code == 404
    assert head.found("/notices?unread=true")["total"] == 3
    done = head.done(path, headers={"Idempotency-Key": str(uuid4())})
    assert done["read_at"] == LATE.isoformat()
    clock.forward(hours=1)
    assert head.done(path)["read_at"] == LATE.isoformat()
    assert head.found("/notices?unread=true")["total"] == 2
    assert head.post(f"/notices/{uuid4()}/read").status_code == 404


def test_somebody_chooses_how_soon_he_is_told(signed: Sign) -> None:
    desk, address = signed(DESK), "/notices/settings"
    chosen = desk.done(address, {"paces": {"comment": "daily"}})
    assert chosen == desk.found(address)
    by_kind = {each["kind"]: each for each in chosen["items"]}
    assert by_kind["comment"]["pace"] == "daily"
    assert by_kind["escalated"] == {"kind": "escalated", "pace": "at_once", "choices": ["at_once"]}
    refused = desk.post(address, {"paces": {"escalated": "never"}})
    assert refused.status_code == 422
    assert refused.get_json()["problems"][0]["field"] == "escalated"
    assert desk.post(address, {"paces": {"nothing": "never"}}).status_code == 422
    assert desk.post(address, {"paces": {}}).status_code == 422


@pytest.mark.parametrize("query", ["unread=maybe", "page=0", "page_size=500", "other=1"])
def test_a_question_that_makes_no_sense_is_refused(signed: Sign, query: str) -> None:
    assert signed(DESK).get(f"/notices?{query}").status_code == 422

"""The choice of procedures that people may start, by programs."""

from collections.abc import Callable
from typing import Any

from tests.api.matters import APPLICANT, APPLICATION, CHUZHOU, DESIGNER, DESK, NANYANG, opened
from tests.factories.programs import Program
from tests.factories.site import Clock

Sign = Callable[[str], Program]

CLOSED = {"offered": False, "reason": "本市没有这项制度"}


def test_a_procedure_is_closed_and_nobody_starts_it_any_more(signed: Sign) -> None:
    designer, applicant = signed(DESIGNER), signed(APPLICANT)
    running = opened(applicant)["id"]
    before = {each["key"]: each for each in designer.found("/offers")["items"]}
    assert set(before) == {NANYANG, CHUZHOU}
    assert (before[NANYANG]["offered"], before[NANYANG]["version"]) == (True, 0)

    answer = designer.post(f"/offers/{NANYANG}", CLOSED)
    told: Any = answer.json
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    assert (told["key"], told["offered"], told["version"]) == (NANYANG, False, 1)
    assert told["reason"] == CLOSED["reason"]

    assert applicant.found("/procedures") == []
    assert [each["key"] for each in signed(DESK).found("/procedures")] == [CHUZHOU]
    refused: Any = applicant.post("/cases", {"procedure": NANYANG, "variables": APPLICATION})
    assert (refused.status_code, refused.json["type"]) == (409, "urn:rongcuo:not_offered")
    assert "本单位没有开通该程序" in refused.json["detail"]
    # what was begun goes on
    assert applicant.found(f"/cases/{running}")["status"] == "open"


def test_a_change_is_made_of_what_was_seen_once_and_with_a_reason(signed: Sign) -> None:
    designer = signed(DESIGNER)
    path = f"/offers/{CHUZHOU}"
    bare: Any = designer.post(path, {"offered": False})
    assert (bare.status_code, bare.json["problems"][0]["field"]) == (422, "reason")

    seen = {"If-Match": '"0"', "Idempotency-Key": "once"}
    first, again = (designer.post(path, CLOSED, headers=seen) for _each in range(2))
    assert first.status_code == again.status_code == 200
    assert first.json == again.json
    stale = designer.post(path, {"offered": True, "reason": "恢复"}, headers={"If-Match": '"0"'})
    assert stale.status_code == 412
    assert designer.post("/offers/nothing", CLOSED).status_code == 404


def test_a_change_asks_for_the_password_of_a_short_while_ago(signed: Sign, clock: Clock) -> None:
    designer = signed(DESIGNER)
    clock.forward(minutes=16)
    assert designer.post(f"/offers/{CHUZHOU}", CLOSED).status_code == 403
    assert all(each["offered"] for each in designer.found("/offers")["items"])

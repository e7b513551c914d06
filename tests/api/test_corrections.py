"""A date of an event is corrected over the API: asked by the desk, decided by its head."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from tests.api.matters import APPLICANT, DESK, STRANGER, opened
from tests.factories.programs import Program

Sign = Callable[[str], Program]

HEAD = "county1.case_supervision.head"


def test_a_date_is_asked_about_refused_asked_again_and_approved(signed: Sign) -> None:
    desk, head = signed(DESK), signed(HEAD)
    case = opened(signed(APPLICANT))["id"]
    due_on = clock(desk, case)["due_on"]
    first = desk.done(f"/cases/{case}/corrections", question(desk))
    assert (first["state"], first["actions"], first["version"]) == ("asked", ["withdraw"], 1)
    assert head.post(f"/corrections/{first['id']}/refuse", {}).status_code == 422
    stale = head.post(f"/corrections/{first['id']}/approve", {}, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    refused = head.done(f"/corrections/{first['id']}/refuse", {"answer": "与登记簿不符"})
    assert (refused["state"], refused["answer"]) == ("refused", "与登记簿不符")
    assert clock(desk, case)["due_on"] == due_on

    asked = desk.done(f"/cases/{case}/corrections", question(desk))
    seen = head.found(f"/cases/{case}/corrections")
    assert seen["total"] == 2
    assert {each["id"]: each["actions"] for each in seen["items"]} == {
        first["id"]: [],
        asked["id"]: ["approve", "refuse"],
    }
    approved = head.done(f"/corrections/{asked['id']}/approve", {})
    assert (approved["state"], approved["actions"]) == ("approved", [])
    assert clock(desk, case)["due_on"] < due_on
    assert clock(desk, case)["origin_on"] == "2026-02-26"
    assert head.post(f"/corrections/{asked['id']}/approve", {}).status_code == 409
    verbs = [each["verb"] for each in desk.found(f"/cases/{case}/events")["items"]]
    assert verbs.count("correct") == 1


def test_what_is_wrong_is_told_at_its_field(signed: Sign) -> None:
    desk = signed(DESK)
    case = opened(signed(APPLICANT))["id"]
    for change, field in (
        ({"date": "2030-01-01"}, "date"),
        ({"date": "yesterday"}, "date"),
        ({"reason": " "}, "reason"),
        ({"evidence": "x"}, "evidence"),
    ):
        answer: Any = desk.post(f"/cases/{case}/corrections", {**question(desk), **change})
        assert answer.status_code == 422
        assert [each["field"] for each in answer.json["problems"]] == [field]


def test_the_same_key_asks_once(signed: Sign) -> None:
    desk = signed(DESK)
    case, body = opened(signed(APPLICANT))["id"], question(desk)
    keys = {"headers": {"Idempotency-Key": "once"}}
    first, again = (desk.done(f"/cases/{case}/corrections", body, **keys) for _once in range(2))
    assert first == again
    assert desk.found(f"/cases/{case}/corrections")["total"] == 1


def test_parties_see_none_and_ask_none(signed: Sign) -> None:
    applicant, desk = signed(APPLICANT), signed(DESK)
    case = opened(applicant)["id"]
    asked = desk.done(f"/cases/{case}/corrections", question(desk))["id"]
    assert applicant.found(f"/cases/{case}/corrections") == {"items": [], "total": 0}
    assert applicant.post(f"/cases/{case}/corrections", question(desk)).status_code == 403
    for verb in ("approve", "withdraw"):
        assert applicant.post(f"/corrections/{asked}/{verb}", {}).status_code == 404
        assert signed(STRANGER).post(f"/corrections/{asked}/{verb}", {}).status_code == 404
    assert desk.done(f"/corrections/{asked}/withdraw", {})["state"] == "withdrawn"


def question(program: Program) -> dict[str, str]:
    """What is sent, with a file uploaded for it."""
    file = {"file": (BytesIO("收文登记簿".encode()), "登记簿.txt")}
    evidence = program.done("/attachments", data=file)["id"]
    return {"event": "at_desk", "date": "2026-02-26", "reason": "误录", "evidence": evidence}


def clock(program: Program, case: str) -> Any:
    found = program.found(f"/cases/{case}")["deadlines"]
    return next(each for each in found if each["key"] == "intake")

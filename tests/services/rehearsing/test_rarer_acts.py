"""What is done now and then: a task goes back, a case stands still, somebody keeps away."""

import pytest

from server.domain.expressions import Json
from server.services.rehearsing import recording, scene
from server.services.rehearsing.session import Session
from tests.factories.rehearsed import document, small

DESK = "case_supervision_office"
HEAD = f"{DESK}.head"
SUPPLEMENT = {
    "do": "register",
    "as": DESK,
    "with": {"registered": "supplement", "reason": "缺材料"},
}
RETURN = {"return": {"task": "verify", "to": "register", "reason": "登记有误"}, "as": DESK}

TO_DECIDE: Json = {"task": "verify", "to": "decide", "reason": "登记有误"}


@pytest.mark.parametrize(
    ("steps", "seen"),
    [
        ([SUPPLEMENT, {"withdraw": "register", "as": DESK}], (["register"], "open")),
        ([{"suspend": "等候另案", "as": HEAD}], (["register"], "suspended")),
        (
            [{"suspend": "等候另案", "as": HEAD}, {"resume": "另案已结", "as": HEAD}],
            (["register"], "open"),
        ),
        ([{"cancel": "当事人去世", "as": HEAD}], ([], "cancelled")),
    ],
    ids=["withdraw", "suspend", "resume", "cancel"],
)
def test_a_task_is_taken_back_and_a_case_stood_still_let_go_on_and_ended(
    session: Session, steps: list[Json], seen: tuple[list[str], str]
) -> None:
    assert standing(session, steps) == seen


def test_a_task_goes_back_to_one_of_the_steps_the_page_offers(session: Session) -> None:
    steps = document("01_through")["steps"][1:2]
    shown = played(session, steps)
    verify: Json = next(task for task in shown["case"]["open"] if task["element"] == "verify")
    assert verify["places"] == [{"to": "register", "title": "登记"}]
    assert standing(session, [*steps, RETURN]) == (["register"], "open")
    odd: Json = {"return": TO_DECIDE, "as": DESK, "refused": "invalid"}
    assert played(session, [*steps, odd])["stopped"] is None


def test_a_closed_case_is_taken_up_again(session: Session) -> None:
    whole = document("01_through")["steps"]
    (offered,) = played(session, whole)["case"]["acts"]
    assert (offered["act"], offered["by"]) == ("reopen", HEAD)
    assert [each["to"] for each in offered["places"]] == ["decide", "verify"]
    again = {"reopen": {"to": "decide", "reason": "结论有误"}, "as": HEAD}
    assert standing(session, [*whole, again]) == (["decide"], "open")


def test_after_a_recusal_somebody_else_of_the_office_plays(session: Session) -> None:
    (task,) = played(session, [])["case"]["open"]
    first = task["players"][0]["name"]
    away = {"recuse": {"ground": "kinship"}, "as": DESK}
    (task,) = played(session, [away])["case"]["open"]
    assert task["players"][0]["name"] != first
    assert standing(session, [away, SUPPLEMENT]) == (["supplement"], "open")


def test_an_application_that_the_pack_does_not_let_go_is_not_withdrawn(session: Session) -> None:
    assert "withdraw_application" not in [
        each["act"] for each in played(session, [])["case"]["acts"]
    ]
    refused = {"withdraw_application": "不再申请", "as": "applicant"}
    assert played(session, [refused])["stopped"]["refused"] == "conflict"


def test_what_was_done_is_written_as_a_scenario_that_plays_the_same(session: Session) -> None:
    steps = [*document("01_through")["steps"][1:2], RETURN, {"suspend": "等候另案", "as": HEAD}]
    written = scene.recorded(session, {**begun(), "title": "退回", "steps": steps})
    assert written["steps"][1]["expect"]["open"] == ["register"]
    assert small().perform("played.yaml", recording.text(written)).troubles == ()


def begun() -> dict[str, Json]:
    return {**document("01_through"), "steps": [], "expect": {}}


def played(session: Session, steps: list[Json]) -> Json:
    return scene.of(session.play({**begun(), "steps": steps}, 1 + len(steps)))


def standing(session: Session, steps: list[Json]) -> tuple[list[str], str]:
    shown = played(session, steps)
    assert shown["stopped"] is None, shown["stopped"]
    return [task["element"] for task in shown["case"]["open"]], shown["case"]["status"]


@pytest.fixture
def session() -> Session:
    return Session(stage=small())

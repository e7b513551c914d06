"""A scenario played while it is written: each step once, and back to where one was."""

import pytest

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.services.rehearsing import scene
from server.services.rehearsing.session import MOST_STEPS, Session
from tests.factories.rehearsed import document, small


def test_the_start_and_every_step_are_played_one_after_the_other(session: Session) -> None:
    whole = document("01_through")
    opened = []
    for upto in range(len(whole["steps"]) + 2):
        shown = scene.of(session.play(whole, upto))
        assert (shown["played"], shown["stopped"], shown["troubles"]) == (upto, None, [])
        opened.append([task["element"] for task in shown["case"]["open"]] if upto else None)
    assert opened == [
        None,
        ["register"],
        ["register"],  # refused, as the scenario says
        ["consult", "consult", "verify"],
        ["consult", "consult", "verify"],
        ["consult", "verify"],
        ["verify"],
        [],
        ["decide"],
        ["decide"],
        [],
    ]


def test_a_step_back_and_another_way_begin_where_the_steps_are_the_same(session: Session) -> None:
    whole = document("02_supplement")
    asked = session.play(whole, 2)
    other = {**whole, "steps": [{"do": "register", "as": DESK, "with": REFUSED}]}
    closed = scene.of(session.play(other, 2))["case"]
    again = scene.of(session.play(whole, 2))["case"]
    assert (closed["status"], closed["outcome"]) == ("closed", "不予受理")
    assert [task["element"] for task in again["open"]] == ["supplement"]
    assert asked.play.case_id != ""


def test_nothing_of_a_refused_step_stays(session: Session) -> None:
    begun = {**document("01_through"), "steps": []}
    step = {"do": "register", "as": DESK, "with": {"registered": "refuse"}}
    stopped = session.play({**begun, "steps": [step]}, 2).stopped
    assert stopped is not None
    assert (stopped.step, stopped.refused) == (1, "invalid")
    assert [finding.field for finding in stopped.findings] == ["reason"]
    (task,) = scene.of(session.play(begun, 1))["case"]["open"]
    assert task["holder"] == ""
    kept = {**step, "refused": "invalid", "problems": ["reason"]}
    assert session.play({**begun, "steps": [kept]}, 2).stopped is None


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([{"claim": "register", "as": "county1.case_supervision.2"}], "丁雪"),
        (
            [
                {"claim": "register", "as": "county1.case_supervision.2"},
                {"release": "register", "as": "county1.case_supervision.2"},
            ],
            "",
        ),
    ],
)
def test_a_task_is_claimed_and_given_back(session: Session, steps: list[Json], told: str) -> None:
    begun = {**document("01_through"), "steps": steps}
    (task,) = scene.of(session.play(begun, 1 + len(steps)))["case"]["open"]
    assert task["holder"] == told


def test_a_clock_is_stopped_runs_again_and_is_extended(session: Session) -> None:
    head = f"{DESK}.head"
    steps = [
        {"stop": {"deadline": "registration", "reason": "illness"}, "as": DESK},
        {"until": "2026-02-13T09:00+08:00"},
        {"restart": {"deadline": "registration", "reason": "痊愈"}, "as": DESK},
        {"extend": {"deadline": "registration", "reason": "材料多", "n": 2}, "as": head},
    ]
    begun = {**document("01_through"), "steps": steps}
    seen = []
    for upto in range(1, 6):
        standing = session.play(begun, upto)
        assert standing.stopped is None, standing.stopped
        (clock,) = scene.of(standing)["case"]["deadlines"]
        seen.append((clock["state"], clock["due_on"]))
    assert [state for state, _due in seen] == [
        "running",
        "stopped",
        "stopped",
        "running",
        "running",
    ]
    assert seen[0][1] < seen[3][1] < seen[4][1]


def test_the_clock_goes_to_the_next_working_day_the_next_notice_and_past_the_last_day(
    session: Session,
) -> None:
    begun = {**document("01_through"), "steps": []}
    clock = scene.of(session.play(begun, 1))["clock"]
    assert clock["words"] == "2026-02-12（周四）09:00"
    moves = {key: move["to"] for key, move in clock["moves"].items()}
    assert moves == {
        "day": "2026-02-13T09:00+08:00",
        "timer": "2026-02-25T08:30+08:00",
        "due": "2026-02-27T09:00+08:00",
    }
    late = {**begun, "steps": [{"until": moves["due"]}]}
    (task,) = scene.of(session.play(late, 2))["case"]["open"]
    assert task["deadline"]["state"] == "overdue"


def test_what_the_case_waits_for_besides_people_is_told(session: Session) -> None:
    shown = scene.of(session.play(document("01_through"), 3))["case"]
    message, timer = shown["waiting"]
    assert (message["message"], message["carries"]) == ("evidence_received", ["evidence_weight"])
    assert (timer["element"], timer["to"]) == ("verify_nudge", "2026-02-12T10:00+08:00")
    assert shown["tokens"] == ["consult", "consult", "verify", "evidence_arrives", "verify_nudge"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"procedure": "nobody_has_it"},
        {"now": "gestern"},
        {"steps": [{"do": "register", "until": "2026-02-27T09:00+08:00"}]},
        {"steps": [{"expect": {"open": []}}] * MOST_STEPS},
        {"settings": {"unknown": 1}},
    ],
)
def test_what_is_no_scenario_of_the_pack_is_not_played(session: Session, wrong: Json) -> None:
    with pytest.raises(Invalid):
        session.play({**document("01_through"), **wrong}, 1)


DESK = "case_supervision_office"
REFUSED = {"registered": "refuse", "reason": "与容错无关"}


@pytest.fixture
def session() -> Session:
    """Nothing played yet."""
    return Session(stage=small())

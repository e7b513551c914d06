from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from tests.api.matters import (
    APPLICANT,
    APPLICATION,
    COLLEAGUE,
    DESK,
    NANYANG,
    STRANGER,
    offered,
    opened,
)
from tests.factories.programs import Program

Sign = Callable[[str], Program]

ACCEPT = {"variables": {"accepted": True}}
#: what the contract names; a line of a list says besides what the matter is
TASK = {"id", "key", "title", "case", "reference", "unit", "assignee", "deadline", "version"}


def test_a_task_in_a_list_has_the_fields_of_the_contract(signed: Sign) -> None:
    case = opened(signed(APPLICANT))
    line = offered(signed(DESK), case["id"])
    assert set(line) == TASK | {"matter"}
    assert line["matter"] == ""
    assert line["unit"]["name"] == "案件监督管理室"
    assert line["deadline"] == {
        "key": "intake",
        "due_on": "2026-03-09",
        "provisional_on": None,
        "state": "running",
        "basis": "系统默认",
        "line": "3月2日到达有权机关，次日起算；第5个工作日为3月9日",
    }


def test_the_matter_is_told_in_lists_to_who_may_know_whom_it_is_about(signed: Sign) -> None:
    named = {**APPLICATION, "item_title": "抢修镇区道路"}
    case = signed(APPLICANT).done("/cases", {"procedure": NANYANG, "variables": named})
    assert offered(signed(DESK), case["id"])["matter"] == "抢修镇区道路"
    for login in (APPLICANT, DESK):
        [line] = signed(login).found("/cases")["items"]
        assert (line["matter"], line["reference"]) == ("抢修镇区道路", case["reference"])


def test_a_task_goes_from_the_queue_through_the_inbox_to_what_is_done(signed: Sign) -> None:
    case = opened(signed(APPLICANT))
    desk = signed(DESK)
    task = offered(desk, case["id"])["id"]
    claimed = desk.done(f"/tasks/{task}/claim")
    assert (claimed["state"], claimed["actions"][:2]) == ("claimed", ["release", "complete"])
    assert {"transfer", "delegate"} <= set(claimed["actions"])
    assert ids(desk, "inbox") == [task]
    assert ids(desk, "queue") == []
    completed = desk.done(f"/tasks/{task}/complete", ACCEPT)
    assert completed["state"] == "done"
    [following] = completed["tasks"]
    assert following["key"] == "draft_proposal"
    assert ids(desk, "done") == [task]
    assert ids(desk, "queue") == [following["id"]]


def test_whoever_gives_a_task_back_leaves_it_to_his_colleague(signed: Sign) -> None:
    case = opened(signed(APPLICANT))
    desk, colleague = signed(DESK), signed(COLLEAGUE)
    task = offered(desk, case["id"])["id"]
    desk.done(f"/tasks/{task}/claim")
    assert colleague.post(f"/tasks/{task}/claim").status_code == 409
    released = desk.done(f"/tasks/{task}/release")
    assert released["assignee"] is None
    assert colleague.done(f"/tasks/{task}/claim")["state"] == "claimed"


def test_a_task_brings_its_form_its_data_and_what_may_be_done(signed: Sign) -> None:
    case = opened(signed(APPLICANT))
    desk = signed(DESK)
    task = offered(desk, case["id"])["id"]
    shown = desk.get(f"/tasks/{task}")
    assert shown.headers["ETag"] == '"1"'
    told: Any = shown.json
    assert told["actions"] == ["claim", "cc", "comment"]
    keys = {each.get("key") for each in told["form"]["components"]}
    assert "accepted" in keys
    assert told["data"]["managed_by"] == "county"


def test_refused_answers_are_told_by_field_and_change_nothing(signed: Sign) -> None:
    case = opened(signed(APPLICANT))
    desk = signed(DESK)
    task = offered(desk, case["id"])["id"]
    desk.done(f"/tasks/{task}/claim")
    wrong = {"variables": {"accepted": "yes", "nonsense": 1}}
    answer = desk.post(f"/tasks/{task}/complete", wrong)
    assert answer.status_code == 422
    told: Any = answer.json
    assert {each["field"] for each in told["problems"]} >= {"accepted", "nonsense"}
    assert desk.found(f"/tasks/{task}")["version"] == 2


def test_a_stale_page_is_told_so_and_the_version_that_stands_passes(signed: Sign) -> None:
    case = opened(signed(APPLICANT))
    desk = signed(DESK)
    task = offered(desk, case["id"])["id"]
    stale = desk.post(f"/tasks/{task}/claim", headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    assert "ETag" not in stale.headers
    fresh = desk.post(f"/tasks/{task}/claim", headers={"If-Match": '"1"'})
    assert (fresh.status_code, fresh.headers["ETag"]) == (200, '"2"')
    anyone = desk.post(f"/tasks/{task}/release", headers={"If-Match": "*"})
    assert anyone.status_code == 200


def test_a_stranger_gets_the_same_answer_as_for_a_task_that_is_not_there(signed: Sign) -> None:
    case = opened(signed(APPLICANT))
    task = offered(signed(DESK), case["id"])["id"]
    stranger = signed(STRANGER)
    other = "00000000-0000-4000-8000-000000000000"
    for path, post in (("", False), ("/claim", True), ("/release", True), ("/complete", True)):
        ask = stranger.post if post else stranger.get
        body = {"json": ACCEPT} if path == "/complete" else {}
        seen, missing = (ask(f"/tasks/{each}{path}", **body) for each in (task, other))
        assert seen.status_code == missing.status_code == 404
        assert seen.json == missing.json
        assert {*seen.headers.keys()} == {*missing.headers.keys()}


def test_the_applicant_sees_his_own_tasks_alone(signed: Sign) -> None:
    case = opened(signed(APPLICANT))
    applicant = signed(APPLICANT)
    assert case["tasks"] == []
    assert applicant.found(f"/cases/{case['id']}")["tasks"] == []
    desk = signed(DESK)
    task = offered(desk, case["id"])["id"]
    assert applicant.get(f"/tasks/{task}").status_code == 404
    desk.done(f"/tasks/{task}/claim")
    supplement = {"accepted": False, "intake_action": "supplement"}
    form = desk.found(f"/tasks/{task}")["form"]["components"]
    wanted = {
        each["key"]: "缺少批准文件"
        for each in form
        if each.get("type") == "textarea" and each.get("key", "").startswith("supplement")
    }
    done = desk.done(f"/tasks/{task}/complete", {"variables": {**supplement, **wanted}})
    assert "id" not in done["tasks"][0]
    [own] = applicant.found(f"/cases/{case['id']}")["tasks"]
    assert own["key"] == "supplement"
    assert ids(applicant, "queue") == [own["id"]]


def test_the_same_key_claims_once_and_answers_the_same(signed: Sign) -> None:
    case = opened(signed(APPLICANT))
    desk = signed(DESK)
    task = offered(desk, case["id"])["id"]
    key = {"headers": {"Idempotency-Key": "one"}}
    first = desk.post(f"/tasks/{task}/claim", **key)
    again = desk.post(f"/tasks/{task}/claim", **key)
    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert first.headers["ETag"] == again.headers["ETag"]
    assert desk.post(f"/tasks/{task}/claim").status_code == 409
    other = desk.post(f"/tasks/{task}/complete", {"variables": {}}, **key)
    assert other.status_code in (200, 422)


def test_another_body_under_a_key_is_refused(signed: Sign) -> None:
    applicant = signed(APPLICANT)
    given = {"procedure": "nanyang_five_step", "variables": {"applicant_kind": "person"}}
    good = {**given, "variables": {**given["variables"], "managed_by": "county"}}  # type: ignore[dict-item]
    key = {"headers": {"Idempotency-Key": "one"}}
    assert applicant.post("/cases", good, **key).status_code == 201
    assert applicant.post("/cases", given, **key).status_code == 422
    assert applicant.found("/cases")["total"] == 1


def test_of_two_who_complete_one_task_one_wins(signed: Sign) -> None:
    case = opened(signed(APPLICANT))
    desk = signed(DESK)
    task = offered(desk, case["id"])["id"]
    desk.done(f"/tasks/{task}/claim")
    answers = at_once(2, lambda _n: desk.post(f"/tasks/{task}/complete", ACCEPT).status_code)
    assert sorted(answers) == [200, 409]


def test_four_at_once_under_one_key_open_one_case(signed: Sign) -> None:
    applicant = signed(APPLICANT)
    given = {
        "procedure": "nanyang_five_step",
        "variables": {"applicant_kind": "person", "managed_by": "county"},
    }

    def ask(_n: int) -> Any:
        return applicant.post("/cases", given, headers={"Idempotency-Key": "one"}).json

    answers = at_once(4, ask)
    assert answers == answers[:1] * 4
    assert applicant.found("/cases")["total"] == 1


def at_once(count: int, ask: Callable[[int], Any]) -> list[Any]:
    """What each of so many gets who ask at the same moment."""
    barrier, answers = Barrier(count), list[Any]()

    def run(number: int) -> None:
        barrier.wait()
        answers.append(ask(number))

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == count
    return answers


def ids(program: Program, view: str) -> list[str]:
    return [item["id"] for item in program.found(f"/tasks?view={view}")["items"]]

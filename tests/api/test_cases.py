from collections.abc import Callable
from typing import Any

import pytest

from tests.api.matters import APPLICANT, APPLICATION, CHUZHOU, DESK, HEAD, NANYANG, offered, opened
from tests.factories.programs import PREFIX, Program
from tests.factories.site import Clock

Sign = Callable[[str], Program]


def test_a_new_case_is_answered_with_its_number_and_where_it_is(signed: Sign) -> None:
    answer = signed(APPLICANT).post("/cases", {"procedure": NANYANG, "variables": APPLICATION})
    case: Any = answer.json
    assert answer.status_code == 201
    assert set(case) == {"id", "reference", "status", "procedure", "version", "tasks"}
    assert (case["reference"], case["status"], case["version"]) == ("宛容〔2026〕1号", "open", 1)
    assert answer.headers["Location"] == f"{PREFIX}/cases/{case['id']}"
    assert signed(APPLICANT).get(f"/cases/{case['id']}").headers["ETag"] == answer.headers["ETag"]


def test_a_case_shows_whom_it_is_about_where_it_waits_and_until_when(signed: Sign) -> None:
    case = opened(signed(APPLICANT))
    shown = signed(DESK).found(f"/cases/{case['id']}")
    assert [each["name"] for each in shown["subjects"]] == ["薛新"]
    assert [each["key"] for each in shown["tasks"]] == ["accept"]
    assert [each["key"] for each in shown["deadlines"]] == ["intake"]
    assert (shown["outcome"], shown["pack"], shown["title"]) == (None, "nanyang", "南阳五步程序")


def test_a_list_of_cases_is_narrowed_and_paged_in_a_stable_order(signed: Sign) -> None:
    applicant = signed(APPLICANT)
    made = [opened(applicant)["id"] for _number in range(3)]
    whole = applicant.found("/cases")
    assert ({item["id"] for item in whole["items"]}, whole["total"]) == (set(made), 3)
    paged = [
        item["id"]
        for number in (1, 2)
        for item in applicant.found(f"/cases?page={number}&page_size=2")["items"]
    ]
    assert paged == [item["id"] for item in whole["items"]]
    assert applicant.found("/cases?status=closed") == {"items": [], "total": 0}
    assert applicant.found(f"/cases?procedure={NANYANG}&status=open")["total"] == 3
    assert applicant.found("/cases?q=宛容〔2026〕2号")["total"] == 1


def test_the_timeline_tells_verbs_as_the_paths_do_the_earliest_first(signed: Sign) -> None:
    case = opened(signed(APPLICANT))
    desk = signed(DESK)
    task = offered(desk, case["id"])["id"]
    desk.done(f"/tasks/{task}/claim")
    desk.done(f"/tasks/{task}/complete", {"variables": {"accepted": True}})
    found = desk.found(f"/cases/{case['id']}/events?page_size=200")
    verbs = [event["verb"] for event in found["items"]]
    assert verbs[0] == "open"
    assert verbs.index("claim") < verbs.index("complete")
    assert set(found["items"][0]) == {"at", "actor", "verb", "task", "detail"}
    assert found["total"] == len(verbs)
    page = desk.found(f"/cases/{case['id']}/events?page=2&page_size=2")["items"]
    assert page == found["items"][2:4]


def test_the_applicant_reads_no_names_of_those_who_handle_his_case(signed: Sign) -> None:
    case = opened(signed(APPLICANT))
    desk = signed(DESK)
    task = offered(desk, case["id"])
    desk.done(f"/tasks/{task['id']}/claim")
    name = desk.found(f"/tasks/{task['id']}")["assignee"]["name"]
    applicant = signed(APPLICANT)
    for path in ("", "/events"):
        text = applicant.get(f"/cases/{case['id']}{path}").get_data(as_text=True)
        assert name not in text
    assert applicant.get(f"/cases/{case['id']}/diagram").status_code == 403


def test_the_diagram_is_that_of_the_version_with_counts(signed: Sign) -> None:
    case = opened(signed(APPLICANT))
    drawn = signed(DESK).found(f"/cases/{case['id']}/diagram")
    assert "<bpmn:definitions" in drawn["xml"]
    assert drawn["elements"]["accept"] == {"done": 0, "active": 1, "overdue": 0}


@pytest.mark.parametrize("path", ["", "/events"])
def test_looks_at_a_case_are_on_record(signed: Sign, path: str) -> None:
    case = opened(signed(APPLICANT))
    signed(DESK).found(f"/cases/{case['id']}{path}")
    verb = {"": "case.read", "/events": "case.events"}[path]
    [record] = signed("p.audit_admin.head").found(f"/audit?chain=access&verb={verb}")["items"]
    assert record["case"] == case["id"]


def test_a_clock_is_stopped_restarted_and_extended_by_whose_business_it_is(
    signed: Sign, clock: Clock
) -> None:
    case = opened(signed(APPLICANT))["id"]
    desk = signed(DESK)
    task = offered(desk, case)["id"]
    desk.done(f"/tasks/{task}/claim")
    desk.done(f"/tasks/{task}/complete", {"variables": {"accepted": True}})
    stop = {"deadline": "proposal", "reason": "appraisal"}
    assert signed(APPLICANT).post(f"/cases/{case}/stop", stop).status_code == 403
    assert clock_of(desk.done(f"/cases/{case}/stop", stop))["state"] == "stopped"
    assert desk.post(f"/cases/{case}/stop", stop).status_code == 409
    clock.forward(days=1)
    desk = signed(DESK)
    again = {"deadline": "proposal", "reason": "鉴定完毕"}
    assert clock_of(desk.done(f"/cases/{case}/restart", again))["state"] == "running"
    more = {"deadline": "proposal", "reason": "情况复杂", "n": 2}
    assert desk.post(f"/cases/{case}/extend", more).status_code == 403
    before = clock_of(desk.found(f"/cases/{case}"))["due_on"]
    after = clock_of(signed(HEAD).done(f"/cases/{case}/extend", more))["due_on"]
    assert after > before
    assert signed(HEAD).post(f"/cases/{case}/extend", more).status_code == 422


def test_a_command_on_a_case_that_went_on_is_told_so(signed: Sign) -> None:
    case = opened(signed(APPLICANT))["id"]
    stop = {"deadline": "intake", "reason": "appraisal"}
    stale = signed(DESK).post(f"/cases/{case}/stop", stop, headers={"If-Match": '"9.9"'})
    assert stale.status_code == 412


def test_a_whole_case_is_suspended_resumed_and_cancelled_by_the_head(signed: Sign) -> None:
    case = opened(signed(APPLICANT))["id"]
    why = {"reason": "等待上级批复"}
    desk, head = signed(DESK), signed(HEAD)
    for verb in ("suspend", "resume", "cancel"):
        assert desk.post(f"/cases/{case}/{verb}", why).status_code == 403
        assert head.post(f"/cases/{case}/{verb}", {}).status_code == 422
    stopped = head.done(f"/cases/{case}/suspend", why)
    assert (stopped["status"], stopped["status_reason"]) == ("suspended", "等待上级批复")
    task = offered(desk, case)["id"]
    assert desk.post(f"/tasks/{task}/claim").status_code == 409
    assert head.done(f"/cases/{case}/resume", why)["status"] == "open"
    ended = head.done(f"/cases/{case}/cancel", why)
    assert (ended["status"], ended["tasks"], ended["outcome"]) == ("cancelled", [], None)
    assert head.post(f"/cases/{case}/cancel", why).status_code == 409
    verbs = [event["verb"] for event in head.found(f"/cases/{case}/events")["items"]]
    assert [verb for verb in verbs if verb in ("suspend", "resume", "cancel")] == [
        "suspend",
        "resume",
        "cancel",
    ]


def test_what_may_be_started_comes_with_its_form(signed: Sign) -> None:
    [found] = signed(APPLICANT).found("/procedures")
    assert (found["key"], found["pack"], found["version"]) == (NANYANG, "nanyang", 1)
    assert found["start_form"]["id"] == "application"
    assert found["data"]["managed_by"] == "county"
    keys = {each["key"] for each in signed(DESK).found("/procedures")}
    assert keys == {NANYANG, "chuzhou_four_step"}


def test_the_desk_starts_a_chuzhou_case_with_the_accountability_and_both_dates(
    signed: Sign,
) -> None:
    """Until accountability procedures exist; people are named by login as well as by id."""
    given = {
        "accountability_reference": "云纪问〔2026〕3号",
        "applicant_kind": "person",
        "applicant_person": "county1.transport_works.1",
        "managed_by": "county",
        "started_on": "2026-03-02",
        "notified_on": "2026-03-02",
    }
    asked = {"procedure": CHUZHOU, "variables": given}
    assert signed(APPLICANT).post("/cases", asked).status_code == 403
    case = signed(DESK).done("/cases", asked)
    [waits] = case["tasks"]
    assert (waits["key"], waits["deadline"]["due_on"]) == ("apply_in_writing", "2026-03-11")
    assert "id" not in waits
    concerned = signed("county1.transport_works.1")
    [own] = concerned.found(f"/cases/{case['id']}")["tasks"]
    assert own["id"] == concerned.found("/tasks?view=queue")["items"][0]["id"]
    desk = signed(DESK).found(f"/cases/{case['id']}")
    assert desk["reference"].startswith("滁容〔2026〕")
    assert desk["matter"] == "问责案号：云纪问〔2026〕3号"
    assert [line["matter"] for line in signed(DESK).found("/cases")["items"]] == [desk["matter"]]
    for missing in ("accountability_reference", "started_on", "notified_on"):
        less = {key: value for key, value in given.items() if key != missing}
        told: Any = signed(DESK).post("/cases", {**asked, "variables": less}).json
        assert [each["field"] for each in told["problems"]] == [missing]
    nobody = {**asked, "variables": {**given, "applicant_person": "nobody.at.all"}}
    answer: Any = signed(DESK).post("/cases", nobody).json
    assert [(each["code"], each["field"]) for each in answer["problems"]] == [
        ("ANSWER_STRANGER", "applicant_person")
    ]


def clock_of(case: Any) -> Any:
    """The clock of the proposal."""
    return next(each for each in case["deadlines"] if each["key"] == "proposal")

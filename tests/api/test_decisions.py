"""A meeting held over the API alone: convened, attended, voted, signed, closed."""

from tests.factories import meetings, site
from tests.factories.meetings import REST, Meeting
from tests.factories.programs import Program, program


def test_programs_hold_a_meeting_and_the_case_goes_on(meeting: Meeting) -> None:
    app = site.served(meeting.tools, site.Clock(meetings.NOW))
    programs = [program(app, login) for login in meeting.members]
    chair, secretary = programs[0], program(app, meeting.secretary)
    decision = f"/decisions/{meeting.id}"
    assert chair.found(f"/tasks/{meeting.item_id}")["decision"] == meeting.id
    listed = chair.found(f"/cases/{meeting.case_id}")["decisions"]
    assert listed == [{"id": meeting.id, "state": "none"}]

    body = {"held_on": "2026-03-02", "starts_at": "15:00", "place": "第一会议室"}
    chair.done(f"{decision}/convene", {**body, "secretary": meeting.ids[meeting.secretary]})
    for number, one in enumerate(programs):
        said = {"attendance": "present"} if number < 8 else {"attendance": "absent", "reason": "病"}
        one.done(f"{decision}/attend", said)
    assert programs[1].post(f"{decision}/vote", {"choice": "nothing"}).status_code == 422
    _refused_before_his_turn(chair, decision)
    for one in programs[1:8]:
        one.done(f"{decision}/vote", {"choice": "no_pursuit"})
    assert [line["votes"] for line in secretary.found(decision)["options"]] == [None] * 6
    told = chair.done(f"{decision}/vote", {"choice": "no_pursuit"})
    assert told["line"] == "应到9人，回避0人，基数9人；实到8人≥2/3；赞成8人>1/2，通过"

    secretary.done(f"{decision}/note", {"minutes": "逐人表态后表决", "variables": dict(REST)})
    for one in programs[:8]:
        one.done(f"{decision}/sign")
    assert programs[1].post(f"{decision}/close").status_code == 403
    closed = chair.done(f"{decision}/close")
    assert (closed["state"], closed["resolution"]) == ("closed", "不予追究责任")
    assert meeting.open_steps() == {"feedback_person", "feedback_unit"}
    assert programs[1].post(f"{decision}/opinion", {"text": "补记"}).status_code == 409


def _refused_before_his_turn(chair: Program, decision: str) -> None:
    answer = chair.post(f"{decision}/vote", {"choice": "no_pursuit"})
    assert answer.status_code == 409
    assert "主持人末位表态" in answer.get_data(as_text=True)

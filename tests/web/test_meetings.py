"""Meetings on the pages without JavaScript: convened with who attends, told, counted in the bar."""

import re
from uuid import UUID, uuid5

from werkzeug.test import TestResponse

from tests.factories import many, site
from tests.factories.meetings import NOW, Meeting


def test_two_matters_on_one_agenda_are_convened_told_and_counted(meeting: Meeting) -> None:
    many.copies(meeting.tools, meeting.case_id, 1)
    second = str(uuid5(UUID(meeting.id), "1"))
    app = site.served(meeting.tools, site.Clock(NOW))
    chair, member = site.signed_in(app, meeting.chair), site.signed_in(app, meeting.members[1])
    assert 'href="/meetings"' not in text(chair.get("/inbox"))

    def convene(decision: str, **more: str) -> TestResponse:
        page = f"/decisions/{decision}/convene"
        form = {"csrf_token": site.token(chair, page), "held_on": meeting.day.isoformat()}
        return chair.post(page, data={**form, "question": "是否容错", **more})

    wrong = convene(meeting.id, attendants=meeting.ids[meeting.members[2]])
    assert wrong.status_code == 422
    assert "不能列席" in text(wrong)
    offered = text(chair.get(f"/decisions/{meeting.id}/convene"))
    reporting = re.findall(r'name="attendants" value="([^"]+)"', offered)[0]
    assert convene(meeting.id, attendants=reporting).status_code == 303
    (joined,) = re.findall(
        r'<option value="([0-9a-f-]{36})">2026-03-02 ',
        text(chair.get(f"/decisions/{second}/convene")),
    )
    assert convene(second, meeting=joined).status_code == 303

    page = text(member.get(f"/decisions/{second}"))
    assert "议题1" in page
    assert "议题2" in page
    assert "列席" in page
    assert "已看0/9人" in page
    member.get(f"/cases/{meeting.case_id}")
    assert "已看1/9人" in text(member.get(f"/decisions/{meeting.id}"))
    assert re.search(r'href="/meetings"[^<]*>会议\s*<span class="count">2</span>', page)
    assert "请您参加会议" in text(member.get("/notices"))
    (login,) = (name for name, each in meeting.ids.items() if each == reporting)
    assert "请您参加会议" in text(site.signed_in(app, login).get("/notices"))


def text(answer: TestResponse) -> str:
    return str(answer.get_data(as_text=True))

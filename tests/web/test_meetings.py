"""Meetings on the pages without JavaScript: convened with who attends, told, counted in the bar."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import update
from werkzeug.test import TestResponse

from server.domain.access import SYSTEM
from server.models.identity import Post
from server.services.context import transaction
from server.services.verbs import recusals
from server.web.plain_forms.parts import ANSWER
from server.web.plain_forms.posted import ROWS
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


def test_minutes_of_a_meeting_on_paper_begin_with_who_was_a_member_that_day(
    meeting: Meeting,
) -> None:
    """Neither who is recused nor who came later; nobody is searched for, and nothing is said."""
    ids, earlier = meeting.ids, meeting.day - timedelta(days=3)
    out, left, joined = meeting.members[-3:]
    meeting.act(out, lambda ctx: recusals.declare(ctx, meeting.case_id, ground="other"))
    of_day = {left: {"to_on": earlier}, joined: {"from_on": meeting.day}}
    with transaction(meeting.tools, SYSTEM, meeting.now) as ctx:
        for login, values in of_day.items():
            ctx.session.execute(update(Post).where(Post.person_id == ids[login]).values(values))
    app = site.served(meeting.tools, site.Clock(NOW))
    chair, page = site.signed_in(app, meeting.chair), f"/tasks/{meeting.item_id}"
    assert (
        chair.post(f"{page}/claim", data={"csrf_token": site.token(chair, page)}).status_code == 303
    )

    today = [ids[each] for each in meeting.members if each not in (out, left)]
    assert listed(chair.get(f"{page}/form.json")) == [{"member": each} for each in today]
    shown = text(chair.get(page))
    assert all(f'value="{each}" selected' in shown for each in today)

    def keep(**said: str) -> None:
        rows = {f"{ANSWER}members[{n}].member": each for n, each in enumerate(today)}
        marks = {"csrf_token": site.token(chair, page), f"{ROWS}members": str(len(today))}
        typed = {ANSWER + name: value for name, value in said.items()}
        answer = chair.post(f"{page}/draft", data={**marks, **rows, **typed})
        assert answer.status_code == 303

    keep(decided_on=earlier.isoformat())
    then = [ids[each] for each in meeting.members if each not in (out, joined)]
    assert [each["member"] for each in listed(chair.get(f"{page}/form.json"))] == then
    keep(**{"decided_on": earlier.isoformat(), "members[0].member_attended": "true"})
    kept = listed(chair.get(f"{page}/form.json"))
    assert [each["member"] for each in kept] == today
    assert kept[0]["member_attended"] is True


def listed(answer: TestResponse) -> list[dict[str, Any]]:
    """The members the form is opened with."""
    found: list[dict[str, Any]] = answer.get_json()["data"]["members"]
    return found


def text(answer: TestResponse) -> str:
    return str(answer.get_data(as_text=True))

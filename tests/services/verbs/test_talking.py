"""Remarks, copies and urgings: within the circle of a case, on both databases."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.rung_texts import RungKind
from server.models.identity import Post, Unit
from server.models.work import work_item
from server.queries import copies as copy_rows
from server.queries import perspectives, urgings
from server.services.context import Context
from server.services.files import case_view, copy_lists, notice_lists
from server.services.files.notice_lists import Line
from server.services.identity import posts
from server.services.verbs import comments, copies, work
from server.services.verbs import urgings as urging
from tests.factories.tiny import (
    ACCEPT,
    APPLICANT,
    AUDIT,
    COLLEAGUE,
    DESK,
    HEAD,
    NOW,
    STRANGER,
    Tiny,
)

LATER = NOW + timedelta(days=1)


def test_a_copy_goes_to_those_who_handle_the_case_and_says_when_it_was_read(tiny: Tiny) -> None:
    case_id = under_way(tiny)
    item = tiny.item(case_id, "verify").id
    tiny.recuse(case_id, COLLEAGUE)
    for login in (APPLICANT, AUDIT, STRANGER, COLLEAGUE, DESK):
        with pytest.raises(Invalid, match="不能知悉"):
            sent(tiny, item, [login])
    with pytest.raises(Forbidden):
        sent(tiny, tiny.item(case_id, "consult").id, [HEAD])
    for login in (STRANGER, APPLICANT, COLLEAGUE):
        with pytest.raises(NotFound):
            sent(tiny, item, [HEAD], by=login)

    sent(tiny, item, [HEAD])
    with pytest.raises(Conflict, match="已经收到"):
        sent(tiny, item, [HEAD])
    (copy,) = received(tiny, HEAD)
    assert (copy.step, copy.reason, copy.read_at) == ("核实", "请知悉", None)
    assert [line.kind for line in notices(tiny, HEAD)] == [RungKind.COPIED]
    with pytest.raises(NotFound):
        tiny.act(DESK, lambda ctx: copies.read(ctx, copy.id))
    tiny.act(HEAD, lambda ctx: copies.read(ctx, copy.id), LATER)
    tiny.act(HEAD, lambda ctx: copies.read(ctx, copy.id), LATER + timedelta(days=1))
    with tiny.tools.readers() as session:
        assert [each.read_at for each in copy_rows.of_case(session, case_id)] == [LATER]

    with pytest.raises(NotFound):
        tiny.act(HEAD, lambda ctx: copies.withdraw(ctx, copy.id))
    tiny.act(DESK, lambda ctx: copies.withdraw(ctx, copy.id))
    assert received(tiny, HEAD) == ()
    with pytest.raises(NotFound):
        tiny.act(HEAD, lambda ctx: copies.read(ctx, copy.id))


def test_who_leads_above_reads_the_reason_sees_no_case_and_loses_it_with_his_post(
    tiny: Tiny,
) -> None:
    case_id = under_way(tiny)
    item = tiny.item(case_id, "verify").id
    with pytest.raises(Invalid):
        sent(tiny, item, [STRANGER])
    tiny.program(lambda ctx: lead(ctx, tiny.person(STRANGER)))
    sent(tiny, item, [STRANGER])
    (copy,) = received(tiny, STRANGER)
    assert copy.is_above
    with pytest.raises(NotFound):
        tiny.act(STRANGER, lambda ctx: perspectives.of(ctx.session, posts.with_posts(ctx), case_id))
    (notice,) = notices(tiny, STRANGER)
    assert (notice.text, notice.case_id) == ("", None)
    assert len(received(tiny, STRANGER, days=2)) == 1
    assert received(tiny, STRANGER, days=9) == ()


def test_urging_tells_whoever_has_it_as_often_as_the_pack_lets(tiny: Tiny) -> None:
    case_id = under_way(tiny)
    item = tiny.item(case_id, "verify").id
    for login, wrong in ((COLLEAGUE, Forbidden), (APPLICANT, NotFound), (AUDIT, NotFound)):
        with pytest.raises(wrong):
            urged(tiny, login, item)
    urged(tiny, DESK, item)
    assert [line.text for line in notices(tiny, COLLEAGUE)] == [
        f"{tiny.actor(DESK).name}催办：请抓紧"
    ]
    assert notices(tiny, DESK) == ()
    with pytest.raises(Conflict, match="2026-02-13（周五）起可以再次催办"):
        urged(tiny, DESK, item)
    tiny.act(COLLEAGUE, lambda ctx: work.claim(ctx, item))
    tiny.act(DESK, lambda ctx: urging.urge(ctx, item, reason="请抓紧"), LATER)
    assert len(notices(tiny, HEAD)) == 1
    assert len(notices(tiny, COLLEAGUE)) == 2
    assert times(tiny, item) == 2
    tiny.act(COLLEAGUE, lambda ctx: work.release(ctx, item))
    tiny.act(DESK, lambda ctx: work.claim(ctx, item))
    with pytest.raises(Conflict, match="自己手上"):
        tiny.act(DESK, lambda ctx: urging.urge(ctx, item, reason="请抓紧"), LATER)
    reasons = timeline(tiny, HEAD, case_id, "urge")
    assert reasons == ["请抓紧", "请抓紧"]


def test_an_applicant_urges_his_matter_and_learns_of_no_task(tiny: Tiny) -> None:
    case_id = under_way(tiny)
    for login, wrong in ((DESK, Forbidden), (STRANGER, NotFound)):
        with pytest.raises(wrong):
            tiny.act(login, lambda ctx: urging.urge_own(ctx, case_id, reason="请抓紧"))
    tiny.act(APPLICANT, lambda ctx: urging.urge_own(ctx, case_id, reason="请抓紧"))
    assert [line.text for line in notices(tiny, HEAD)] == ["申请人催办该事项：请抓紧"]
    assert notices(tiny, APPLICANT) == ()
    with pytest.raises(Conflict, match="可以再次催办"):
        tiny.act(APPLICANT, lambda ctx: urging.urge_own(ctx, case_id, reason="请抓紧"))
    item = tiny.item(case_id, "verify").id
    assert times(tiny, item) == 1
    own = tiny.act(APPLICANT, lambda ctx: case_view.application(ctx, case_id)).timeline
    assert [entry.task for entry in own if entry.verb == "urge"] == [""]


def test_a_remark_calls_those_who_handle_the_case_and_is_taken_back_by_its_author(
    tiny: Tiny,
) -> None:
    case_id = under_way(tiny)
    item = tiny.item(case_id, "verify").id
    head = tiny.actor(HEAD).name
    for login in (STRANGER, APPLICANT, AUDIT):
        with pytest.raises(NotFound):
            tiny.act(login, lambda ctx: comments.add(ctx, item, text="看不到"))
    for login in (APPLICANT, AUDIT):
        with pytest.raises(Forbidden):
            tiny.act(login, lambda ctx: comments.of_case(ctx, case_id))
        with pytest.raises(Forbidden):
            tiny.act(login, lambda ctx: comments.add_to_case(ctx, case_id, text="看不到"))
    auditor = tiny.actor(AUDIT).name
    with pytest.raises(Invalid, match="不是办理本事项的人员"):
        tiny.act(DESK, lambda ctx: comments.add(ctx, item, text=f"@{auditor} 请看"))

    tiny.act(DESK, lambda ctx: comments.add(ctx, item, text=f"@{head} 请看附件"))
    tiny.act(HEAD, lambda ctx: comments.add_to_case(ctx, case_id, text="已看"), LATER)
    first, second = tiny.act(COLLEAGUE, lambda ctx: comments.of_case(ctx, case_id))
    assert (first.called, first.step, second.step) == ((head,), "核实", "")
    (notice,) = notices(tiny, HEAD)
    assert "附件" not in notice.text
    assert (notice.kind, notice.task_id) == (RungKind.MENTIONED, item)

    with pytest.raises(NotFound):
        tiny.act(HEAD, lambda ctx: comments.withdraw(ctx, first.id))
    tiny.act(DESK, lambda ctx: comments.withdraw(ctx, first.id))
    gone, _second = tiny.act(COLLEAGUE, lambda ctx: comments.of_case(ctx, case_id))
    assert (gone.text, gone.called) == ("", ())
    tiny.recuse(case_id, COLLEAGUE)
    with pytest.raises(NotFound):
        tiny.act(COLLEAGUE, lambda ctx: comments.of_case(ctx, case_id))


def under_way(tiny: Tiny) -> str:
    """A case that the desk has registered: it is checked, and an organ is asked."""
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": ["audit_office"]})
    return case_id


def sent(tiny: Tiny, item: str, to: Sequence[str], by: str = DESK) -> None:
    persons = [tiny.person(login) for login in to]
    tiny.act(by, lambda ctx: copies.send(ctx, item, persons=persons, reason="请知悉"))


def received(tiny: Tiny, login: str, days: int = 0) -> Sequence[copy_rows.Copy]:
    when = NOW + timedelta(days=days)
    return tiny.act(login, copy_lists.received, when).items


def urged(tiny: Tiny, login: str, item: str) -> None:
    tiny.act(login, lambda ctx: urging.urge(ctx, item, reason="请抓紧"))


def times(tiny: Tiny, item: str) -> int:
    """How often the list of the head says the task was urged."""
    with tiny.tools.readers() as session:
        wanted = select(urgings.TIMES).where(work_item.c.id == item)
        return session.scalars(wanted).one()


def notices(tiny: Tiny, login: str) -> tuple[Line, ...]:
    return tiny.act(login, notice_lists.listed).lines


def timeline(tiny: Tiny, login: str, case_id: str, verb: str) -> list[str]:
    found = tiny.act(login, lambda ctx: case_view.case_file(ctx, case_id)).timeline
    return [entry.detail for entry in found if entry.verb == verb]


def lead(ctx: Context, person: str) -> None:
    """Make somebody head of the organ above the desk, for a week."""
    unit = ctx.session.scalars(select(Unit.id).where(Unit.key == "county1.discipline")).one()
    last = (NOW + timedelta(days=7)).date()
    post = Post(
        person_id=person, unit_id=unit, title="主任", is_head=True, from_on=NOW.date(), to_on=last
    )
    ctx.session.add(post)

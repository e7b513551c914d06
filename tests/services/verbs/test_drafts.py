"""Drafts: nothing typed is lost, and nobody else reads it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from server.domain.errors import Conflict, DraftOverwritten, Invalid
from server.forms.compiler import MAX_ANSWERS
from server.models.audit import AuditEvent
from server.models.work import work_item
from server.services.context import Context
from server.services.files import sheets
from server.services.files.sheets import Sheet
from server.services.verbs import drafts, work
from server.services.verbs.drafts import Saved
from tests.factories.tiny import ACCEPT, COLLEAGUE, DESK, HEAD, Tiny

TYPED = {"reason": "缺会议纪要"}


def test_what_was_typed_is_offered_again_to_whoever_typed_it(tiny: Tiny, item: str) -> None:
    version = tiny.act(DESK, saving(item)).version

    form = of(tiny, DESK, item).form
    assert form is not None
    assert form.data["reason"] == "缺会议纪要"
    assert form.draft_at is not None
    assert of(tiny, DESK, item).version == version


def test_nobody_else_is_shown_a_draft(tiny: Tiny, item: str) -> None:
    tiny.act(DESK, saving(item))

    for login in (COLLEAGUE, HEAD):
        form = of(tiny, login, item).form
        assert form is None or "reason" not in form.data


def test_a_draft_is_gone_when_the_task_is_given_back_or_handed_in(tiny: Tiny, item: str) -> None:
    tiny.act(DESK, saving(item))
    tiny.act(DESK, lambda ctx: work.release(ctx, item))
    assert stored(tiny, item) is None

    tiny.act(DESK, lambda ctx: work.claim(ctx, item))
    tiny.act(DESK, saving(item))
    tiny.act(DESK, lambda ctx: work.complete(ctx, item, ACCEPT))
    assert stored(tiny, item) is None


def test_a_draft_can_be_given_up(tiny: Tiny, item: str) -> None:
    tiny.act(DESK, saving(item))
    tiny.act(DESK, lambda ctx: drafts.drop(ctx, item))

    form = of(tiny, DESK, item).form
    assert form is not None
    assert form.draft_at is None


def test_whoever_does_not_have_the_task_keeps_no_draft_of_it(tiny: Tiny, item: str) -> None:
    with pytest.raises(Conflict):
        tiny.act(COLLEAGUE, saving(item))


def test_a_draft_of_a_task_that_changed_since_is_a_conflict(tiny: Tiny, item: str) -> None:
    with pytest.raises(Conflict):
        tiny.act(DESK, lambda ctx: drafts.save(ctx, item, TYPED, seen=1))
    assert stored(tiny, item) is None


def test_of_two_windows_the_later_one_overwrites_nothing_unless_it_says_so(
    tiny: Tiny, item: str
) -> None:
    first = tiny.act(DESK, lambda ctx: drafts.save(ctx, item, TYPED, after=""))
    other = {"reason": "另一窗口"}
    with pytest.raises(DraftOverwritten):
        tiny.act(DESK, lambda ctx: drafts.save(ctx, item, other, after=""))
    form = of(tiny, DESK, item).form
    assert form is not None
    assert (form.data["reason"], form.draft_mark) == (TYPED["reason"], first.mark)
    tiny.act(DESK, lambda ctx: drafts.save(ctx, item, other, after=first.mark))
    with pytest.raises(DraftOverwritten):
        tiny.act(DESK, lambda ctx: drafts.save(ctx, item, TYPED, after=first.mark))


def test_a_draft_is_not_longer_than_a_form_can_be(tiny: Tiny, item: str) -> None:
    with pytest.raises(Invalid):
        tiny.act(DESK, lambda ctx: drafts.save(ctx, item, {"reason": "长" * MAX_ANSWERS}))


def test_keeping_a_draft_is_no_act_in_the_case(tiny: Tiny, item: str) -> None:
    before = acts(tiny)
    tiny.act(DESK, saving(item))
    assert acts(tiny) == before


def saving(item: str) -> Callable[[Context], Saved]:
    return lambda ctx: drafts.save(ctx, item, TYPED)


def of(tiny: Tiny, login: str, item: str) -> Sheet:
    return tiny.act(login, lambda ctx: sheets.sheet(ctx, item))


def stored(tiny: Tiny, item: str) -> object:
    query = select(work_item.c.draft).where(work_item.c.id == item)
    return tiny.program(lambda ctx: ctx.session.scalar(query))


def acts(tiny: Tiny) -> int:
    return tiny.program(lambda ctx: len(ctx.session.scalars(select(AuditEvent.seq)).all()))


@pytest.fixture
def item(tiny: Tiny) -> str:
    """A task in the hands of the desk; it was claimed, so its version is not the first."""
    found = tiny.item(tiny.open(), "register").id
    tiny.act(DESK, lambda ctx: work.claim(ctx, found))
    return found

"""快查快结: a case goes first within its rank, by the head of the office, with a reason."""

from datetime import timedelta

import pytest

from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.urgency import Urgency
from server.queries import inbox
from server.queries.inbox import Entry, Filters
from server.services.context import Context
from server.services.files import case_view, work_lists
from server.services.verbs import priorities
from tests.factories.tiny import ACCEPT, APPLICANT, DESK, HEAD, NOW, STRANGER, Tiny


def test_it_goes_first_in_every_list_and_its_next_step_too(tiny: Tiny) -> None:
    early = tiny.open()
    fast = tiny.open(now=NOW + timedelta(days=12))
    assert cases(tiny) == [early, fast]
    for login, wrong in ((DESK, Forbidden), (APPLICANT, Forbidden), (STRANGER, NotFound)):
        with pytest.raises(wrong):
            tiny.act(login, lambda ctx: priorities.hasten(ctx, fast, reason="上级交办"))
    with pytest.raises(Invalid):
        tiny.act(HEAD, lambda ctx: priorities.hasten(ctx, fast, reason=" "))
    tiny.act(HEAD, lambda ctx: priorities.hasten(ctx, fast, reason="上级交办"))
    with pytest.raises(Conflict):
        tiny.act(HEAD, lambda ctx: priorities.hasten(ctx, fast, reason="上级交办"))
    assert cases(tiny) == [fast, early]
    # how urgent it is does not change
    assert cases(tiny, Urgency.NORMAL) == [fast, early]
    assert cases(tiny, Urgency.SOON) == []
    entry = next(each for each in told(tiny, fast) if each[0] == "hasten")
    assert entry[1] == "上级交办"

    tiny.do(DESK, fast, "register", {**ACCEPT, "organs": []})
    assert listed(tiny)[-1].priority == 1
    tiny.act(HEAD, lambda ctx: priorities.ease(ctx, fast, reason="已无必要"))
    assert [each.priority for each in listed(tiny)] == [0, 0]


def listed(tiny: Tiny, urgency: Urgency | None = None) -> list[Entry]:
    """What the desk may claim."""

    def queue(ctx: Context) -> list[Entry]:
        filters, when = Filters(urgency=urgency), work_lists.when(ctx)
        return [
            *inbox.page(ctx.session, tiny.actor(DESK), "queue", when=when, filters=filters).items
        ]

    return tiny.act(DESK, queue)


def cases(tiny: Tiny, urgency: Urgency | None = None) -> list[str]:
    return [each.case_id for each in listed(tiny, urgency)]


def told(tiny: Tiny, case_id: str) -> list[tuple[str, str]]:
    found = tiny.act(HEAD, lambda ctx: case_view.case_file(ctx, case_id)).timeline
    return [(entry.verb, entry.detail) for entry in found]

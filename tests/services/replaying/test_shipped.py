"""Closed cases of the shipped packs played on their own files: nothing is otherwise."""

from datetime import timedelta

from server.domain.access import SYSTEM
from server.domain.replays import Result
from server.queries import replays
from server.services.context import reading
from server.services.packs import pack_drafts
from server.services.replaying import runs
from tests.factories.closed import closed, last_closed
from tests.factories.shipped import Shipped


def test_cases_of_nanyang_go_on_its_own_files_as_they_went(shipped: Shipped) -> None:
    closed(shipped.tools, 6)
    now = last_closed(shipped.tools) + timedelta(days=1)
    with reading(shipped.tools, SYSTEM, now) as ctx:
        candidate = pack_drafts.candidate(ctx, "nanyang")
    run_id = shipped.act("p.designer.head", lambda ctx: runs.begin(ctx, candidate), now)
    assert runs.work(shipped.tools, lambda: now) == 6
    with reading(shipped.tools, SYSTEM, now) as ctx:
        found = list(replays.verdicts(ctx.session, run_id))
    told = [(result, differences) for result, differences, _clocks in found]
    assert told == [(Result.SAME, [])] * 6
    assert [clock for _r, _d, clocks in found for clock in clocks if clock.differs] == []
    assert sum(len(clocks) for _r, _d, clocks in found) > 6

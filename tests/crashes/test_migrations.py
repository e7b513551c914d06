"""Cases are being moved to a newer version and the process is killed midway: nothing is lost, and
whoever comes next goes on."""

import time
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from server.models.case import case_step
from server.models.migration import migration_move, migration_run
from server.services.context import Tools
from server.services.migrating import proposals, runs, surveys
from server.services.migrating.proposals import Wish
from tests.databases import Databases
from tests.factories import newer
from tests.factories import tiny as factory
from tests.factories.invariants import broken_chain, violations
from tests.factories.many import copies
from tests.factories.processes import environ_of, running, told_to_end
from tests.factories.tiny import HEAD, NOW, Tiny
from tests.factories.tools import copied, opened

#: enough that a kill finds some moved and some waiting
CASES = 120


@pytest.mark.soak_on("sqlite")
def test_a_worker_that_is_killed_midway_moved_each_case_once_or_not_at_all(
    databases: Databases, tmp_path: Path
) -> None:
    with copied(databases, "moving", _fill) as tools:
        chosen = counted(tools, "waiting")
        with running([["worker"]], environ_of(tools), tmp_path / "first") as (first,):
            while not counted(tools, "moved") >= 5:
                assert first.poll() is None
                time.sleep(0.01)
            first.kill()
            first.wait()
        assert whole(tools) == chosen
        assert counted(tools, "waiting") > 0
        with running([["worker"]], environ_of(tools), tmp_path / "second") as (second,):
            while counted(tools, "waiting"):
                assert second.poll() is None
                time.sleep(0.05)
            assert told_to_end(second) == 0
        assert whole(tools) == chosen
        with tools.readers() as session:
            steps = select(func.count()).where(case_step.c.command == "migrate")
            assert session.scalar(steps) == counted(tools, "moved")
            assert session.scalar(select(migration_run.c.state)) == "done"
            some = session.scalars(
                select(case_step.c.case_id).where(case_step.c.command == "migrate")
            ).all()[::10]
        Tiny(tools).program(lambda ctx: [newer.loaded(ctx, each) for each in some])
        assert [violations(tools, each) for each in some] == [[]] * len(some)
        assert broken_chain(tools) is None


def whole(tools: Tools) -> int:
    """Cases that wait, were moved, or whose clocks went on meanwhile, so that they stay."""
    return sum(counted(tools, state) for state in ("waiting", "moved", "refused"))


def counted(tools: Tools, state: str) -> int:
    """How many cases of the run stand like this."""
    with tools.readers() as session:
        wanted = select(func.count()).where(migration_move.c.state == state)
        return session.scalar(wanted) or 0


def _fill(url: str) -> None:
    factory.fill(url)
    with opened(url) as tools:
        tiny = Tiny(tools=tools)
        copies(tools, tiny.open(), CASES - 1)
        newer.publish(tiny, newer.changed(yaml=newer.longer))
        wish = Wish(
            pack="tiny", from_version=1, to_version=2, mapping={}, reason="新规", basis="《办法》"
        )
        migration_id = tiny.act("p.designer.head", partial(proposals.propose, wish=wish))
        tiny.act("p.designer.head", partial(proposals.offer, migration_id=migration_id))
        while surveys.survey(tools, NOW):
            pass
        tiny.act(HEAD, lambda ctx: runs.begin(ctx, migration_id, None, reason="新规施行"))

"""One state machine: random procedures, random people, whatever is possible; what holds after
every act (``factories/matter``).

Every run is drawn by a seed of its own, so that no run is a small change of the one before. In the
gate the seeds are fixed; where it is soaked, each part has seeds of its own and prints them. A
failing run prints what was done as a script; ``RONGCUO_SCRIPT=FILE`` plays it instead of the runs.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from server.services import audit
from tests.databases import Databases
from tests.factories import random_pack
from tests.factories.events import EVERYTHING
from tests.factories.matter import PROCEDURES, Matter, play
from tests.factories.mishaps import Mishaps
from tests.factories.tiny import Tiny
from tests.factories.tools import copied

#: runs in the gate, more of them where a run costs half; ``make soak``: for each database
RUNS: Final = {"sqlite": 80, "postgres": 30}
SOAK, PARTS = 25_000, 25
ACTS: Final = 4
#: how often what was never done has its turn again
AGAIN: Final = 8


def test_whatever_people_and_clocks_do_nothing_is_lost_double_or_shown(
    databases: Databases,
) -> None:
    _run(databases, first=0, runs=RUNS[databases.kind], start=0)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_people_and_clocks_do_in_fifty_thousand_runs(
    databases: Databases, part: int
) -> None:
    runs = SOAK // PARTS if "RONGCUO_SOAK" in os.environ else RUNS[databases.kind]
    start = int(os.environ.get("RONGCUO_SEED") or SystemRandom().randrange(2**40))
    _run(databases, first=1_000 * (part + 1), runs=runs, start=start)


def test_what_a_failing_run_prints_plays_it_again(databases: Databases) -> None:
    told: list[list[str]] = []

    class Failing(Matter):
        def teardown(self) -> None:
            super().teardown()
            if hasattr(self, "case_id"):
                told.append(self.told)
                raise AssertionError("as it was meant")

    with _machine(databases, first=0, of=Failing) as machine:
        with pytest.raises(AssertionError, match="as it was meant") as failed:
            _once(machine, 1, Phase.generate)
        script = "\n".join(failed.value.__notes__)
        with pytest.raises(AssertionError, match="as it was meant"):
            play(machine, script)
    assert len(told[0]) > ACTS
    assert all(each == told[0] for each in told)


def _run(databases: Databases, *, first: int, runs: int, start: int) -> None:
    with _machine(databases, first=first) as machine:
        if script := os.environ.get("RONGCUO_SCRIPT"):
            play(machine, Path(script).read_text(encoding="utf-8"))
            return
        for number in range(runs):
            _told(machine, first, start + number, turn=number)
        assert machine.runs["whole"] == runs
        _refuse_never_done(machine, first, start + runs)
        with machine.mishaps.tiny.tools.readers() as session:
            chains = [audit.verify(session, chain) for chain in audit.CHAINS]
        assert [chain.reason for chain in chains if chain.broken is not None] == []


def _refuse_never_done(machine: type[Matter], first: int, start: int) -> None:
    """Whatever was never done has its turn again; what cannot be done even then fails."""
    for again in range(AGAIN):
        for turn, each in enumerate(EVERYTHING):
            if not machine.done[each]:
                _told(machine, first, start + again, turn=turn)
    assert [each for each in EVERYTHING if not machine.done[each]] == []


def _told(machine: type[Matter], first: int, number: int, *, turn: int) -> None:
    """One run, which says where it is to be found if it fails."""
    machine.turn = turn
    try:
        _once(machine, number, Phase.generate, Phase.shrink)
    except Exception as error:
        error.add_note(f"procedures from {first}: RONGCUO_SEED={number}")
        raise


def _once(machine: type[Matter], number: int, *phases: Phase) -> None:
    run_state_machine_as_test(
        seed(number)(machine),
        settings=settings(
            max_examples=1,
            stateful_step_count=1 + ACTS,
            phases=phases,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


@contextmanager
def _machine(
    databases: Databases, *, first: int, of: type[Matter] = Matter
) -> Iterator[type[Matter]]:
    """The machine over procedures of its own."""
    fill = partial(random_pack.fill, first=first, count=PROCEDURES)
    with copied(databases, f"machine-{first}", fill) as tools:
        own: dict[str, Any] = {"done": Counter(), "runs": Counter()}
        yield type("Machine", (of,), {"mishaps": Mishaps(tiny=Tiny(tools)), **own})

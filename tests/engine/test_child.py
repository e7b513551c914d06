"""The killable child: what goes wrong in it is a finding, and it is gone afterwards."""

import os
import socket
import time

import pytest

from server.domain.findings import Finding
from server.engine.child import Child, Limits, run

WORK = "tests.engine.work_in_child"


def test_json_goes_in_and_out_and_prints_do_not_mix_in() -> None:
    assert run(f"{WORK}:double", {"number": 21}) == {"doubled": 42}


def test_the_isolate_works_in_the_child_and_lets_it_end() -> None:
    assert run(f"{WORK}:evaluate", 'substring("容错纠错", 3)') == "纠错"


def test_the_limits_are_set_on_the_process_itself() -> None:
    limits = Limits(cpu_seconds=3, memory_bytes=1 << 30)
    assert run(f"{WORK}:limits", None, limits) == {"cpu": 3, "data": 1 << 30, "core": 0}


@pytest.mark.parametrize(
    ("function", "code"),
    [
        ("die", "CHILD_CRASHED"),
        ("fail", "CHILD_FAILED"),
        ("no_such_function", "CHILD_CRASHED"),
        ("swallow_memory", "CHILD_CRASHED"),
        ("sleep", "CHILD_TIMEOUT"),
    ],
)
def test_whatever_goes_wrong_is_a_finding_without_its_cause_in_words(
    function: str, code: str
) -> None:
    limits = Limits(wall_seconds=1.5, memory_bytes=600 << 20)
    found = run(f"{WORK}:{function}", None, limits)
    assert isinstance(found, Finding)
    assert found.code == code
    assert "secret" not in found.message


def test_endless_work_is_killed_by_the_processor_limit_before_the_wall_limit() -> None:
    began = time.perf_counter()
    found = run(f"{WORK}:spin", None, Limits(cpu_seconds=1, wall_seconds=20))
    assert isinstance(found, Finding)
    assert found.code == "CHILD_CRASHED"
    assert time.perf_counter() - began < 15


def test_secrets_of_the_parent_are_not_handed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RONGCUO_DATABASE_URL", "postgresql://user:password@host/db")
    names = run(f"{WORK}:environment", None)
    assert isinstance(names, list)
    assert "RONGCUO_DATABASE_URL" not in names


def test_the_child_sees_no_network_where_the_kernel_lets_it_say_so() -> None:
    here = [name for _number, name in socket.if_nameindex()]
    assert run(f"{WORK}:interfaces", None) in (["lo"], [], here)


def test_a_child_started_ahead_is_gone_when_the_block_is_left() -> None:
    with Child(f"{WORK}:double") as child:
        pid = child.pid
        assert child.answer({"number": 1}) == {"doubled": 2}
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_child_that_was_never_asked_is_gone_too() -> None:
    with Child(f"{WORK}:sleep") as child:
        pid = child.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)

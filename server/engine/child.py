"""Runs one function in a process of its own that can be killed: for work on untrusted files.

Signals and step callbacks do not interrupt C code or one endless step: only the kill does
(SECURITY section 2). The process is new (never a fork of a threaded one), has limits of CPU time,
memory and wall time, gets JSON and answers JSON. Memory is limited as data, never as address
space: V8 reserves terabytes of that and would die at start. What goes wrong in it is a finding.

``Child`` may be started ahead, so that its imports are done when the question comes, and whatever
``warm`` names beside them; each answers once (``waiting`` keeps some ready).
"""

import contextlib
import ctypes
import importlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.engine.isolate import shared

_ROOT: Final = Path(__file__).parent.parent.parent
#: namespaces of users and of the network: a process in new ones has no way out
_CLONE_NEWUSER_NEWNET: Final = 0x10000000 | 0x40000000
_FILES: Final = 64
_KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV")


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a child may use before it is killed."""

    cpu_seconds: int = 5
    wall_seconds: float = 10.0
    memory_bytes: int = 1536 << 20


class Child:
    """One process that waits for one question.

    ``function`` is ``package.module:name`` of a function from JSON to JSON. Use it as a context
    manager: the process is gone when the block is left. ``warm`` names a function without
    arguments that is run before the question is read; its time does not count.
    """

    def __init__(self, function: str, limits: Limits | None = None, *, warm: str = "") -> None:
        self._limits = limits or Limits()
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
            [
                sys.executable,
                "-m",
                "server.engine.child",
                function,
                str(self._limits.cpu_seconds),
                str(self._limits.memory_bytes),
                warm,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """Id of the process, for whoever watches it."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Is the process still there."""
        return self._process.poll() is None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def answer(self, question: Json) -> Json | Finding:
        """What the function says to ``question``, or the finding that says how it ended."""
        sent = json.dumps(question).encode()
        try:
            out, _err = self._process.communicate(sent, timeout=self._limits.wall_seconds)
        except subprocess.TimeoutExpired:
            self._end()
            return timed_out(self._limits.wall_seconds)
        if self._process.returncode != 0:
            return crashed()
        said = json.loads(out)
        return failed(said["failed"]) if "failed" in said else said["answer"]

    def stop(self) -> None:
        """Kill it, from whatever thread: whoever waits for its answer is told that it crashed."""
        self._process.kill()

    def _end(self) -> None:
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()


def run(function: str, question: Json, limits: Limits | None = None) -> Json | Finding:
    """What ``function`` says to ``question`` in a new process, or the finding how it ended."""
    with Child(function, limits) as child:
        return child.answer(question)


def environment() -> dict[str, str]:
    """What a child knows of the environment."""
    given = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**given, "PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"}


def timed_out(seconds: float) -> Finding:
    """It was killed because it took too long."""
    return _finding("CHILD_TIMEOUT", _("检查没有在{n}秒内完成").format(n=f"{seconds:g}"))


def crashed() -> Finding:
    """It ended by itself, or a limit of the system ended it."""
    return _finding("CHILD_CRASHED", _("检查所用的进程中途停止，可能超出了内存或时间限制"))


def failed(kind: str) -> Finding:
    """The work raised what nobody expected."""
    return Finding(
        code="CHILD_FAILED",
        message=_("检查程序自身出错（{kind}），没有查完").format(kind=kind),
        fix=_("请把这些文件交给软件维护人员"),
    )


def _finding(code: str, message: str) -> Finding:
    return Finding(code=code, message=message, fix=_("请简化流程图或决策表后再检查"))


def confine(memory_bytes: int) -> None:
    """Limits of the process itself, and no network where the kernel lets us say so."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWUSER_NEWNET)


def confine_time(cpu_seconds: int) -> None:
    """The time from here on: imports and warming up are ours and not the question's."""
    until = int(time.process_time()) + cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, until + 1))


def answered(work: Callable[[Json], Json], question: Json) -> dict[str, Json]:
    """``{"answer": …}``, or ``{"failed": kind}`` when the work raised what nobody expected."""
    try:
        return {"answer": work(question)}
    except (MemoryError, RecursionError):
        os._exit(1)  # nothing is certain any more, the isolate least
    except Exception as problem:  # noqa: BLE001 (a fault of ours is a finding too, without its text)
        return {"failed": type(problem).__name__}


def _function(name: str) -> Callable[..., Json]:
    module, _colon, function = name.partition(":")
    found: Callable[..., Json] = getattr(importlib.import_module(module), function)
    return found


def _main(function: str, cpu_seconds: int, memory_bytes: int, warm: str) -> int:
    answer_to = os.dup(1)
    os.dup2(2, 1)  # whatever the work prints is not part of the answer
    confine(memory_bytes)
    work = _function(function)
    if warm:
        _function(warm)()
    sent = sys.stdin.buffer.read()
    if not sent:
        shared.close()
        return 0  # nobody asks any more
    confine_time(cpu_seconds)
    said = answered(work, json.loads(sent))
    shared.close()
    with os.fdopen(answer_to, "wb") as out:
        out.write(json.dumps(said).encode())
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))

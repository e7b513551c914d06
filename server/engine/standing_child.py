"""Processes of their own that answer many questions: for work on untrusted files that goes on.

A :class:`Standing` is what ``child.Child`` is, with the same limits and no way out, but it keeps
what it has built between one question and the next. It ends by itself when nobody asked for a
while, when whoever began it is gone, or when its processor time is used up; whoever asks may lose
it at any time and must be able to begin a new one. :class:`Rooms` keeps several of them, by key,
and never more at once than is said, over all processes that share one data directory: each holds
a file of that directory locked for as long as it lives.
"""

import contextlib
import fcntl
import importlib
import json
import os
import resource
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from server.domain.errors import TooOften
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.engine import child
from server.engine.isolate import shared

#: the largest question or answer, in bytes: a pack is 20 MB at most, and base64 is longer
_MOST: Final = 64 << 20
_SIZE: Final = 8
#: a process that has used this part of its time is not asked again
_WORN: Final = 0.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a standing child may use before it is killed."""

    #: over its whole life
    cpu_seconds: int = 60
    #: for one answer
    wall_seconds: float = 120.0
    memory_bytes: int = 1536 << 20
    #: how long it waits for the next question before it ends
    idle_seconds: int = 300


class Standing:
    """One process that answers questions until it ends; one at a time."""

    def __init__(self, maker: str, limits: Limits, slot: int) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        #: processor time it had used when it last answered
        self._used = 0.0
        numbers = (limits.cpu_seconds, limits.memory_bytes, limits.idle_seconds)
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
            [sys.executable, "-m", "server.engine.standing_child", maker, *map(str, numbers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child.environment(),
            pass_fds=(slot,),
            start_new_session=True,
        )

    def begin(self, question: Json) -> None:
        """Ask the first question, and do not wait; ``first`` gives the answer."""
        self._first: Future[Json | Finding] = Future()
        thread = threading.Thread(
            target=lambda: self._first.set_result(self.answer(question)), daemon=True
        )
        thread.start()

    def first(self, seconds: float) -> Json | Finding | None:
        """The answer to the first question, None when it is not there within so long."""
        try:
            return self._first.result(seconds)
        except TimeoutError:
            return None

    @property
    def is_usable(self) -> bool:
        """It lives, and has time left for more."""
        is_worn = self._used > self._limits.cpu_seconds * _WORN
        return self._process.poll() is None and not is_worn

    @property
    def is_busy(self) -> bool:
        """It is answering somebody."""
        return self._lock.locked()

    def answer(self, question: Json) -> Json | Finding:
        """What it says to ``question``, or the finding that says how it ended."""
        with self._lock:
            try:
                said = self._ask(json.dumps(question).encode())
            except TimeoutError:
                self.end()
                return child.timed_out(self._limits.wall_seconds)
            except (OSError, EOFError, ValueError):
                self.end()
                return child.crashed()
        self._used = said["used"]
        return child.failed(said["failed"]) if "failed" in said else said["answer"]

    def end(self) -> None:
        """It is gone afterwards."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()

    def _ask(self, sent: bytes) -> Json:
        told, heard = self._process.stdin, self._process.stdout
        if told is None or heard is None:
            raise EOFError
        told.write(len(sent).to_bytes(_SIZE, "big") + sent)
        told.flush()
        if not select.select([heard], [], [], self._limits.wall_seconds)[0]:
            raise TimeoutError
        return json.loads(_read(heard))


class Rooms:
    """Standing children by key: at most so many at once; the one longest unused gives way."""

    def __init__(
        self, maker: str, folder: Path, *, most: int, limits: Limits | None = None
    ) -> None:
        self._maker = maker
        self._folder = folder
        self._most = most
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        #: in the order they were last asked
        self._rooms: dict[str, Standing] = {}

    def room(self, key: str, first: Callable[[], Json]) -> Standing:
        """The process of this key; a new one, which is asked its first question, where there is
        none.

        Raises:
            TooOften: as many as may be are at work.
        """
        with self._lock:
            self._sweep()
            room = self._rooms.pop(key, None)
            if room is None:
                room = self._begin()
                room.begin(first())
            self._rooms[key] = room
            return room

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            while self._rooms:
                self._rooms.popitem()[1].end()

    def _begin(self) -> Standing:
        while True:
            with _slot(self._folder, self._most) as slot:
                if slot is not None:
                    return Standing(self._maker, self._limits, slot)
            idle = next((key for key, each in self._rooms.items() if not each.is_busy), None)
            if idle is None:
                raise TooOften(10)
            self._rooms.pop(idle).end()

    def _sweep(self) -> None:
        for key, room in list(self._rooms.items()):
            if not room.is_usable and not room.is_busy:
                self._rooms.pop(key).end()


@contextlib.contextmanager
def _slot(folder: Path, most: int) -> Iterator[int | None]:
    """A locked file that the process to be begun inherits, None: all are taken.

    The lock belongs to the open file and not to a process: it lasts until the last one that has
    the file open is gone, however it ended.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.ExitStack() as opened:
        files = (opened.enter_context((folder / f"{n}.lock").open("w")) for n in range(most))
        yield next((file.fileno() for file in files if _is_ours(file)), None)


def _is_ours(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _read(pipe: IO[bytes]) -> bytes:
    size = int.from_bytes(_exactly(pipe, _SIZE), "big")
    if size > _MOST:
        raise ValueError(size)
    return _exactly(pipe, size)


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _main(maker: str, cpu_seconds: int, memory_bytes: int, idle_seconds: int) -> int:
    answer_to = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the work prints is not part of the answer
    child.confine(memory_bytes)
    child.confine_time(cpu_seconds)
    module, _colon, name = maker.partition(":")
    work: Callable[[Json], Json] = getattr(importlib.import_module(module), name)()
    asked = os.fdopen(os.dup(0), "rb", buffering=0)
    with contextlib.suppress(EOFError):
        while select.select([asked], [], [], idle_seconds)[0]:
            said = json.dumps(_answered(work, json.loads(_whole(asked)))).encode()
            answer_to.write(len(said).to_bytes(_SIZE, "big") + said)
            answer_to.flush()
    shared.close()
    return 0


def _answered(work: Callable[[Json], Json], question: Json) -> Json:
    said = child.answered(work, question)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {**said, "used": used.ru_utime + used.ru_stime}


def _whole(asked: IO[bytes]) -> bytes:
    """One question; the pipe is read unbuffered, so that ``select`` knows of the next."""
    size = int.from_bytes(_all_of(asked, _SIZE), "big")
    return _all_of(asked, size)


def _all_of(asked: IO[bytes], size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = asked.read(size)
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], *map(int, sys.argv[2:5])))

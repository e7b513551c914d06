"""The one V8 isolate of a process: FEEL text goes in as JSON, values come out as JSON.

One is faster than a pool and than one per thread, so all threads share it; mini-racer queues
their calls. The time limit counts the queue, and the stop of one call can hit the next or take
the isolate away from all: so a call that was stopped is asked once more in an isolate of its own
(20 ms to make), one at a time, and only what happens there is held against it. No Python function
is ever registered inside. Nothing here knows what the questions mean: that is ``feel`` and ``dmn``.
"""

import atexit
import hashlib
import json
import os
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from py_mini_racer import JSEvalException, JSTimeoutException, MiniRacer

from server.domain.errors import ExpressionFailed
from server.domain.expressions import Json
from server.domain.texts import _

#: every call, also one of a batch of a hundred expressions (EX-4)
SECONDS: Final = 0.5
MEMORY: Final = 128 << 20
#: a question longer than this is not sent: no variable table or decision model is that large
MOST_SENT: Final = 8 << 20
#: how long ``close`` waits for other threads, and for V8 to notice that it was stopped
_DRAIN_SECONDS: Final = 10.0

#: what mini-racer raises for a call that was stopped, or for an isolate that is dead or closing
_STOPPED: Final = (JSEvalException, AssertionError, RuntimeError)

_BUNDLE: Final = Path(__file__).with_name("feel.js")
_RECORD: Final = Path(__file__).with_name("feel.sha256")


class IsolateUnusable(RuntimeError):
    """The program is not set up: the bundle is not built, or V8 was started before a fork."""


def read_bundle(bundle: Path = _BUNDLE, record: Path = _RECORD) -> str:
    """The text of the built bundle, whose SHA-256 is the recorded one.

    Raises:
        IsolateUnusable: it was not built, or is not the reviewed one; the text says what to run.
    """
    try:
        content = bundle.read_bytes()
        expected = record.read_text(encoding="ascii").strip()
    except OSError as missing:
        raise IsolateUnusable(
            f"{missing.filename} is missing: run `npm ci && npm run build`"
        ) from missing
    if hashlib.sha256(content).hexdigest() != expected:
        raise IsolateUnusable(
            f"{bundle.name} is not the reviewed one: run `npm ci && npm run build`"
        )
    return content.decode("ascii")


class _Room:
    """One MiniRacer and who is inside: closed when retired and empty, so that nobody hangs."""

    def __init__(self, source: str) -> None:
        self.pid = os.getpid()
        self.users = 0
        self.retired = False
        # on a thread of its own: MiniRacer takes over an event loop that runs where it is made, and
        # would then answer only while that loop is not busy asking
        with ThreadPoolExecutor(1, thread_name_prefix="isolate-open") as thread:
            self.racer = thread.submit(MiniRacer).result()
        self.racer.eval(source)

    def close(self) -> None:
        """End it. What V8 still has to report of a stopped call must arrive before its loop ends
        (mini-racer 0.14), and reports come in order: so one more call is waited for."""
        with suppress(JSEvalException):
            self.racer.eval("0", timeout_sec=_DRAIN_SECONDS)
        self.racer.close()


class Isolate:
    """Answers questions inside limits; made on first use, replaced when dead, closed at exit.

    Thread-safe. Must be first used after a fork: V8 does not survive one.
    """

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._room: _Room | None = None
        self._changed = threading.Condition()
        self._retry = threading.Lock()
        self._registered = False
        self._closing: list[threading.Thread] = []
        #: questions that reached V8, retries included: what the memo and the batches save
        self.calls = 0

    def ask(self, act: str, request: Mapping[str, Json]) -> Json:
        """The answer of the bundle's function ``act``; the isolate is well afterwards.

        Raises:
            ExpressionFailed: time, memory or size was passed, or the request is not plain data.
            IsolateUnusable: nothing can be asked in this process until it is set up.
        """
        source = _as_source(act, request)
        try:
            return self._once(source)
        except (ExpressionFailed, IsolateUnusable):
            raise
        except _STOPPED:
            with self._retry:
                return self._alone(source)

    def close(self) -> None:
        """No isolate is left; the next question makes a new one. Without it exit may hang."""
        with self._changed:
            room = self._room
            if room is not None and room.pid != os.getpid():
                return
            if room is not None:
                room.users += 1
        if room is not None:
            self._retire(room)
            self._leave(room, drained=True)
        with self._changed:
            closing, self._closing = self._closing, []
        for thread in closing:
            thread.join(_DRAIN_SECONDS)

    def _once(self, source: str) -> Json:
        with self._inside() as room:
            try:
                return self._answer(room, source)
            except JSTimeoutException:
                if room.racer.was_hard_memory_limit_reached():
                    self._retire(room)
                raise
            except _STOPPED:
                self._retire(room)
                raise

    def _alone(self, source: str) -> Json:
        room = _Room(read_bundle())
        room.users, room.retired = 1, True
        try:
            return self._answer(room, source)
        except JSTimeoutException as slow:
            raise ExpressionFailed(_("表达式计算时间过长，已停止计算")) from slow
        except _STOPPED as broken:
            raise ExpressionFailed(_("表达式占用内存过多，已停止计算")) from broken
        finally:
            self._leave(room)

    def _answer(self, room: _Room, source: str) -> Json:
        self.calls += 1
        text = room.racer.eval(source, timeout_sec=self._seconds, max_memory=self._memory)
        if not isinstance(text, str) or text == '"SIZE"':
            raise ExpressionFailed(_("表达式的结果过大"))
        return json.loads(text, parse_float=_number)

    def _retire(self, room: _Room) -> None:
        """The next question gets a new isolate; this one is closed by whoever leaves it last."""
        with self._changed:
            room.retired = True
            if self._room is room:
                self._room = None

    @contextmanager
    def _inside(self) -> Iterator[_Room]:
        with self._changed:
            room = self._current()
            room.users += 1
        try:
            yield room
        finally:
            self._leave(room)

    def _leave(self, room: _Room, *, drained: bool = False) -> None:
        """Whoever leaves a retired room last has it closed, without waiting for that."""
        with self._changed:
            if drained:
                self._changed.wait_for(lambda: room.users == 1, timeout=_DRAIN_SECONDS)
            room.users -= 1
            self._changed.notify_all()
            if room.retired and room.users == 0:
                thread = threading.Thread(target=room.close, name="isolate-close", daemon=True)
                self._closing = [each for each in self._closing if each.is_alive()] + [thread]
                thread.start()

    def _current(self) -> _Room:
        if self._room is not None and self._room.pid != os.getpid():
            raise IsolateUnusable("V8 was started before the fork: its threads are not here")
        if self._room is None:
            self._room = _Room(read_bundle())
            if not self._registered:
                atexit.register(self.close)
                self._registered = True
        return self._room


def _as_source(act: str, request: Mapping[str, Json]) -> str:
    """One call with one ASCII literal: no character of the data can end the string (EX-3)."""
    try:
        text = json.dumps({**request, "act": act}, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as odd:
        raise ExpressionFailed(_("表达式用到的数据不是普通数据"), detail=str(odd)) from odd
    if len(text) > MOST_SENT:
        raise ExpressionFailed(_("表达式用到的数据过大"))
    return f"feel({json.dumps(text)})"


def _number(text: str) -> int | float:
    """FEEL has one kind of number; one without a fraction is an int for us, also 1e21."""
    number = float(text)
    return int(number) if number.is_integer() else number


#: the isolate of this process, empty until first used
shared: Final = Isolate()

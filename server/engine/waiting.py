"""Children that wait for a question: started ahead, used once, replaced behind the answer.

To begin a process costs more than most questions do. As many work at once as there is room for
(SECURITY BU-4); whoever comes then stands in line for a while. A newer question of the same topic
ends the older one: nobody wants its answer any more (BU-6).

Nothing is started before the first question of a server that asked for it (:meth:`Waiting.kept`),
and nothing is left when it ends, or when nobody has asked for a while.
"""

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Hashable, Iterator
from typing import Final

from server.domain.errors import Conflict, Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.engine.child import Child, Limits

#: how long somebody stands in line before he is told that there is too much to do
_PATIENCE: Final = 5.0
#: children nobody asked for so long are let go
_IDLE_SECONDS: Final = 900.0


class Superseded(Conflict):
    """A newer question of the same topic was asked: this one has no answer any more."""

    code = "superseded"

    def __init__(self) -> None:
        super().__init__(_("已有更新的内容正在检查"))


class Waiting:
    """Some children for one kind of question; safe for many threads at once.

    ``function``, ``warm`` and ``limits`` are those of :class:`Child`.
    """

    def __init__(
        self,
        function: str,
        *,
        warm: str = "",
        limits: Limits | None = None,
        room: int = 0,
        patience: float = _PATIENCE,
        idle: float = _IDLE_SECONDS,
    ) -> None:
        self._function = function
        self._warm = warm
        self._limits = limits
        self._patience = patience
        self._idle = idle
        #: as many questions as are answered at once
        self._room = room or max(2, (os.cpu_count() or 2) // 2)
        self._changed = threading.Condition()
        self._ready: deque[Child] = deque()
        #: who asked last, by topic
        self._tickets: dict[Hashable, object] = {}
        self._children: dict[object, Child] = {}
        self._working = 0
        self._keeper: threading.Thread | None = None
        self._is_kept = False
        self._asked_at = 0.0

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """While this lasts, children are kept waiting from the first question on."""
        with self._changed:
            self._is_kept = True
        try:
            yield
        finally:
            self.close()

    def ready(self) -> None:
        """Somebody will ask soon: have children waiting, if they are kept at all."""
        with self._changed:
            self._asked_at = time.monotonic()
            if self._is_kept and self._keeper is None:
                # ends itself when nobody asks any more
                self._keeper = threading.Thread(target=self._keep, name="waiting", daemon=True)
                self._keeper.start()
            self._changed.notify_all()

    def answer(self, question: Json, topic: Hashable = None) -> Json | Finding:
        """What the function says, or the finding how it ended; as :meth:`Child.answer`.

        Raises:
            Superseded: a newer question of the same topic came before the answer.
            Invalid: there was no room for it within some seconds.
        """
        ticket = object()
        with self._place(topic, ticket):
            with self._taken() as child:
                with self._changed:
                    self._children[ticket] = child
                    self._refuse_older(topic, ticket)
                said = child.answer(question)
            with self._changed:
                self._refuse_older(topic, ticket)
        return said

    def close(self) -> None:
        """No child waits any more, and none will; whoever has asked still gets his answer."""
        with self._changed:
            self._is_kept = False
            self._changed.notify_all()
            keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.join()

    @property
    def pids(self) -> list[int]:
        """Processes that wait now, for whoever watches them."""
        with self._changed:
            return [child.pid for child in self._ready]

    @contextlib.contextmanager
    def _place(self, topic: Hashable, ticket: object) -> Iterator[None]:
        """A place among those who are answered now; the older one of the topic has to go."""
        with self._changed:
            older = self._tickets.get(topic)
            if topic is not None:
                self._tickets[topic] = ticket
            if older in self._children:
                self._children[older].stop()
            self._changed.notify_all()
            may_go = self._changed.wait_for(
                lambda: self._working < self._room or self._is_older(topic, ticket), self._patience
            )
            self._refuse_older(topic, ticket)
            if not may_go:
                raise Invalid(_("检查太忙，没有查完，请稍后再试"), [_too_costly()])
            self._working += 1
        try:
            yield
        finally:
            with self._changed:
                self._working -= 1
                self._children.pop(ticket, None)
                if self._tickets.get(topic) is ticket:
                    del self._tickets[topic]
                self._changed.notify_all()
            self.ready()

    def _is_older(self, topic: Hashable, ticket: object) -> bool:
        return topic is not None and self._tickets.get(topic) is not ticket

    def _refuse_older(self, topic: Hashable, ticket: object) -> None:
        if self._is_older(topic, ticket):
            raise Superseded

    def _taken(self) -> Child:
        """A child that waits, else a new one."""
        while True:
            with self._changed:
                child = self._ready.popleft() if self._ready else None
            if child is None:
                return Child(self._function, self._limits, warm=self._warm)
            if child.is_alive:
                return child
            with child:
                pass  # ended by somebody else: only its pipes are left

    def _keep(self) -> None:
        """The keeper's thread: as many wait as may work, until nobody asks any more."""
        while True:
            with self._changed:
                self._changed.wait_for(self._has_to_act, self._left())
                if not self._is_kept or self._left() <= 0:
                    break
                missing = self._is_missing()
            if missing:
                child = Child(self._function, self._limits, warm=self._warm)
                with self._changed:
                    self._ready.append(child)
        self._let_go()

    def _let_go(self) -> None:
        with self._changed:
            unused = list(self._ready)
            self._ready.clear()
            if self._keeper is threading.current_thread():
                self._keeper = None
        for child in unused:
            with child:
                pass

    def _has_to_act(self) -> bool:
        return not self._is_kept or self._is_missing()

    def _is_missing(self) -> bool:
        """Is one to be started: not while others work, who need the processor now."""
        return not self._working and len(self._ready) < self._room

    def _left(self) -> float:
        """Seconds until nobody has asked for long enough."""
        return self._asked_at + self._idle - time.monotonic()


def _too_costly() -> Finding:
    return Finding(
        code="CHECK_BUSY",
        message=_("同时检查的人太多"),
        fix=_("请稍后再检查；内容已经保存，不会丢失"),
    )

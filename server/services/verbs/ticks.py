"""What has become due happens: the one round that the scheduler, the sweep and the drill share."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.domain.errors import EngineError
from server.domain.texts import _
from server.services.case import incidents
from server.services.context import Tools
from server.services.verbs import messages, timers
from server.services.verbs.timers import Done

#: how often timers of its diagram may move a case within one run; all that was due of a case that
#: nobody looked at for years is less
MOST_MOVES: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticked:
    """What a round did."""

    timers: tuple[Done, ...]
    #: messages between cases that arrived
    messages: int


def run_due(tools: Tools, now: datetime) -> Ticked:
    """Fire timers until none is due, and hand over what cases have sent one another."""
    portions = list(run_portions(tools, now))
    return Ticked(
        timers=tuple(done for portion in portions for done in portion.timers),
        messages=sum(portion.messages for portion in portions),
    )


def run_portions(tools: Tools, now: datetime) -> Iterator[Ticked]:
    """The same, bit by bit: whoever runs a long round can tell in between that he is alive.

    A case that its own timers move again and again without end is stopped as an incident.
    """
    moves: Counter[str] = Counter()
    while True:
        done = tuple(timers.sweep(tools, now).done)
        arrived = messages.hand_over(tools, now)
        yield Ticked(timers=done, messages=arrived)
        if not (done or arrived):
            return
        moves.update(each.case_id for each in done if each.moved)
        for case_id in [case_id for case_id, n in moves.items() if n > MOST_MOVES]:
            incidents.suspend(tools, now, case_id, EngineError(_("定时一再触发，没有尽头")))
            del moves[case_id]

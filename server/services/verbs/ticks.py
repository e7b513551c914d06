"""What has become due happens: the one round that the scheduler, the sweep and the drill share."""

from dataclasses import dataclass
from datetime import datetime

from server.services.context import Tools
from server.services.verbs import messages, timers
from server.services.verbs.timers import Done


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticked:
    """What a round did."""

    timers: tuple[Done, ...]
    #: messages between cases that arrived
    messages: int


def run_due(tools: Tools, now: datetime) -> Ticked:
    """Fire timers until none is due, then hand over what cases have sent one another."""
    done: list[Done] = []
    while found := timers.sweep(tools, now).done:
        done += found
    return Ticked(timers=tuple(done), messages=messages.hand_over(tools, now))

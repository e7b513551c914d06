"""The background work of moving cases: what was chosen first, then what is to be judged."""

from collections.abc import Callable
from datetime import datetime

from server.services.context import Tools
from server.services.migrating import runs, surveys


def work(tools: Tools, clock: Callable[[], datetime]) -> int:
    """Move what waits and judge what nobody has judged; how many cases were moved.

    Raises:
        Ending: the process was told to end; what is left waits.
    """
    moved = runs.work(tools, clock)
    while surveys.survey(tools, clock()):
        moved += runs.work(tools, clock)
    return moved

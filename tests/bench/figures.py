"""One measured figure beside its limit; the ratio of the two is what counts."""

import gc
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A figure and the gate it must pass, if any: ``value <= share * beside``."""

    name: str
    #: what the figure says, e.g. ``μs per step``
    unit: str
    value: float
    #: the figure of the same run that it is measured against
    beside: float
    #: how much of ``beside`` is allowed; None where no limit is set
    share: float | None

    @property
    def limit(self) -> float | None:
        """The largest value that passes."""
        return None if self.share is None else self.share * self.beside

    @property
    def passed(self) -> bool:
        """Does the figure pass its gate?"""
        return self.limit is None or self.value <= self.limit

    def as_json(self) -> dict[str, object]:
        """The entry of ``bench.json``."""
        return {**asdict(self), "limit": self.limit, "passed": self.passed}


def best(*runs: Callable[[], float], rounds: int = 15) -> list[float]:
    """The least of several measurements of each run, taken in turn so that noise hits all."""
    found = [float("inf")] * len(runs)
    for _round in range(rounds):
        for index, run in enumerate(runs):
            gc.collect()
            gc.disable()
            try:
                found[index] = min(found[index], run())
            finally:
                gc.enable()
    return found


class Stopwatch:
    """CPU time of this thread between entering and leaving, so that neighbours count less."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> "Stopwatch":
        self._begun = time.thread_time()
        return self

    def __exit__(self, *_error: object) -> None:
        self.seconds += time.thread_time() - self._begun

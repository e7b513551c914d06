"""Acts that begin at the same moment, each in a thread of its own."""

from collections import Counter
from collections.abc import Callable, Sequence
from threading import Barrier, Thread
from typing import TypeVar

from server.domain.errors import RongcuoError

T = TypeVar("T")


def at_once(acts: Sequence[Callable[[], T]]) -> list[T]:
    """What each of them gave, in the order they were named; what one of them raised is raised."""
    found: dict[int, T] = {}
    faults: list[Exception] = []
    ready = Barrier(len(acts))

    def run(number: int, act: Callable[[], T]) -> None:
        ready.wait()
        try:
            found[number] = act()
        except Exception as error:  # noqa: BLE001  # raised for the test below
            faults.append(error)

    threads = [Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if faults:
        raise faults[0]
    return [found[number] for number in range(len(acts))]


def together(*acts: Callable[[], object]) -> dict[str, int]:
    """What came of the acts, by code; anything but a refusal is raised."""
    return dict(Counter(at_once([_coded(act) for act in acts])))


def _coded(act: Callable[[], object]) -> Callable[[], str]:
    def run() -> str:
        try:
            act()
        except RongcuoError as error:
            return error.code
        return "done"

    return run

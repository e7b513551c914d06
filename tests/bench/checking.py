"""``check``: what a designer waits for after a stroke in the largest pack.

A child waits, and the pack was checked before, as it is while somebody draws; each round another
name stands in its largest diagram. Beside it stands what the engine alone takes to parse the same
diagrams, of which a check is a small multiple.
"""

import statistics
import time
from pathlib import Path
from typing import Final

from server.adapters.calendars import keys_in
from server.adapters.packs import PackFiles, read_folder
from server.checker.drawing import Drawing
from server.config import SHIPPED
from server.engine import parse_check
from server.engine.definitions import gate
from tests.bench.figures import Figure

#: the most a designer waits, in milliseconds
_MOST: Final = 300.0
_ROUNDS: Final = 9
_PROCESSES: Final = SHIPPED / "processes"


def measure() -> list[Figure]:
    """The check with a waiting child and a memory, and the first one of a server."""
    files = max(map(_files, _PROCESSES.glob("*/pack.yaml")), key=_size)
    first, again = _waited(files)
    beside = _parse(files)
    return [
        Figure(name="check", unit="ms", value=again, beside=beside, share=_MOST / beside),
        Figure(
            name="check, the first of a pack", unit="ms", value=first, beside=beside, share=None
        ),
    ]


def _files(manifest: Path) -> PackFiles:
    return read_folder(manifest.parent)


def _size(files: PackFiles) -> int:
    return sum(map(len, files.files.values()))


def _waited(files: PackFiles) -> tuple[float, float]:
    """Milliseconds of the first check, and the middle one of those that follow."""
    calendars, drawing = keys_in(_PROCESSES / "_calendars"), Drawing()
    taken = []
    with drawing.kept():
        for number in range(_ROUNDS + 1):
            drawing.ready()
            time.sleep(2)  # the designer thinks, and a child gets ready
            drawn = _drawn(files, number)
            began = time.perf_counter()
            drawing.check(drawn, calendars)
            taken.append((time.perf_counter() - began) * 1000)
    return taken[0], statistics.median(taken[1:])


def _drawn(files: PackFiles, number: int) -> PackFiles:
    diagrams = {path: data for path, data in files.files.items() if path.endswith(".bpmn")}
    path = max(diagrams, key=lambda path: len(diagrams[path]))
    content = diagrams[path].replace(b'name="', f'name="{number} '.encode(), 1)
    return PackFiles(key=files.key, files={**files.files, path: content})


def _parse(files: PackFiles) -> float:
    """The least milliseconds the engine takes for the diagrams as the gate wrote them."""
    passed = {name: gate(name, data).normalised for name, data in files.of(".bpmn").items()}
    diagrams = {name: data for name, data in passed.items() if data is not None}
    found = float("inf")
    for _round in range(_ROUNDS):
        began = time.perf_counter()
        parse_check.check(diagrams)
        found = min(found, (time.perf_counter() - began) * 1000)
    return found

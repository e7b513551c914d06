"""What a stored state says, ids and stamps left out: two runs of the same commands agree in it.

Ids of tasks are random and become their number in the order of the tree, a part of the case behind
the task that runs it. Ticks and numbers of writes depend on what was predicted on the way, and
become their rank among those of the state.
"""

from collections.abc import Iterable, Mapping
from itertools import chain
from operator import itemgetter
from typing import Any, Final

import orjson

from server.domain.expressions import Json
from server.engine.runtime.codec import unseal

_ID, _PARENT, _TICK, _INTERNAL, _REMOVED = 0, 1, 2, 6, 8
#: internal data that are numbers of writes by variable
_WRITES: Final = ("versions", "writes")


def essence(state: bytes) -> bytes:
    """The same bytes for the same state, whoever ran it and however often it was loaded.

    Raises:
        StateUnreadable: unknown format or broken.
    """
    header, rows, parts = unseal(state)
    ordered = list(_in_order(rows, {part[0]: part for part in parts}))
    numbers = {row[_ID]: number for number, row in enumerate(ordered)}
    ranks = _ranks(header, ordered)
    told = [
        [*header[1:4], [_book(book, ranks) for book in chain(*header[4:])]],
        [_row(row, numbers, ranks) for row in ordered],
        sorted([numbers[key], *rest[:-1]] for key, *rest in parts),
    ]
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)


def _in_order(rows: list[Json], parts: Mapping[str, Json]) -> Iterable[Json]:
    """Each task, then the part that runs inside it, then what lies below it, oldest first: what
    was predicted before a case was loaded stands elsewhere among its siblings than after."""
    below: dict[str | None, list[Json]] = {}
    for row in sorted(rows, key=itemgetter(_TICK)):
        below.setdefault(row[_PARENT], []).append(row)
    todo = list(below.get(None, ()))
    while todo:
        row = todo.pop()
        yield row
        if row[_ID] in parts:
            yield from _in_order(parts[row[_ID]][-1], parts)
        todo += reversed(below.get(row[_ID], ()))


def _ranks(header: Json, rows: Iterable[Json]) -> dict[int, int]:
    """0 stays 0: what was there before anything was written."""
    stamps = {0}
    for row in rows:
        stamps.add(row[_TICK])
        for name in _WRITES:
            stamps.update(row[_INTERNAL].get(name, {}).values())
    for book in chain(*header[4:]):
        for write, knew in book.items():
            stamps.update((int(write), *knew))
    return {stamp: rank for rank, stamp in enumerate(sorted(stamps))}


def _book(book: Mapping[str, list[int]], ranks: Mapping[int, int]) -> list[Json]:
    return sorted(
        [ranks[int(write)], sorted(ranks[each] for each in book[write])] for write in book
    )


def _row(row: Json, numbers: Mapping[str, int], ranks: Mapping[int, int]) -> Json:
    internal: dict[str, Any] = dict(row[_INTERNAL])
    for name in _WRITES:
        if name in internal:
            internal[name] = {key: ranks[write] for key, write in internal[name].items()}
    if "took" in internal:  # tasks that were forgotten since have no number
        internal["took"] = sorted(numbers.get(each, -1) for each in internal["took"])
    if "merged" in internal:  # keys of items, or tasks that loop
        internal["merged"] = [numbers.get(each, each) for each in internal["merged"]]
    told = list(row)
    told[_ID], told[_PARENT] = numbers[row[_ID]], numbers.get(row[_PARENT])
    told[_TICK], told[_INTERNAL] = ranks[row[_TICK]], internal
    told[_REMOVED] = sorted(row[_REMOVED])
    return told

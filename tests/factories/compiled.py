"""Statements compiled once per process: every test has a database of its own, and an engine that
would compile all its statements anew, which is a third of what tests of pages cost."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

from sqlalchemy import Dialect, Engine, create_engine
from sqlalchemy.util import LRUCache

from server.services import databases

#: as many as the whole program has
_STATEMENTS = 4_000

#: name of the system, and is it in memory
_Kind = tuple[str, bool]


@contextmanager
def shared() -> Iterator[None]:
    """Until the block is left, engines of one kind of database share what they compile."""
    dialects: dict[_Kind, Dialect] = {}
    caches: dict[_Kind, MutableMapping[Any, Any]] = {}

    def create(url: str, **options: Any) -> Engine:
        made = create_engine(url, **options)
        kind = (made.dialect.name, "poolclass" in options)
        known = dialects.get(kind)
        if known is not None and known.server_version_info is not None:
            made.dialect = known  # it has met its database
        else:
            dialects[kind] = made.dialect
        cache = caches.setdefault(kind, LRUCache(_STATEMENTS))
        made.update_execution_options(compiled_cache=cache)
        return made

    with mock.patch.object(databases, "create_engine", create):
        yield

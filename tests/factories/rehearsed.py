"""The small pack on a stage of its own, and a rehearsal that runs in the process of the test."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import cast

from server.adapters import yaml_files
from server.adapters.packs import PackFiles, read_folder
from server.app import build
from server.config import IN_MEMORY, Config
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.engine.standing_child import Rooms, Standing
from server.services.context import Tools
from server.services.rehearsing import stage, values
from server.services.rehearsing.player import Player
from server.services.rehearsing.stage import Beside, Stage
from tests.factories.tiny import PACK

NOWHERE = Path("/nonexistent")


def tools() -> Tools:
    """Tools over an empty database in memory."""
    config = Config(data=NOWHERE, database_url=IN_MEMORY, sqlite_sync="OFF")
    return replace(build(config), rooms=None)


@cache
def small() -> Stage:
    """The stage of the small pack, set up once; every play begins on it anew."""
    return stage.set_up(tools(), files(), lambda _pack: ())


@cache
def files() -> PackFiles:
    """The small pack."""
    return read_folder(PACK)


def document(name: str) -> dict[str, Json]:
    """A scenario of the small pack as the page has it: ``01_through`` or ``02_supplement``."""
    content = files().scenarios()[f"{name}.yaml"]
    return values.plain(yaml_files.load(name, content)[0])


def _set_up(files: PackFiles, beside: Beside, *, is_checked: bool) -> Stage:
    """As in a process of its own; of what was set up before, nothing is set up again."""
    known = json.dumps(sorted((path, data.hex()) for path, data in files.files.items()))
    if known not in _STAGES:
        _STAGES[known] = stage.set_up(tools(), files, beside, is_checked=is_checked)
    return _STAGES[known]


_STAGES: dict[str, Stage] = {}


class SameProcess(Rooms):
    """Rehearsals without processes: what a test asks is answered where the test runs."""

    def __init__(self) -> None:
        self.begun = 0
        self._players: dict[str, _Here] = {}

    def room(self, key: str, first: Callable[[], Json]) -> Standing:
        if key not in self._players:
            self.begun += 1
            self._players[key] = _Here(first())
        return cast("Standing", self._players[key])

    def lose(self) -> None:
        """As if every process had ended."""
        self._players.clear()

    def close(self) -> None:
        self.lose()


class _Here:
    def __init__(self, first: Json) -> None:
        self._player = Player(_set_up)
        self._first = self._player.answer(first)

    def first(self, _seconds: float) -> Json | Finding | None:
        return self._first

    def answer(self, question: Mapping[str, Json]) -> Json | Finding:
        return self._player.answer(question)

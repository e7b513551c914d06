"""Packs checked once per run: a check begins a process, and every test that publishes a pack would
begin one of its own to hear the same of the same files. What the checker says is tested beside it,
in ``tests/checker``, where nothing is remembered."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from unittest import mock

from server.adapters.packs import PackFiles
from server.checker import check as checker
from server.checker.remembered import findings_of
from server.domain.findings import Finding
from server.services.packs import definitions

#: findings of a child that did not come to its end: another time it may
_UNFINISHED: Final = {"CHILD_TIMEOUT", "CHILD_CRASHED", "CHILD_FAILED"}


class _Remembering:
    """What ``server.checker.check`` is to the services, with what was found in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self, files: PackFiles, calendars: Iterable[str]) -> list[Finding]:
        file = self._file(files, calendars)
        if file.exists():
            return findings_of(json.loads(file.read_text()))
        found = checker.check(files, calendars)
        _keep(file, found)
        return found

    def check_ours(
        self, packs: Sequence[PackFiles], calendars: Iterable[str]
    ) -> list[list[Finding]]:
        known = sorted(calendars)
        if all(self._file(files, known).exists() for files in packs):
            return [self.check(files, known) for files in packs]
        found = checker.check_ours(packs, known)
        for files, findings in zip(packs, found, strict=True):
            _keep(self._file(files, known), findings)
        return found

    def _file(self, files: PackFiles, calendars: Iterable[str]) -> Path:
        asked = json.dumps(checker.question(files, calendars), sort_keys=True)
        return self._folder / f"{hashlib.sha256(asked.encode()).hexdigest()}.json"


def _keep(file: Path, found: Sequence[Finding]) -> None:
    if _UNFINISHED.isdisjoint(one.code for one in found):
        part = file.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps([one.as_problem() for one in found]))
        part.replace(file)


@contextmanager
def once(folder: Path) -> Iterator[None]:
    """Until the block is left, the services hear of a pack what is kept in the folder, if it is."""
    folder.mkdir(exist_ok=True)
    with mock.patch.object(definitions, "checker", _Remembering(folder)):
        yield

"""A shipped pack with one thing broken at a time, checked fast: what did not change is kept."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from unittest import mock

from server.adapters import yaml_files
from server.adapters.packs import PackFiles, read_folder
from server.checker import remembered
from server.checker.static import Reading
from server.config import SHIPPED
from server.domain.expressions import Json
from server.domain.findings import Finding, Severity
from server.engine import dmn_check
from server.engine.decisions.model import Model
from server.engine.definitions import Gated, gate
from server.engine.feel import Feel
from tests.factories.packs import CALENDARS, FEEL

SHIPPED_PACKS = ("nanyang", "chuzhou")


class Wreckage:
    """One shipped pack; ``findings`` of a broken copy are those the whole pack has not."""

    def __init__(self, key: str) -> None:
        self.files: PackFiles = read_folder(SHIPPED / "processes" / key)
        self.yaml_path = f"processes/{key}/pack.yaml"
        self._trees = {
            path: yaml_files.load(path, data)
            for path, data in self.files.files.items()
            if Path(path).name == "pack.yaml"
        }
        self.tree: dict[str, Json] = self._trees[self.yaml_path][0]
        self._tables: dict[str, tuple[list[Model], list[Finding]]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        checked = cache(_models)
        patches: Iterable[Any] = (
            mock.patch.object(remembered, "gate", cache(_gate)),
            mock.patch.object(dmn_check, "read", self._read),
            mock.patch.object(dmn_check, "check_models", lambda m, f: checked(tuple(m), f)),
        )
        for patch in patches:
            self._stack.enter_context(patch)
        self._whole = frozenset(self._all(self.files, self.tree))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def findings(
        self, *, files: Mapping[str, bytes] | None = None, tree: Json = None
    ) -> list[Finding]:
        """Errors and warnings of the pack with these files or this pack.yaml in their place."""
        contents = {**self.files.files, **(files or {})}
        broken = PackFiles(key=self.files.key, files=contents)
        found = self._all(broken, self.tree if tree is None else tree)
        return [
            each
            for each in dict.fromkeys(found)
            if each not in self._whole and each.severity is not Severity.INFO
        ]

    def _all(self, files: PackFiles, tree: Json) -> list[Finding]:
        trees = {**self._trees, self.yaml_path: (tree, [])}
        with mock.patch.object(yaml_files, "load", lambda path, _content: trees[path]):
            return Reading(files, FEEL, CALENDARS).findings()

    def _read(self, tables: Mapping[str, bytes]) -> tuple[list[Model], list[Finding]]:
        key = repr(sorted((path, hash(data)) for path, data in tables.items()))
        if key not in self._tables:
            self._tables[key] = _READ(tables)
        return self._tables[key]


_READ = dmn_check.read


def _gate(path: str, data: bytes) -> Gated:
    return gate(path, data)


def _models(models: tuple[Model, ...], feel: Feel) -> list[Finding]:
    return _CHECK(list(models), feel)


_CHECK = dmn_check.check_models

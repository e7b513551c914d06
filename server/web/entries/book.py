"""What a pack and the packs it extends say in each section, entry by entry, as it is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from server.adapters import yaml_files
from server.adapters.packs import PackFiles
from server.domain import pack_paths
from server.domain.errors import NotFound
from server.domain.findings import Finding
from server.web.entries.parts import Kind

#: key in addresses of a section that has one entry
ONLY = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry of a section."""

    kind: Kind
    #: in a list the number of the item, in a section with one entry :data:`ONLY`
    key: str
    value: Any
    #: pack it is written in
    pack: str
    is_own: bool
    #: pack whose entry of the same key it takes the place of; empty: none
    replaces: str = ""

    @property
    def title(self) -> str:
        """What people call it."""
        title = self.value.get("title") if isinstance(self.value, Mapping) else None
        return title if isinstance(title, str) and title else ""

    @property
    def path(self) -> tuple[str | int, ...]:
        """Where it stands in pack.yaml."""
        return path_of(self.kind, self.key)

    @property
    def digest(self) -> str:
        """Names its content."""
        return digest_of(self.value)


@dataclass(frozen=True, slots=True)
class Book:
    """The sections of a pack."""

    files: PackFiles
    #: pack.yaml of the pack itself
    own: Mapping[str, Any]
    #: the packs it extends, nearest first
    bases: Sequence[tuple[str, Mapping[str, Any]]]
    #: why pack.yaml cannot be read
    findings: tuple[Finding, ...] = ()

    def entries(self, kind: Kind) -> list[Entry]:
        """Own entries in the order of the file, then those that come from elsewhere."""
        found = list(self._of(kind, self.files.key, self.own, is_own=True))
        taken = {each.key for each in found} if kind.shape != "list" else set()
        for pack, value in self.bases:
            for each in self._of(kind, pack, value, is_own=False):
                if each.key not in taken:
                    found.append(each)
                    taken |= {each.key} if kind.shape != "list" else set()
        return found

    def entry(self, kind: Kind, key: str, pack: str = "") -> Entry:
        """One entry; of a list that is inherited, ``pack`` says from where.

        Raises:
            NotFound: there is none.
        """
        for each in self.entries(kind):
            if each.key == key and (not pack or each.pack == pack):
                return each
        if kind.shape == "single":
            return Entry(kind=kind, key=ONLY, value={}, pack=self.files.key, is_own=True)
        raise NotFound

    def keys(self, kind: str) -> dict[str, str]:
        """Key and title of everything in a section that is a mapping."""
        found: dict[str, str] = {}
        for _pack, value in (("", self.own), *self.bases):
            section = value.get(kind)
            for key, entry in section.items() if isinstance(section, Mapping) else ():
                title = entry.get("title") if isinstance(entry, Mapping) else ""
                found.setdefault(str(key), str(title or ""))
        return found

    def _of(
        self, kind: Kind, pack: str, value: Mapping[str, Any], *, is_own: bool
    ) -> Iterator[Entry]:
        section = value if kind.key == "pack" else value.get(kind.key)
        if section is None or (kind.key == "pack" and not is_own):
            return
        for key, entry in _named(kind, section):
            replaced = "" if not is_own or kind.shape == "list" else self._base_of(kind, key)
            yield Entry(
                kind=kind, key=key, value=entry, pack=pack, is_own=is_own, replaces=replaced
            )

    def _base_of(self, kind: Kind, key: str) -> str:
        for pack, value in self.bases:
            section = value.get(kind.key)
            if section and (kind.shape == "single" or key in section):
                return pack
        return ""


def _named(kind: Kind, section: Any) -> Iterator[tuple[str, Any]]:
    if kind.shape == "single":
        yield ONLY, section
    elif kind.shape == "list":
        for index, entry in enumerate(section if isinstance(section, list) else []):
            yield str(index), entry
    elif isinstance(section, Mapping):
        for key, entry in section.items():
            yield str(key), entry


def book(files: PackFiles) -> Book:
    """The sections of the pack; empty ones where pack.yaml cannot be read."""
    own, findings = _sections(files, files.key)
    bases: list[tuple[str, Mapping[str, Any]]] = []
    todo, seen = _extended(own), {files.key}
    while todo:
        name = todo.pop(0)
        if name not in seen:
            seen.add(name)
            value, _problems = _sections(files, name)
            bases.append((name, value))
            todo += _extended(value)
    return Book(files, own, tuple(bases), tuple(findings))


def path_of(kind: Kind, key: str) -> tuple[str | int, ...]:
    """Where an entry stands in pack.yaml."""
    if kind.key == "pack":
        return ()
    if kind.shape == "single":
        return (kind.key,)
    return (kind.key, int(key)) if kind.shape == "list" else (kind.key, key)


def digest_of(value: Any) -> str:
    """Names a content."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    return sha256(orjson.dumps(value, option=options)).hexdigest()[:16]


def _sections(files: PackFiles, pack: str) -> tuple[Mapping[str, Any], list[Finding]]:
    path = pack_paths.manifest(pack)
    value, findings = yaml_files.load(path, files.files.get(path, b""))
    return (value if isinstance(value, Mapping) else {}), findings


def _extended(value: Mapping[str, Any]) -> list[str]:
    names = value.get("extends")
    listed = [names] if isinstance(names, str) else names
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []

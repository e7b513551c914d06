"""The forms of pack.yaml ask for exactly what its reader reads."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.adapters import yaml_files, yaml_words
from server.adapters.packs import PackFiles, parse
from server.adapters.reading import Node
from server.web.entries import answers
from server.web.entries.book import book
from server.web.entries.kinds import KINDS
from server.web.entries.parts import Kind, Part
from server.web.entries.sheets import sheet

PACKS = sorted((Path(__file__).parents[3] / "processes").glob("*/pack.yaml"))
MANIFEST = "processes/probe/pack.yaml"
IDENTITY = {"key": "probe", "title": "x", "version": "1", "valid_from": date(2026, 1, 1)}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every place of pack.yaml the reader looks at."""
    found: set[str] = set()
    read = Node.raw

    def raw(self: Node, key: str) -> Any:
        found.add(self.at(key))
        return read(self, key)

    monkeypatch.setattr(Node, "raw", raw)
    return found


def test_every_section_the_reader_knows_has_a_form(asked: set[str]) -> None:
    parse(probe({}))
    own = {part.key for part in KINDS["pack"].parts}
    assert {place for place in asked if "." not in place} == own | set(KINDS) - {"pack"} | {"key"}


@pytest.mark.parametrize(
    "kind", [each for each in KINDS.values() if each.key != "pack"], ids=lambda kind: kind.key
)
def test_a_form_has_a_control_for_every_key_of_an_entry_and_no_other(
    kind: Kind, asked: set[str]
) -> None:
    entry = sample(kind.parts)
    section = {"table": {"x": entry}, "list": [entry], "single": entry}[kind.shape]
    findings = parse(probe({kind.key: section}))[1]
    assert [each for each in findings if each.code == "PACK_UNKNOWN_KEY"] == []
    prefix = {"table": f"{kind.key}.x.", "list": f"{kind.key}[0].", "single": f"{kind.key}."}
    inside = prefix[kind.shape]
    read = {
        re.sub(r"\[\d\]", "", place.removeprefix(inside))
        for place in asked
        if place.startswith(inside)
    }
    assert read == set(places(kind.parts, ""))


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.parent.name)
def test_what_nobody_changed_comes_back_as_it_stood(pack: Path) -> None:
    key = pack.parent.name
    files = PackFiles(key=key, files={f"processes/{key}/pack.yaml": pack.read_bytes()})
    known = book(files)
    for kind in KINDS.values():
        for entry in known.entries(kind):
            form = sheet(known, entry)
            assert form.value(form.begun) == entry.value, (kind.key, entry.key)


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.parent.name)
def test_what_is_typed_anew_means_the_same_law(pack: Path) -> None:
    key = pack.parent.name
    value, _findings = yaml_files.load("", pack.read_bytes())
    typed = dict(value)
    for kind in KINDS.values():
        held = value.get(kind.key)
        if kind.key == "pack" or held is None:
            continue
        if kind.shape == "table":
            typed[kind.key] = {name: again(kind, entry) for name, entry in held.items()}
        elif kind.shape == "list":
            typed[kind.key] = [again(kind, entry) for entry in held]
        else:
            typed[kind.key] = again(kind, held)
    path = f"processes/{key}/pack.yaml"
    others = {f"processes/{each.parent.name}/pack.yaml": each.read_bytes() for each in PACKS}
    before, after = (
        parse(PackFiles(key=key, files={**others, path: content}))
        for content in (pack.read_bytes(), yaml_words.flow(typed).encode())
    )
    assert after == before


def again(kind: Kind, entry: Any) -> dict[str, Any]:
    """The entry as somebody writes it who sees its form and begins with nothing."""
    return answers.taken(kind.parts, answers.shown(kind.parts, entry), None)


def probe(sections: dict[str, Any]) -> PackFiles:
    content = yaml_words.flow({**IDENTITY, **sections}).encode()
    return PackFiles(key="probe", files={MANIFEST: content})


def sample(parts: Sequence[Part]) -> dict[str, Any]:
    return {part.key: _sample(part) for part in parts}


def _sample(part: Part) -> Any:
    simple = {"flag": True, "whole": 1, "day": date(2026, 1, 1), "refs": ["x"], "texts": ["x"],
              "worths": ["x"]}  # fmt: skip
    if part.control == "group":
        return sample(part.parts)
    if part.control == "rows":
        return [sample(part.parts)]
    if part.control == "pairs":
        return {"x": _sample(part.parts[1])}
    if part.options:
        return part.options[0][0]
    return simple.get(part.control, "x")


def places(parts: Sequence[Part], before: str) -> Iterator[str]:
    for part in parts:
        here = f"{before}{part.key}"
        yield here
        if part.control in ("group", "rows"):
            yield from places(part.parts, f"{here}.")
        elif part.control == "pairs":
            yield f"{here}.x"
            yield from places(part.parts[1].parts, f"{here}.x.")

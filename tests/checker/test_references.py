"""Every name in the shipped pack.yaml that refers to something is misspelt once, and found out."""

import copy
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from server.domain.expressions import Json
from server.domain.findings import Finding
from tests.factories.packs import FEEL
from tests.factories.wreckage import SHIPPED_PACKS, Wreckage

#: entries that people read, and words of the pack's own
FREE = re.compile(
    "title|text|quote|default|message|fix|note|issuer|against|group|conditions|article|reference|"
    "version|notify_at|key|end_of_day|code|organ|question"
)
#: words of the pack that name nothing: a number, whom a message is for; a procedure of another is
#: looked for where all packs are (tests/packs/test_messages.py)
FREE_PATHS = re.compile(r"papers\.\w+\.number|messages\.\w+\.(to|opens)|lists\..*\.code")
SECTIONS = ("sources", "roles", "procedures", "lanes", "events", "deadlines", "lists", "messages")
#: texts in an expression that stand for themselves
GHOST = "_ghost"


@dataclass(frozen=True, slots=True)
class Break:
    """One place of pack.yaml, what is misspelt there, and the whole file with it."""

    place: str
    what: str
    tree: Json


@pytest.mark.slow
@pytest.mark.parametrize("key", SHIPPED_PACKS)
def test_a_misspelt_reference_is_always_found(key: str) -> None:
    with Wreckage(key) as pack:
        silent = [one.place + " " + one.what for one in breaks(pack) if not told(pack, one)]
    assert silent == []


@pytest.mark.parametrize("key", SHIPPED_PACKS)
def test_some_misspelt_references_are_found(key: str) -> None:
    with Wreckage(key) as pack:
        chosen = random.Random(7).sample(list(breaks(pack)), 20)
        silent = [one.place + " " + one.what for one in chosen if not told(pack, one)]
    assert silent == []


@pytest.mark.slow
@pytest.mark.parametrize("key", SHIPPED_PACKS)
def test_an_entry_that_is_referred_to_cannot_be_renamed_alone(key: str) -> None:
    with Wreckage(key) as pack:
        silent = [
            f"{section}.{name}"
            for section in SECTIONS
            for name in pack.tree.get(section) or {}
            if is_referred_to(pack.tree, section, name)
            and not pack.findings(tree=renamed(pack.tree, section, name))
        ]
    assert silent == []


def told(pack: Wreckage, one: Break) -> bool:
    """Does a finding stand in the section where the misspelling is, or name it in its message."""
    section = one.place.split(".")[0]
    return any(is_near(found, section, one) for found in pack.findings(tree=one.tree))


def is_near(found: Finding, section: str, one: Break) -> bool:
    here = found.file.endswith("pack.yaml") and found.element == section
    return here or GHOST in found.message or one.what.strip('".') in found.message


def breaks(pack: Wreckage) -> Iterator[Break]:
    for path, value in leaves(pack.tree, ()):
        place = ".".join(map(str, path))
        names = [part for part in path if isinstance(part, str)]
        if FREE.fullmatch(names[-1]) or FREE_PATHS.fullmatch(place):
            continue
        for what, text in misspelt(value):
            yield Break(place, what, put(pack.tree, path, text))


def misspelt(value: str) -> Iterator[tuple[str, str]]:
    """Each name, property and text of an expression misspelt alone; or the whole value."""
    if not value.startswith("="):
        yield value, value + GHOST
        return
    for name in sorted(FEEL.parse(value[1:]).names):
        yield name, re.sub(rf'(?<![\w."]){re.escape(name)}(?![\w"])', name + GHOST, value)
    for name in sorted(set(re.findall(r"\.([a-z]\w*)", value))):
        yield f".{name}", re.sub(rf"\.{name}\b", f".{name}{GHOST}", value)
    for text in sorted(set(re.findall(r'"([^"]+)"', value))):
        yield f'"{text}"', value.replace(f'"{text}"', f'"{text}{GHOST}"')


def leaves(value: Json, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield path, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    if isinstance(value, list):
        for at, inner in enumerate(value):
            yield from leaves(inner, (*path, at))


def put(tree: Json, path: tuple[str | int, ...], value: str) -> Json:
    copied = at = copy.deepcopy(tree)
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    return copied


def renamed(tree: Json, section: str, name: str) -> Json:
    entries = {key + GHOST if key == name else key: value for key, value in tree[section].items()}
    return {**tree, section: entries}


def is_referred_to(tree: Json, section: str, name: str) -> bool:
    """Is the name said anywhere else in the file; lanes, procedures, lists are said in diagrams."""
    others = {key: value for key, value in tree.items() if key not in ("lists", section)}
    inside = [value for _path, value in leaves(others, ())]
    return section in ("lanes", "procedures") or name in inside

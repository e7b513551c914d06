"""Law is dated data: no place, organ or list entry in Python, no day count in a call."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from server.adapters.packs import parse, read_folder
from server.adapters.yaml_files import load
from server.config import SHIPPED
from server.domain.expressions import Json
from server.domain.packs import PolicyPack
from server.domain.roles import Capacity
from tests.packs.test_packs import PACKS

SERVER = SHIPPED / "server"
MODULES = [
    file
    for file in sorted(SERVER.rglob("*.py"))
    if "migrations" not in file.relative_to(SERVER).parts
]
#: a name, or an entry of a list, of fewer characters is a word of the language
SHORTEST, SHORTEST_ENTRY = 3, 8
#: outcomes are fixed words of the product (CONTRACTS section 3), whatever a pack calls its choices,
#: every office has a head, and whoever declares anything about a recusal may declare that
WORDS = {
    "不予追究责任",
    "从轻追究责任",
    "减轻追究责任",
    "不予容错",
    "主要负责人",
    "没有应当回避的情形",
}
#: whose functions count days
COUNTING = {"server.domain.calendar", "server.domain.deadlines", "server.domain.counting"}


def test_no_module_names_a_place_an_organ_or_an_entry_of_a_list() -> None:
    words = {word for word in {*_of_packs(), *_of_demo()} if len(word) >= SHORTEST} - WORDS
    assert len(words) > 300
    assert list(_mentions(words)) == []


def test_no_module_names_a_locality_whose_measures_are_shipped() -> None:
    assert list(_mentions({"滁州", "南阳", "浙江", "文登", "辽宁"})) == []


def test_no_number_stands_in_a_call_that_counts_days() -> None:
    assert [
        f"{file.relative_to(SHIPPED)}:{line}"
        for file in MODULES
        for line in _counted_by_number(file)
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        "from server.domain import deadlines\ndeadlines.due(rule, day, 5)",
        "from server.domain.deadlines import plain as p\np(day, n=5)",
        "from server.domain.calendar import WorkingCalendar\nWorkingCalendar(days=7)",
        "import server.domain.counting\nserver.domain.counting.later(day, -3, unit, worked)",
    ],
)
def test_such_a_number_is_found(tmp_path: Path, text: str) -> None:
    file = tmp_path / "module.py"
    file.write_text(text, encoding="utf-8")
    assert list(_counted_by_number(file)) == [2]


def _mentions(words: set[str]) -> Iterator[str]:
    """Where in the texts of the program one of these words stands."""
    any_of = re.compile("|".join(map(re.escape, sorted(words))))
    for file in MODULES:
        for line, text in _texts(file):
            if found := any_of.search(text):
                yield f"{file.relative_to(SHIPPED)}:{line}: {found[0]}"


def _of_packs() -> Iterator[str]:
    """Titles of organs and texts of list entries; parties and administrators are the program's."""
    for folder in PACKS:
        pack = parse(read_folder(folder))[0]
        assert isinstance(pack, PolicyPack)
        own = (Capacity.PARTY, Capacity.OUTSIDE)
        yield from (role.title for role in pack.roles.values() if role.capacity not in own)
        yield from (source.title for source in pack.sources.values())
        for entries in pack.lists.values():
            for item in entries.items:
                texts = (item.text, item.against, *item.conditions)
                yield from (text for text in texts if len(text) >= SHORTEST_ENTRY)


def _of_demo() -> Iterator[str]:
    """Names of the units of the made-up region, but those of its administrators."""
    for file in sorted((SERVER / "demo").glob("*.yaml")):
        yield from _names(load(file.name, file.read_bytes())[0])


def _names(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _names(each)
    elif isinstance(value, dict):
        if "kind" in value and "admin" not in str(value["kind"]):
            yield str(value.get("name", ""))
        for each in value.values():
            yield from _names(each)


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _texts(file: Path) -> Iterator[tuple[int, str]]:
    """Every text of a module but its docstrings, with its line."""
    tree = _tree(file)
    kept = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, kept) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.lineno, node.value


def _counted_by_number(file: Path) -> Iterator[int]:
    """Lines that hand an integer literal to something of a counting module."""
    tree = _tree(file)
    counting = set(_counting(tree))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if not {called, called.rpartition(".")[0]} & counting:
            continue
        given = [*node.args, *(each.value for each in node.keywords)]
        if any(_is_number(each) for each in given):
            yield node.lineno


def _counting(tree: ast.Module) -> Iterator[str]:
    """The names under which a module knows counting modules, and what it took out of them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.asname or each.name for each in node.names if each.name in COUNTING)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                if node.module in COUNTING or f"{node.module}.{each.name}" in COUNTING:
                    yield each.asname or each.name


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    return isinstance(node, ast.Constant) and type(node.value) is int

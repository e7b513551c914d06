"""Everything people read can be translated: one door, texts a catalogue can be made from."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2.ext import babel_extract

SERVER = Path(__file__).parent.parent / "server"
TEMPLATES = sorted(SERVER.rglob("*.html"))
MODULES = sorted(path for path in SERVER.rglob("*.py") if "_(" in path.read_text("utf-8"))

#: texts without a Chinese character: what they are made of comes from elsewhere
WITHOUT_CHINESE = frozenset({"／", "{n} KB", "{title} {due} {state}"})
#: not a sentence but letters that are picked one by one
LETTERS = "一二三四五六日"

_HAN = re.compile(r"[一-鿿]")
#: what joins values is a text too: another language joins them otherwise
_JOINT = re.compile(r"[，。：；（）、｜·“”]")
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_CALL = re.compile(r"(?<![\w.])_\(")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(SERVER).as_posix())
def test_a_template_says_nothing_that_is_not_a_text(path: Path) -> None:
    source = path.read_text("utf-8")
    tokens = Environment(autoescape=True).lex(source)
    bare = [
        (line, value)
        for (line, kind, value), before in with_before(tokens)
        if kind in {"data", "string"}
        and _HAN.search(value)
        and value.strip("'\"") != LETTERS
        and before != "_("
    ]
    assert bare == []


def test_every_text_of_the_templates_can_be_extracted() -> None:
    for path in TEMPLATES:
        with path.open("rb") as file:
            found = [text for _line, _name, text, _notes in babel_extract(file, ["_"], [], {})]
        assert len(found) == len(_CALL.findall(_COMMENT.sub("", path.read_text("utf-8")))), path
        assert all(odd(text) is None for text in found), path


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SERVER).as_posix())
def test_every_text_of_a_module_can_be_extracted_and_is_chinese(path: Path) -> None:
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
    ]
    literal = [
        node.args[0].value
        for node in calls
        if len(node.args) == 1 and isinstance(node.args[0], ast.Constant)
    ]
    assert len(literal) == len(calls), "a text is one literal: what is put together is not found"
    assert [text for text in literal if odd(text)] == []


def odd(text: object) -> object:
    """The text when it is no Chinese one, else None."""
    is_text = isinstance(text, str) and (
        _HAN.search(text) or _JOINT.search(text) or text in WITHOUT_CHINESE
    )
    return None if is_text else text


def with_before(
    tokens: Iterator[tuple[int, str, str]],
) -> Iterator[tuple[tuple[int, str, str], str]]:
    """Every token with the two before it, written together, blanks left out."""
    last = ["", ""]
    for token in tokens:
        yield token, "".join(last)
        if token[1] != "whitespace":
            last = [last[1], token[2]]

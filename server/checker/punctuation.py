"""Half-width punctuation between Chinese characters: found and mended where people read it.

Keyboards, editors and generators turn ``，`` into ``,`` without notice (STYLE section 3). Only
texts for people are looked at: msgids, names and descriptions of packs, forms, diagrams and docs;
never FEEL, code or ids. ``python -m server.checker.punctuation [--fix] PATHS``.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

_CHINESE: Final = "\u3400-\u4dbf\u4e00-\u9fff\u3001-\u3011\u2018-\u201d\uff01-\uff1f"
_FULL: Final = str.maketrans(",:;?!()", "，：；？！（）")
#: a mark between two Chinese characters, or after one at the end of a text or line
_MARK: Final = re.compile(rf"(?<=[{_CHINESE}])[,:;?!](?=[ ]?[{_CHINESE}]|$)", re.MULTILINE)
#: brackets around something Chinese that touch a Chinese character outside
_BRACKETS: Final = re.compile(
    rf"(?<=[{_CHINESE}])\((?=[^()\n]*[{_CHINESE}])([^()\n]*)\)"
    rf"|\((?=[^()\n]*[{_CHINESE}])([^()\n]*)\)(?=[{_CHINESE}])"
)
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_TEMPLATE: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_XML_NAME: Final = re.compile(r'\s(?:name|label|title)="([^"]*)"')
_XML_TEXT: Final = re.compile(r"<(?:\w+:)?(?:documentation|description)[^>]*>([^<]*)<")
_XML_NOTE: Final = re.compile(r"<(?:\w+:)?textAnnotation[^>]*>\s*<(?:\w+:)?text>([^<]*)<")
_FENCE: Final = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"`[^`\n]*`|\]\([^)\n]*\)|https?://\S+")

#: (from, to) in a file's text
Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Slip:
    """One half-width mark, by its position in the text."""

    at: int
    mark: str


def slips(text: str, spans: Iterator[Span]) -> list[Slip]:
    """Every half-width mark within the given spans of the text, in order."""
    found: set[int] = set()
    for start, end in spans:
        part = text[start:end]
        for match in _MARK.finditer(part):
            found.add(start + match.start())
        for match in _BRACKETS.finditer(part):
            found |= {start + match.start(), start + match.end() - 1}
    return [Slip(at=at, mark=text[at]) for at in sorted(found)]


def fixed(text: str, found: list[Slip]) -> str:
    """The text with full-width marks in their place, and no space behind them."""
    characters = list(text)
    for slip in found:
        characters[slip.at] = slip.mark.translate(_FULL)
        behind = slip.at + 1
        if slip.mark in ",:;?!" and characters[behind : behind + 1] == [" "]:
            characters[behind] = ""
    return "".join(characters)


def spans_of(path: Path, text: str) -> Iterator[Span]:
    """The parts of a file that people read."""
    reader = _READERS.get(path.suffix)
    return reader(text) if reader else iter(())


def _python(text: str) -> Iterator[Span]:
    """Arguments of ``_(…)``: the msgids."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    lines = text.splitlines(keepends=True)
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_"):
            continue
        for value in node.args:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                first, last = value.lineno - 1, (value.end_lineno or value.lineno) - 1
                yield (
                    starts[first] + _column(lines[first], value.col_offset) + 1,
                    starts[last] + _column(lines[last], value.end_col_offset or 0) - 1,
                )


def _column(line: str, byte_offset: int) -> int:
    return len(line.encode()[:byte_offset].decode())


def _yaml(text: str) -> Iterator[Span]:
    """Scalars that are not FEEL; commas between scalars are YAML and no punctuation."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pending = [] if root is None else [root]
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.MappingNode):
            pending += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            pending += node.value
        elif isinstance(node, yaml.ScalarNode) and not node.value.startswith("="):
            quoted = 1 if node.style in ("'", '"') else 0
            yield node.start_mark.index + quoted, node.end_mark.index - quoted


def _json(text: str) -> Iterator[Span]:
    """Strings that are not FEEL, around their templates."""
    for match in _STRING.finditer(text):
        if not match.group(1).startswith("="):
            yield from _around(text, match.span(1), _TEMPLATE)


def _xml(text: str) -> Iterator[Span]:
    """Names and descriptions; expressions and table cells are FEEL."""
    for pattern in (_XML_NAME, _XML_TEXT, _XML_NOTE):
        yield from (match.span(1) for match in pattern.finditer(text))


def _markdown(text: str) -> Iterator[Span]:
    """Everything outside code."""
    for outside in _around(text, (0, len(text)), _FENCE):
        yield from _around(text, outside, _CODE)


def _around(text: str, span: Span, hole: re.Pattern[str]) -> Iterator[Span]:
    at = span[0]
    for match in hole.finditer(text, *span):
        yield at, match.start()
        at = match.end()
    yield at, span[1]


_READERS: Final[dict[str, Callable[[str], Iterator[Span]]]] = {
    ".py": _python,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".json": _json,
    ".bpmn": _xml,
    ".dmn": _xml,
    ".md": _markdown,
}


def _files(paths: list[str]) -> Iterator[Path]:
    for given in map(Path, paths):
        inside = sorted(given.rglob("*")) if given.is_dir() else [given]
        yield from (path for path in inside if path.is_file() and path.suffix in _READERS)


def main(arguments: list[str]) -> int:
    """Print every slip, or mend them with ``--fix``; 1 when some are left."""
    fix = "--fix" in arguments
    left = 0
    for path in _files([each for each in arguments if each != "--fix"]):
        text = path.read_text(encoding="utf-8")
        found = slips(text, spans_of(path, text))
        if found and fix:
            path.write_text(fixed(text, found), encoding="utf-8")
            continue
        left += len(found)
        for slip in found:
            line = text.count("\n", 0, slip.at) + 1
            near = text[max(0, slip.at - 8) : slip.at + 9].replace("\n", " ")
            sys.stdout.write(f"{path}:{line}: “{slip.mark}” {near}\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

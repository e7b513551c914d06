"""How a letter reads: its paragraphs and tables as plain values, for the page and for print.

What is kept is what can be seen on an official paper: where a line stands, which of the four
kinds of type it is set in and how large, what is bold, red or underlined by a rule. Everything
else of Word is left out.
"""

import io
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lxml import etree

from server.adapters.letters import package
from server.domain.expressions import Json

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ALIGN: Final = {"center": "center", "right": "right", "end": "right", "both": "left"}
#: words in the name of a typeface -> kind of type
_TYPES: Final = (
    ("仿宋", "fang"),
    ("fang", "fang"),
    ("楷", "kai"),
    ("kai", "kai"),
    ("黑", "hei"),
    ("hei", "hei"),
    ("小标宋", "biao"),
    ("宋", "song"),
    ("song", "song"),
    ("sim", "song"),
)
_SIZES: Final = (9, 10, 12, 14, 16, 18, 22, 26, 36, 44)
#: points above a paragraph: none, half a line, one, two (where a seal goes)
_SPACES: Final = (0, 14, 28, 56)
_DEEPEST: Final = 4

#: properties of runs and paragraphs as they come down from styles
Style = dict[str, Any]


def blocks(letter: bytes) -> list[Json]:
    """The letter from top to bottom: paragraphs ``p`` and tables ``table``."""
    found = package.parts(letter)
    styles = _styles(found.get("word/styles.xml", b""))
    body = _parsed(found["word/document.xml"]).find(f"{_W}body")
    return list(_blocks(body, styles, 0)) if body is not None else []


def text(found: list[Json]) -> str:
    """The words of the letter alone, a line a paragraph."""
    return "\n".join(_lines(found))


def _lines(found: list[Json]) -> Iterator[str]:
    for block in found:
        if block["kind"] == "p":
            yield "".join(run["text"] for run in block["runs"])
        else:
            for row in block["rows"]:
                for cell in row:
                    yield from _lines(cell["blocks"])


def _parsed(content: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.parse(io.BytesIO(content), parser).getroot()


def _blocks(parent: Any, styles: Mapping[str, Style], depth: int) -> Iterator[Json]:
    for child in parent:
        if child.tag == f"{_W}p":
            yield _paragraph(child, styles)
        elif child.tag == f"{_W}tbl" and depth < _DEEPEST:
            yield {
                "kind": "table",
                "rows": [
                    [_cell(cell, styles, depth) for cell in row.findall(f"{_W}tc")]
                    for row in child.findall(f"{_W}tr")
                ],
            }


def _cell(cell: Any, styles: Mapping[str, Style], depth: int) -> Json:
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    given = span.get(f"{_W}val", "1") if span is not None else "1"
    return {
        "span": int(given) if given.isdecimal() else 1,
        "blocks": list(_blocks(cell, styles, depth + 1)),
    }


def _paragraph(paragraph: Any, styles: Mapping[str, Style]) -> Json:
    properties = paragraph.find(f"{_W}pPr")
    named = properties.find(f"{_W}pStyle") if properties is not None else None
    key = named.get(f"{_W}val") if named is not None else ""
    style = {**styles.get("", {}), **styles.get(key, {}), **_own(properties, None)}
    return {
        "kind": "p",
        "align": style.get("align", "left"),
        "indent": bool(style.get("indent")),
        "rule": style.get("rule", ""),
        "page": bool(style.get("page")),
        "space": style.get("space", 0),
        "runs": list(_runs(paragraph, style)),
    }


def _runs(paragraph: Any, style: Style) -> Iterator[Json]:
    for run in paragraph.iter(f"{_W}r"):
        words = "".join(_words(run))
        if not words:
            continue
        own = {**style, **_own(None, run.find(f"{_W}rPr"))}
        yield {
            "text": words,
            "type": own.get("type", "fang"),
            "size": own.get("size", 16),
            "bold": bool(own.get("bold")),
            "red": bool(own.get("red")),
        }


def _words(run: Any) -> Iterator[str]:
    for child in run:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag == f"{_W}br" and child.get(f"{_W}type") != "page":
            yield "\n"
        elif child.tag == f"{_W}tab":
            yield "\u3000"


def _styles(content: bytes) -> dict[str, Style]:
    """Style -> what it says, with what it is based on; under "" the default of paragraphs."""
    if not content:
        return {}
    root = _parsed(content)
    named = {each.get(f"{_W}styleId"): each for each in root.findall(f"{_W}style")}
    found: dict[str, Style] = {}
    for key, style in named.items():
        chain, at = [], style
        while at is not None and at not in chain:
            chain.append(at)
            base = at.find(f"{_W}basedOn")
            at = named.get(base.get(f"{_W}val")) if base is not None else None
        found[key] = {}
        for each in reversed(chain):
            found[key] |= _own(each.find(f"{_W}pPr"), each.find(f"{_W}rPr"))
        if style.get(f"{_W}default") == "1" and style.get(f"{_W}type") == "paragraph":
            found[""] = found[key]
    return found


def _own(paragraph: Any, run: Any) -> Style:
    """What the properties of a paragraph and of a run say themselves."""
    found: Style = {}
    if paragraph is not None:
        found |= _placed(paragraph)
    if run is None:
        return found
    fonts, size = run.find(f"{_W}rFonts"), run.find(f"{_W}sz")
    kind = _type(fonts.get(f"{_W}eastAsia", "")) if fonts is not None else ""
    if kind:
        found["type"] = kind
    if size is not None and size.get(f"{_W}val", "").isdecimal():
        points = int(size.get(f"{_W}val")) / 2
        found["size"] = min(_SIZES, key=lambda each: abs(each - points))
    bold, colour = run.find(f"{_W}b"), run.find(f"{_W}color")
    if bold is not None:
        found["bold"] = bold.get(f"{_W}val", "1") not in ("0", "false")
    if colour is not None:
        found["red"] = colour.get(f"{_W}val", "").upper() in ("FF0000", "C00000", "E60012")
    return found


def _placed(paragraph: Any) -> Style:
    found: Style = {}
    align, indent = paragraph.find(f"{_W}jc"), paragraph.find(f"{_W}ind")
    if align is not None:
        found["align"] = _ALIGN.get(align.get(f"{_W}val", ""), "left")
    if indent is not None:
        first = indent.get(f"{_W}firstLineChars") or indent.get(f"{_W}firstLine") or "0"
        found["indent"] = first not in ("", "0")
    spacing = paragraph.find(f"{_W}spacing")
    before = spacing.get(f"{_W}before", "") if spacing is not None else ""
    if before.isdecimal():
        found["space"] = min(_SPACES, key=lambda each: abs(each - int(before) / 20))
    line = paragraph.find(f"{_W}pBdr/{_W}bottom")
    if line is not None:
        found["rule"] = "red" if line.get(f"{_W}color", "").upper() == "FF0000" else "black"
    if paragraph.find(f"{_W}pageBreakBefore") is not None:
        found["page"] = True
    return found


def _type(name: str) -> str:
    return next((kind for word, kind in _TYPES if word in name.lower()), "")

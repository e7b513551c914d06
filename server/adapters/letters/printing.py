"""A letter as PDF, through WeasyPrint: the work of a child, JSON in and out.

WeasyPrint is an extra of the package (``pdf``) and needs libpango of the system; where either is
missing the answer says so. Nothing is fetched: a letter refers to nothing outside itself
(SECURITY AT-7). A character that no font has stops the print, for a box in a name is an error.
"""

import base64
import binascii
import importlib
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from server.adapters.letters import sheets
from server.domain.expressions import Json

#: what the answer says when the extra or its libraries are missing
UNAVAILABLE: Final = "unavailable"
_COMMON: Final = "gb2312"
_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_STYLE: Final = """
@page { size: A4; margin: 37mm 26mm 35mm 28mm;
  @bottom-center { content: "— " counter(page) " —"; font: 14pt "SimSun", "Noto Serif CJK SC"; } }
body { margin: 0; font-size: 16pt; line-height: 28pt; overflow-wrap: anywhere; }
p { margin: 0; min-height: 28pt; white-space: pre-wrap; text-align: justify; }
.to-center { text-align: center; } .to-right { text-align: right; padding-right: 2em; }
.b-14 { margin-top: 14pt; } .b-28 { margin-top: 28pt; } .b-56 { margin-top: 56pt; }
.is-first { text-indent: 2em; }
.rule-red { border-bottom: 2pt solid #f00; min-height: 8pt; }
.rule-black { border-bottom: 0.75pt solid #000; min-height: 8pt; }
.is-page { break-before: page; }
.is-bold { font-weight: bold; } .is-red { color: #f00; }
.t-fang { font-family: "FangSong_GB2312", "FangSong", "FandolFang", "Noto Serif CJK SC"; }
.t-biao { font-family: "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "Noto Serif CJK SC";
  font-weight: bold; }
.t-hei { font-family: "SimHei", "FandolHei", "Noto Sans CJK SC"; }
.t-kai { font-family: "KaiTi_GB2312", "KaiTi", "FandolKai", "Noto Serif CJK SC"; }
.t-song { font-family: "SimSun", "FandolSong", "Noto Serif CJK SC"; }
.z-9 { font-size: 9pt; } .z-10 { font-size: 10.5pt; } .z-12 { font-size: 12pt; }
.z-14 { font-size: 14pt; } .z-16 { font-size: 16pt; } .z-18 { font-size: 18pt; }
.z-22 { font-size: 22pt; line-height: 33pt; } .z-26 { font-size: 26pt; line-height: 40pt; }
.z-36 { font-size: 36pt; line-height: 54pt; } .z-44 { font-size: 44pt; line-height: 60pt; }
table { width: 100%; border-collapse: collapse; margin: 6pt 0; }
td { border: 0.75pt solid #000; padding: 3pt 6pt; vertical-align: middle; }
td:first-child { width: 27%; } thead { display: table-header-group; }
"""


def pdf(asked: Json) -> Json:
    """``{docx}`` -> ``{pdf}``, or ``{problem}``."""
    try:
        weasyprint = importlib.import_module("weasyprint")
    except (ImportError, OSError):
        return {"problem": UNAVAILABLE}
    blocks = sheets.blocks(base64.b64decode(asked["docx"]))
    missing = list(_unknown(sheets.text(blocks)))
    if missing:
        return {"problem": "no font has " + " ".join(f"U+{ord(each):04X}" for each in missing)}
    page = weasyprint.HTML(string=html(blocks), url_fetcher=_refuse)
    content = page.write_pdf()
    return {"pdf": binascii.b2a_base64(content, newline=False).decode()}


def html(blocks: list[Json]) -> str:
    """The letter as a page of its own."""
    root = etree.Element("html", lang="zh-CN")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "style").text = _STYLE
    _fill(etree.SubElement(root, "body"), blocks)
    return etree.tostring(root, encoding="unicode", method="html")


def _fill(parent: Any, blocks: list[Json]) -> None:
    for block in blocks:
        if block["kind"] == "p":
            _paragraph(parent, block)
            continue
        table = etree.SubElement(parent, "table")
        for row in block["rows"]:
            line = etree.SubElement(table, "tr")
            for cell in row:
                _fill(etree.SubElement(line, "td", colspan=str(cell["span"])), cell["blocks"])


def _paragraph(parent: Any, block: Json) -> None:
    words = [f"to-{block['align']}"]
    words += ["is-first"] if block["indent"] else []
    words += [f"rule-{block['rule']}"] if block["rule"] else []
    words += [f"b-{block['space']}"] if block["space"] else []
    words += ["is-page"] if block["page"] else []
    line = etree.SubElement(parent, "p", {"class": " ".join(words)})
    for run in block["runs"]:
        kinds = [f"t-{run['type']}", f"z-{run['size']}"]
        kinds += [name for name in ("bold", "red") if run[name]]
        shown = [f"is-{name}" if name in ("bold", "red") else name for name in kinds]
        etree.SubElement(line, "span", {"class": " ".join(shown)}).text = run["text"]


def _refuse(url: str, *_given: object, **_named: object) -> dict[str, Any]:
    raise ValueError(f"a letter fetches nothing: {url[:80]}")


def _unknown(text: str) -> Iterator[str]:
    """The characters no installed font has; common ones are taken as there."""
    tool = shutil.which("fc-list")
    if tool is None:
        return
    for each in sorted(set(text)):
        if ord(each) < 0x2000 or any(ord(each) in rest for rest in _SELECTORS) or _is_common(each):
            continue
        asked = [tool, f":charset={ord(each):x}", "family"]
        told = subprocess.run(asked, capture_output=True, check=False, timeout=20)  # noqa: S603
        if told.returncode == 0 and not told.stdout.strip():
            yield each


def _is_common(character: str) -> bool:
    try:
        character.encode(_COMMON)
    except UnicodeEncodeError:
        return False
    return True

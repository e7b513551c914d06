"""The print of a letter: a PDF with real text, or a clear word why there is none."""

import base64
import importlib
from typing import Any

import pytest

from server.adapters.letters import printing, rendering, sheets
from server.engine import child
from server.engine.child import Limits
from tests.factories.letters import letter

LIMITS = Limits(cpu_seconds=60, wall_seconds=300.0)


def test_a_letter_with_a_rare_name_is_printed() -> None:
    docx = rendering.filled(letter("{{ title }}"), {"title": "𠅤㛃䶮的决定"})
    asked = {"docx": base64.b64encode(docx).decode()}
    answer: Any = child.run("server.adapters.letters.printing:pdf", asked, LIMITS)
    assert base64.b64decode(answer["pdf"]).startswith(b"%PDF-"), answer


def test_a_character_no_font_has_stops_the_print_with_its_code_point() -> None:
    docx = letter("\U000e1000")
    answer: Any = printing.pdf({"docx": base64.b64encode(docx).decode()})
    assert answer == {"problem": "no font has U+E1000"}


def test_without_its_libraries_the_answer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_name: str) -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(importlib, "import_module", gone)
    assert printing.pdf({"docx": ""}) == {"problem": printing.UNAVAILABLE}


def test_what_people_typed_is_no_markup_of_the_page() -> None:
    docx = rendering.filled(letter("{{ title }}"), {"title": "<img src='file:///etc/passwd'>"})
    page = printing.html(sheets.blocks(docx))
    assert "<img" not in page
    assert "&lt;img" in page

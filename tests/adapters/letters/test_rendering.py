"""Letters: a hostile template does nothing, hostile data is printed as text, equal is equal."""

import base64
import zipfile
from io import BytesIO
from typing import Any

import pytest

from server.adapters.letters import package, rendering, sheets
from server.adapters.letters.package import NotALetter
from server.domain.findings import Finding
from server.engine import child
from server.engine.child import Limits
from tests.factories.letters import letter, table_letter

RENDER = "server.adapters.letters.rendering:render"
RARE = "𠅤㛃䶮昇喆堃犇龘𠮷·阿卜杜拉"


@pytest.mark.parametrize(
    "line",
    [
        "{{ ''.__class__ }}",
        "{{ case.__init__.__globals__ }}",
        "{{ title.upper() }}",
        "{{ title | upper }}",
        "{{ range(10) }}",
        "{{ 'a' * 1000000000 }}",
        "{% set x = title %}",
        "{% import 'other' as x %}",
        "{% include 'other' %}",
        "{% extends 'other' %}",
        "{% macro x() %}{% endmacro %}",
        "{% for a in lines recursive %}{% endfor %}",
        "{{ secret }}",
        "{{ self }}",
        "{{ config }}",
        "{{ title[0:9] }}",
    ],
)
def test_what_a_letter_may_not_say_is_refused_before_it_runs(line: str) -> None:
    said = list(rendering.spoken(letter(line)))
    is_found = any(one.refused or one.unknown or one.broken for one in said)
    if not is_found:  # filters are known only when it is compiled
        with pytest.raises(Exception, match="filter"):
            rendering.rendered(letter(line), {})


@pytest.mark.parametrize(
    "line",
    [
        "{{ ''.__class__ }}",
        "{{ title.upper() }}",
        "{{ title.__class__.__mro__ }}",
        "{{ range(9) }}",
    ],
)
def test_what_runs_all_the_same_reaches_nothing(line: str) -> None:
    answer: Any = rendering.render(asked(letter(line), {"title": "题"}))
    if "problem" not in answer:
        assert sheets.text(answer["blocks"]).strip() == ""


def test_a_template_that_never_ends_is_killed() -> None:
    loops = [f"{{%p for a{n} in lines %}}" for n in range(9)]
    ends = ["{%p endfor %}"] * 9
    endless = letter(*loops, "{{ title }}", *ends)
    data = {"title": "题" * 100, "lines": [{"text": "行"}] * 60}
    limits = Limits(cpu_seconds=1, wall_seconds=60.0, memory_bytes=512 << 20)
    answer = child.run(RENDER, asked(endless, data), limits)
    assert isinstance(answer, Finding)


@pytest.mark.parametrize(
    "parts",
    [
        {"word/embeddings/a.bin": b"x"},
        {"word/vbaProject.bin": b"x"},
        {"word/_rels/a.xml.rels": b'<a TargetMode="External" Target="http://x/"/>'},
        {"word/extra.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'},
        {"docProps/custom.xml": b"<a>{{ case }}</a>"},
    ],
)
def test_a_package_with_more_than_text_is_refused(parts: dict[str, bytes]) -> None:
    with pytest.raises(NotALetter):
        package.parts(letter("{{ title }}", parts=parts))


def test_what_is_no_docx_is_refused() -> None:
    for content in (b"", b"PK\x03\x04", b"%PDF-1.4"):
        with pytest.raises(NotALetter):
            package.parts(content)


@pytest.mark.parametrize(
    "text",
    [
        "</w:t></w:r></w:p><w:p>",
        "{{ 7 * 7 }}{% for x in y %}",
        "&lt;b&gt; & \"'",
        "一" * 10_000,
        RARE,
    ],
)
def test_whatever_people_typed_is_printed_as_text(text: str) -> None:
    answer: Any = rendering.render(asked(letter("前{{ title }}后"), {"title": text}))
    assert sheets.text(answer["blocks"]) == f"前{text}后"


def test_what_cannot_be_printed_is_left_out_and_lines_stay_lines() -> None:
    data = {"title": "甲\x00\x07\x1b\u202e\ue0f0乙\n丙"}
    answer: Any = rendering.render(asked(letter("{{ title }}"), data))
    assert sheets.text(answer["blocks"]) == "甲乙\n丙"


def test_the_figure_of_the_number_is_put_in_afterwards_and_equal_is_equal() -> None:
    data = {"number": f"容〔2026〕{package.MARK}号", "title": "题"}
    first, second = (
        base64.b64decode(rendering.render(asked(letter("{{ number }}{{ title }}"), data))["docx"])
        for _each in range(2)
    )
    numbered = package.numbered(first, "12")
    assert sheets.text(sheets.blocks(numbered)) == "容〔2026〕12号题"
    assert package.numbered(second, "12") == numbered
    assert sheets.text(sheets.blocks(package.stamped(numbered, "草稿"))).startswith("草稿\n")
    assert zipfile.is_zipfile(BytesIO(numbered))


def test_tables_and_loops_read_as_they_stand() -> None:
    filled: Any = rendering.render(
        asked(
            table_letter("{%tr for line in lines %}", "{{ line.label }}", "{%tr endfor %}"),
            {"lines": [{"label": "甲"}, {"label": "乙"}]},
        )
    )
    [table] = [block for block in filled["blocks"] if block["kind"] == "table"]
    assert [sheets.text(row[0]["blocks"]) for row in table["rows"]] == ["甲", "乙"]


def asked(template: bytes, data: dict[str, Any]) -> Any:
    """The question the child is asked."""
    return {"template": base64.b64encode(template).decode(), "data": data}

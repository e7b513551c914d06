"""Half-width marks between Chinese characters are found where people read, and nowhere else."""

from pathlib import Path

import pytest

from server.checker.punctuation import fixed, main, slips, spans_of

YAML = """title: 受理申请,五个工作日内提出意见   # 注释,不看
items: [主动认错, 及时补救]
map: {title: 申请人, office: applicant}
when: '=kind = "主动,被动"'
text: "第一项;第二项"
"""
JSON = '{"label": "是否受理?", "hide": "=a = \\"是,否\\"", "text": "共{{a,b}}项,请核对"}'
BPMN = """<bpmn:userTask id="受理,登记" name="受理,登记"><bpmn:documentation>先受理;后登记
</bpmn:documentation></bpmn:userTask>
<bpmn:conditionExpression>kind = "主动,被动"</bpmn:conditionExpression>
<bpmn:textAnnotation id="t"><bpmn:text>说明:见附件</bpmn:text></bpmn:textAnnotation>"""
DMN = '<inputEntry><text>"主动,被动"</text></inputEntry><decision name="认定,办理"/>'
MARKDOWN = """说明,见下文。

```yaml
title: 主动,被动
```
写作`主动,被动`；见[附件](受理,登记.md)。
"""
PYTHON = 'message = _("受理,登记")\nplain = "主动,被动"\n# 注释,不看\n'


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("pack.yaml", YAML, [",", ";"]),
        ("a.form.json", JSON, ["?", ","]),
        ("a.bpmn", BPMN, [",", ";", ":"]),
        ("a.dmn", DMN, [","]),
        ("a.md", MARKDOWN, [","]),
        ("a.py", PYTHON, [","]),
        ("a.txt", "主动,被动", []),
    ],
)
def test_only_texts_for_people_are_looked_at(name: str, text: str, expected: list[str]) -> None:
    found = slips(text, spans_of(Path(name), text))
    assert [slip.mark for slip in found] == expected


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("受理,登记", "受理，登记"),
        ("受理, 登记", "受理，登记"),
        ("是否受理?", "是否受理？"),
        ("说明:见附件;完", "说明：见附件；完"),
        ("监委(县级)主任", "监委（县级）主任"),
        ("申请(含附件)", "申请（含附件）"),
        ("见表1,2和PT10M, a", "见表1,2和PT10M, a"),
        ("容错(see above)", "容错(see above)"),
        ("a, b: c (d)", "a, b: c (d)"),
        ("受理，登记。", "受理，登记。"),
    ],
)
def test_marks_become_full_width_and_everything_else_stays(text: str, mended: str) -> None:
    assert fixed(text, slips(text, iter([(0, len(text))]))) == mended


def test_the_tool_names_the_line_and_mends_it_when_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("第一行。\n受理,登记\n", encoding="utf-8")
    assert main([str(tmp_path)]) == 1
    assert f"{page}:2:" in capsys.readouterr().out
    assert main(["--fix", str(tmp_path)]) == 0
    assert page.read_text(encoding="utf-8") == "第一行。\n受理，登记\n"
    assert main([str(tmp_path)]) == 0

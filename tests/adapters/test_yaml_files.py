"""YAML as packs may write it."""

import pytest

from server.adapters import yaml_files


def test_a_plain_mapping_is_read_without_findings() -> None:
    value, findings = yaml_files.load("a.yaml", "键: 值\n".encode())
    assert value == {"键": "值"}
    assert findings == []


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert yaml_files.load("a.yaml", b"\xef\xbb\xbfa: 1\n") == ({"a": 1}, [])


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("标题: 容错".encode("gb18030"), "YAML_ENCODING", "UTF-8"),
        (b"a: 1\na: 2\n", "YAML_SYNTAX", "键“a”重复"),
        (b"a: &x 1\nb: *x\n", "YAML_SYNTAX", "别名"),
        (b"a: [1\nb: 2\n", "YAML_SYNTAX", "第2行"),
        (b"a: !!python/object/apply:os.system [ls]\n", "YAML_SYNTAX", "不是有效的YAML"),
        (b"a: " + b"x" * (1024 * 1024), "YAML_TOO_LARGE", "1MB"),
        (b"[" * 1_000_000, "YAML_SYNTAX", "嵌套"),
        (b"{a: " * 200_000, "YAML_SYNTAX", "嵌套"),
        (b"- " * 500_000, "YAML_SYNTAX", "嵌套"),
        (b"a: 2026-13-45\n", "YAML_SYNTAX", "不是有效的YAML"),
    ],
)
def test_what_cannot_be_trusted_is_one_finding_with_its_place(
    content: bytes, code: str, words: str
) -> None:
    value, findings = yaml_files.load("a.yaml", content)
    assert value is None
    assert [finding.code for finding in findings] == [code]
    assert words in findings[0].message
    assert findings[0].file == "a.yaml"

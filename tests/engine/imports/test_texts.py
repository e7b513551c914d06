"""Tables and forms come in UTF-8, whatever they were written in."""

import pytest

from server.engine.imports.texts import as_utf8

FORM = '{"type": "default", "components": [], "id": "表单"}'


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_form_is_kept_in_utf8(codec: str) -> None:
    found = as_utf8("a.form.json", FORM.encode(codec), is_xml=False)
    assert found.content == FORM.encode()
    is_new = codec in ("utf-16", "gb18030")
    assert [each.code for each in found.findings] == ["IMPORT_REENCODED"] * is_new


def test_bytes_that_are_no_text_are_refused() -> None:
    found = as_utf8("a.form.json", b"\xff\xff\xff", is_xml=False)
    assert found.content is None
    assert [each.code for each in found.findings] == ["IMPORT_ENCODING"]


def test_a_table_is_read_as_every_xml_is() -> None:
    table = '<?xml version="1.0" encoding="GBK"?><definitions name="表"/>'.encode("gbk")
    found = as_utf8("a.dmn", table, is_xml=True)
    assert found.content is not None
    assert "表" in found.content.decode()
    assert as_utf8("a.dmn", b"<!DOCTYPE a><a/>", is_xml=True).content is None

"""A file is accepted when its bytes are what its name says, and refused when they hide code."""

from io import BytesIO

import pytest

from server.adapters import file_types
from server.adapters.file_types import is_what_it_says
from tests.factories.files import DOCX, EXE, JPG, OLE, PDF, PNG, office


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("pdf", PDF),
        ("png", PNG),
        ("jpg", JPG),
        ("jpeg", JPG),
        ("tif", b"II*\x00" + bytes(30)),
        ("docx", DOCX),
        ("xlsx", office({"xl/workbook.xml": b"<workbook/>"})),
        ("pptx", office({"ppt/presentation.xml": b"<p/>"})),
        ("ofd", office({"OFD.xml": b"<OFD/>", "Doc_0/Document.xml": b"<D/>"})),
        ("doc", OLE),
        ("wps", OLE),
        ("txt", "情况说明\n".encode()),
        ("txt", "情况说明".encode("gb18030")),
        ("csv", b"a,b\n1,2\n"),
    ],
)
def test_an_honest_file_is_what_it_says(kind: str, content: bytes) -> None:
    assert is_what_it_says(BytesIO(content), kind)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("pdf", b""),
        ("pdf", EXE),
        ("pdf", PNG),
        ("png", PDF),
        ("jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("docx", office({"xl/workbook.xml": b"<workbook/>"})),
        ("docx", b"PK\x03\x04 no archive"),
        ("docx", office({"word/document.xml": b"x", "word/vbaProject.bin": b"x"})),
        ("docx", office({"word/document.xml": b"x", "word/embeddings/oleObject1.bin": b"x"})),
        ("xlsx", office({"xl/workbook.xml": b"x", "xl/activeX/activeX1.xml": b"x"})),
        ("docx", office({"word/document.xml": b"x", "word/bomb": b"0" * 5_000_000})),
        ("doc", OLE + "_VBA_PROJECT".encode("utf-16-le")),
        ("doc", PDF),
        ("txt", EXE),
        ("txt", b"#!/bin/sh\nrm"),
        ("txt", b"\x00\x01\x02"),
        ("txt", b"\xff\xfe\xff"),
        ("exe", EXE),
    ],
)
def test_another_content_or_code_is_refused(kind: str, content: bytes) -> None:
    assert not is_what_it_says(BytesIO(content), kind)


def test_an_archive_may_hold_so_many_entries_and_not_one_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(file_types, "MOST_ENTRIES", 2)
    assert is_what_it_says(BytesIO(DOCX), "docx")
    more = office({"word/document.xml": b"x", "a": b"", "b": b""})
    assert not is_what_it_says(BytesIO(more), "docx")

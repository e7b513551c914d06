"""A file as an answer: a download under its own name, never shown inside a page (AT-3)."""

from collections.abc import Iterator
from io import BytesIO
from urllib.parse import quote

from flask import Response, send_file

from server.adapters.storage import Damaged
from server.domain.errors import NotFound
from server.domain.texts import _
from server.http.site import site
from server.services.files.attachments import Opened

_CHUNK = 256 * 1024
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_download(opened: Opened) -> Response:
    """The bytes as a file to keep, under its own name (RFC 6266), checked before the first byte.

    Raises:
        NotFound: the bytes are gone or were changed; nothing of them is given out.
    """
    stream = _stream(opened)
    try:
        first = next(stream, b"")
    except Damaged as error:
        raise NotFound(_("该文件已经损坏，请联系运行人员"), detail=opened.id) from error
    response = Response(_all(first, stream), mimetype="application/octet-stream")
    response.headers["Content-Length"] = str(opened.content.size)
    name = quote(opened.name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def as_workbook(content: bytes, name: str) -> Response:
    """An .xlsx file to keep, under this name."""
    return send_file(BytesIO(content), _XLSX, as_attachment=True, download_name=name)


def as_letter(content: bytes, name: str) -> Response:
    """A .docx file to keep, under this name."""
    return send_file(BytesIO(content), _DOCX, as_attachment=True, download_name=name)


def _stream(opened: Opened) -> Iterator[bytes]:
    with site().tools.storage.opened(opened.content) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _all(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest

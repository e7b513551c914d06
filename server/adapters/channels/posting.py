"""A JSON document posted to a webhook: one request, no redirect, a short answer."""

import http.client
import json
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from server.adapters.channels.connecting import PATIENCE, Reach, encrypted
from server.domain.channels import Fault, Letter
from server.domain.errors import Undelivered

#: longest answer that is read, in bytes
_ANSWER: Final = 64 * 1024
_HTTPS: Final = "https"


def post(reach: Reach, base: str, path: str, query: dict[str, str], letter: Letter) -> None:
    """Post the letter as a text message and see that the robot took it.

    Raises:
        Undelivered: it did not, or nobody knows.
    """
    parts = urlsplit(base)
    host = parts.hostname or ""
    is_safe = parts.scheme == _HTTPS
    kind = http.client.HTTPSConnection if is_safe else http.client.HTTPConnection
    connection = kind(host, parts.port or kind.default_port, timeout=PATIENCE)
    context = reach.context()
    opened = reach.connect(host, connection.port)
    connection.sock = encrypted(opened, context, host) if is_safe else opened
    address = f"{parts.path.rstrip('/')}{path}?{urlencode(query)}"
    try:
        connection.request("POST", address, body=_content(letter), headers=_headers(letter))
        answer = connection.getresponse()
        status, told = answer.status, answer.read(_ANSWER)
    except (OSError, http.client.HTTPException):
        raise Undelivered(Fault.UNANSWERED) from None
    finally:
        connection.close()
    _judge(status, told)


def _content(letter: Letter) -> bytes:
    said = {"msgtype": "text", "text": {"content": letter.text}}
    return json.dumps(said, ensure_ascii=False).encode()


def _headers(letter: Letter) -> dict[str, str]:
    # the robots document no id of their own: a gateway between here and there may know this one
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "rongcuo",
        "Idempotency-Key": letter.message_id,
    }


def _judge(status: int, told: bytes) -> None:
    """Return when the robot took the message; it says so in its answer, whatever the status."""
    if status in (429, 502, 503, 504):
        raise Undelivered(Fault.BUSY)
    if status in (401, 403):
        raise Undelivered(Fault.SIGN_IN)
    code = _code(told) if status == 200 else None
    if code != 0:
        raise Undelivered(Fault.REFUSED)


def _code(told: bytes) -> Any:
    try:
        answer = json.loads(told)
    except (ValueError, RecursionError):
        return None
    return answer.get("errcode") if isinstance(answer, dict) else None

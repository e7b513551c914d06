"""Programs of officials that go on working whatever happens to the server, and keep a list of what
it acknowledged and of what they do not know."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from typing import Any

_NUMBERS = count(1)

#: what a client meets when the server dies
GONE = (OSError, HTTPException)


@dataclass(slots=True)
class Asked:
    """One act that was asked for: acknowledged with an answer, or nobody knows."""

    token: str
    path: str
    content: bytes
    kind: str
    key: str
    status: int | None = None
    answer: Any = None


@dataclass(slots=True)
class Client:
    """An official's program; every act has a key of its own."""

    port: int
    token: str = ""
    done: list[Asked] = field(default_factory=list)

    def act(self, path: str, body: Any = None) -> Any:
        """Ask for an act and return the answer.

        Raises what :data:`GONE` lists when there is none.
        """
        return self._begin(path, json.dumps(body or {}).encode(), "application/json")

    def upload(self, name: str, content: bytes) -> Any:
        """Add a file, and return the answer."""
        parts = (
            b"--edge\r\n"
            b'Content-Disposition: form-data; name="file"; filename="' + name.encode() + b'"\r\n'
            b"Content-Type: text/plain\r\n\r\n" + content + b"\r\n--edge--\r\n"
        )
        return self._begin("/attachments", parts, "multipart/form-data; boundary=edge")

    def again(self, asked: Asked) -> tuple[int, Any]:
        """Ask for the same under the same key."""
        headers = {"Content-Type": asked.kind, "Idempotency-Key": asked.key}
        return self._send("POST", asked.path, asked.content, headers, asked.token)

    def seen(self, path: str) -> tuple[int, Any]:
        """What a GET answers."""
        return self._send("GET", path, b"", {}, self.token)

    def _begin(self, path: str, content: bytes, kind: str) -> Any:
        asked = Asked(self.token, path, content, kind, key=f"key-{next(_NUMBERS)}")
        self.done.append(asked)
        asked.status, asked.answer = self.again(asked)
        assert asked.status in (200, 201), (asked.path, asked.status, asked.answer)
        return asked.answer

    def _send(
        self, method: str, path: str, content: bytes, headers: dict[str, str], token: str
    ) -> tuple[int, Any]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        if token:
            headers = {**headers, "Authorization": f"Bearer {token}"}
        try:
            connection.request(method, f"/api/v1{path}", content or None, headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.status, json.loads(body) if is_json else body


def acknowledged(clients: list[Client]) -> Iterator[Asked]:
    """What the server said it did."""
    return (asked for client in clients for asked in client.done if asked.status is not None)


def unknown(clients: list[Client]) -> Iterator[Asked]:
    """What was under way when it died."""
    return (asked for client in clients for asked in client.done if asked.status is None)

"""Programs that use the API: signed in with a token, speaking JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.factories.site import SECRET

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Program:
    """Somebody's program; without a token it is nobody's."""

    app: Flask
    token: str = ""

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._ask("GET", path, options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self._ask("POST", path, {**({} if body is None else {"json": body}), **options})

    def found(self, path: str) -> Any:
        """What a GET answers, which must succeed."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json

    def done(self, path: str, body: Any = None, **options: Any) -> Any:
        """What a POST answers, which must succeed."""
        answer = self.post(path, body, **options)
        assert answer.status_code in (200, 201), answer.get_data(as_text=True)
        return answer.json

    def _ask(self, method: str, path: str, options: Mapping[str, Any]) -> TestResponse:
        headers = dict(options.get("headers", {}))
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        given = {**options, "headers": headers}
        return self.app.test_client().open(PREFIX + path, method=method, **given)


def program(app: Flask, login: str) -> Program:
    """The program of the person with this login."""
    nobody = Program(app)
    given = {"username": login, "password": SECRET}
    return Program(app, nobody.done("/tokens", given)["token"])

"""Serving over plain http."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from server.http import serving
from server.http.serving import Listening

_TOUCHED = (signal.SIGPIPE, signal.SIGTERM, signal.SIGINT)


def test_a_browser_that_goes_away_does_not_end_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    found: list[Any] = []

    class Server:
        def serve(self) -> None:
            found.append(signal.getsignal(signal.SIGPIPE))

    monkeypatch.setattr(serving, "_server", lambda app, listening: Server())
    monkeypatch.setattr(serving, "_announce", lambda listening, answering: None)
    serving.run(Flask("x"), Listening(), lambda: None)
    assert found == [signal.SIG_IGN]


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in _TOUCHED}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)

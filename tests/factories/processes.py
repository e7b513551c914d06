"""The program in processes of its own, and one address in front of several of them."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from typing import Any

from server.services.context import Tools

#: headers that belong to one connection
_OF_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@contextmanager
def running(
    commands: Sequence[Sequence[str]],
    environ: Mapping[str, str],
    log: Path,
    *,
    is_patient: bool = True,
) -> Iterator[list[subprocess.Popen[str]]]:
    """The commands, started at once; ended in the end, however far they are.

    Who is patient waits until each says that it works. What they log is kept in the file, where a
    failed test can be looked up.
    """
    with log.open("a", encoding="utf-8") as told, ExitStack() as stack:
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "server", *command],
                stdout=subprocess.PIPE,
                stderr=told,
                text=True,
                env={**os.environ, **environ},
            )
            for command in commands
        ]
        for process in started:
            stack.callback(_ended, process)
        for process in started if is_patient else ():
            assert process.stdout is not None
            assert process.stdout.readline(), log.read_text(encoding="utf-8")
        yield started


def environ_of(tools: Tools) -> dict[str, str]:
    """What leads a process to the database and the data directory of these tools."""
    return {
        "RONGCUO_DATABASE_URL": tools.config.database_url,
        "RONGCUO_DATA": str(tools.config.data),
    }


def told_to_end(process: subprocess.Popen[str]) -> int:
    """Send SIGTERM and give the exit status."""
    process.send_signal(signal.SIGTERM)
    return process.wait(30)


def _ended(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait(30)
    if process.stdout is not None:
        process.stdout.close()


@contextmanager
def in_turn(ports: Sequence[int]) -> Iterator[tuple[str, list[int]]]:
    """An address whose requests go to these ports in turn, and the port each one went to.

    Every request goes to the next, whatever connection it comes by: nothing sticks.
    """
    server = _InTurn(ports)
    passing = threading.Thread(target=server.serve_forever, args=(0.05,), name="in turn")
    passing.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", server.went
    finally:
        server.shutdown()
        passing.join(30)
        server.server_close()


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_InTurn"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # whatever the method, it is passed on
            return self._pass_on
        raise AttributeError(name)

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:  # the browser went away
            self.close_connection = True

    def log_message(self, *_told: object) -> None:
        return

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = HTTPConnection("127.0.0.1", self.server.next_port(), timeout=60)
        try:
            given = {name: value for name, value in self.headers.items() if _passes(name)}
            asked.request(self.command, self.path, body or None, given)
            answer = asked.getresponse()
            self._give(answer, answer.read())
        finally:
            asked.close()

    def _give(self, answer: HTTPResponse, content: bytes) -> None:
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if _passes(name):
                self.send_header(name, value)
        if answer.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


class _InTurn(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, ports: Sequence[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.went: list[int] = []
        self._behind = cycle(ports)
        self._turn = threading.Lock()

    def next_port(self) -> int:
        """Whose turn it is."""
        with self._turn:
            self.went.append(next(self._behind))
            return self.went[-1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A server that ends while a browser still asks is no news."""


def _passes(name: str) -> bool:
    return name.lower() not in _OF_ONE_HOP

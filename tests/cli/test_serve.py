import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path

import pytest

from server.__main__ import wiring
from server.app import build
from server.cli import run
from server.domain.errors import Invalid
from server.http import serving
from server.http.serving import Listening
from tests.factories.certificates import self_signed


@pytest.mark.slow
def test_a_drill_serves_its_cases_and_ends_quietly_when_told(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "server", "--data", str(tmp_path), "demo"], check=True)
    port = free_port()
    with served(tmp_path, "--drill", "--port", str(port)) as server:
        address = f"http://127.0.0.1:{port}"
        assert json.loads(text_of(f"{address}/healthz")) == {"status": "ok"}
        assert "rongcuo-demo" in text_of(f"{address}/sign-in")
        assert stat(tmp_path) == 0o700
        assert stat(tmp_path / "rongcuo.sqlite3") == 0o600
        assert stat(tmp_path / "form-secret") == 0o600
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0


@pytest.mark.slow
def test_over_tls_the_cookies_are_secure_and_old_protocols_are_refused(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    port = free_port()
    data = tmp_path / "data"
    with served(data, "--port", str(port), "--tls", str(certificate), str(key)):
        trusting = ssl.create_default_context(cafile=str(certificate))
        with asked(f"https://localhost:{port}/sign-in", trusting) as answer:
            assert "max-age" in answer.headers["Strict-Transport-Security"]
            assert "Secure" in answer.headers["Set-Cookie"]
            assert answer.headers["Set-Cookie"].startswith("__Host-")


def test_an_address_others_reach_needs_tls_or_a_proxy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(tmp_path, "serve", "--host", "0.0.0.0") == 1
    assert "--tls" in capsys.readouterr().err


def test_a_drill_others_reach_needs_a_password_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("serve", "--host", "0.0.0.0", "--behind-proxy", "--drill")
    assert command(tmp_path, *given) == 1
    assert "口令" in capsys.readouterr().err
    assert not (tmp_path / "rongcuo.sqlite3").exists()


def test_the_clock_is_for_drills_only(tmp_path: Path) -> None:
    assert command(tmp_path, "serve", "--clock", "2026-03-02T08:30+08:00") == 1


def test_an_ordinary_directory_is_not_served_as_a_drill(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(tmp_path, "user", "list") == 0
    assert command(tmp_path, "serve", "--drill") == 1
    assert "正式办理" in capsys.readouterr().err


def test_a_port_in_use_is_told_in_plain_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listening = Listening(port=taken.getsockname()[1])
        with pytest.raises(Invalid, match=str(listening.port)):
            serving._server(_Bare(), listening)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "is_local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a.b", False)],
)
def test_only_this_machines_own_addresses_are_local(host: str, *, is_local: bool) -> None:
    assert Listening(host=host).is_local is is_local


def test_a_certificate_that_is_none_is_refused_before_anything_starts(tmp_path: Path) -> None:
    wrong = tmp_path / "a.pem"
    wrong.write_text("none", encoding="utf-8")
    with pytest.raises(Invalid):
        serving.check(Listening(tls=(wrong, wrong)), None, is_drill=False)


class _Bare:
    config = {"MAX_CONTENT_LENGTH": 1}  # noqa: RUF012  # as Flask has it

    def __call__(self, _environ: object, _start: object) -> list[bytes]:
        return []


def command(data: Path, *arguments: str) -> int:
    """The exit status of a command on this data directory."""
    return run(["--data", str(data), *arguments], {}, build, wiring)


@contextmanager
def served(data: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The program in a process of its own, once it says that it answers."""
    given = [sys.executable, "-m", "server", "--data", str(data), "serve", *options]
    server = subprocess.Popen(
        given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ}
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert "http" in line
        yield server
    finally:
        server.kill()
        server.wait(30)
        if server.stdout is not None:
            server.stdout.close()


def asked(address: str, context: ssl.SSLContext | None = None) -> HTTPResponse:
    """The answer of the server."""
    answer = urllib.request.urlopen(address, timeout=30, context=context)
    assert isinstance(answer, HTTPResponse)
    return answer


def text_of(address: str) -> str:
    """What the server answers."""
    with asked(address) as answer:
        return answer.read().decode()


def stat(path: Path) -> int:
    """Who may do what with a file."""
    return path.stat().st_mode & 0o777


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port

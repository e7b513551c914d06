"""Real receivers on loopback: a mail server and a webhook robot, that can refuse and go away."""

import email
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from server.adapters.channels.connecting import Reach
from server.adapters.channels.dingtalk import DingTalk
from server.adapters.channels.mail import Mail, Security
from server.adapters.channels.wecom import WeCom
from server.domain.channels import Way, Ways

SITE = "https://rongcuo.example.cn"
HOST = "127.0.0.1"
LOOPBACK = Reach(networks=(ip_network("127.0.0.0/8"),))


@dataclass
class Mailbox:
    """A mail server: what it took, and what it says to whom."""

    port: int = 0
    letters: list[Message] = field(default_factory=list)
    #: address -> what RCPT is answered with
    answers: dict[str, str] = field(default_factory=dict)
    #: what a letter is answered with
    verdict: str = "250 OK"
    #: called with each letter that was taken, before it is answered
    taken: Callable[[], None] = lambda: None

    async def handle_RCPT(  # noqa: N802  # as the library calls it
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        refusal = self.answers.get(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.verdict.startswith("250"):
            self.letters.append(email.message_from_bytes(envelope.content, policy=default))
            self.taken()
        return self.verdict

    @property
    def ids(self) -> list[str]:
        """Message-IDs of what came, in order."""
        return [str(letter["Message-ID"]) for letter in self.letters]

    def way(self, security: Security = "none", host: str = HOST, **given: Any) -> Mail:
        """The way to it."""
        usual: dict[str, Any] = {"reach": LOOPBACK, "sender": "rongcuo@example.cn"}
        return Mail(**usual | given, host=host, port=self.port, security=security)


@contextmanager
def mail_server(box: Mailbox, **options: Any) -> Iterator[Mailbox]:
    """The mail server answers while the block runs; the second time on the same port."""
    controller = Controller(box, hostname=HOST, port=box.port or free_port(), **options)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()


def with_tls(certificate: Path, key: Path) -> ssl.SSLContext:
    """What a server encrypts with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def knows(username: bytes, password: bytes) -> Callable[..., AuthResult]:
    """Signing in with this name and password alone."""

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> Any:
        is_known = (given.login, given.password) == (username, password)
        return AuthResult(success=is_known, handled=False)

    return check


@dataclass
class Robot:
    """A webhook's robot: what it was told, and what it answers."""

    port: int = 0
    status: int = 200
    answer: Any = field(default_factory=lambda: {"errcode": 0, "errmsg": "ok"})
    headers: dict[str, str] = field(default_factory=dict)
    #: path, query, body and headers of each request
    told: list[tuple[str, dict[str, str], Any, dict[str, str]]] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """What was said in the group."""
        return [body["text"]["content"] for _path, _query, body, _headers in self.told]

    def wecom(self, name: str = "wecom", units: frozenset[str] | None = None) -> Way:
        """The way to it as a robot of WeCom."""
        base = f"http://{HOST}:{self.port}"
        return WeCom(reach=LOOPBACK, name=name, base=base, key="k-1", units=units)

    def dingtalk(self, secret: str = "", units: frozenset[str] | None = None) -> Way:
        """The way to it as a robot of DingTalk."""
        base = f"http://{HOST}:{self.port}"
        return DingTalk(
            reach=LOOPBACK, name="ding", base=base, token="t-1", secret=secret, units=units
        )


@contextmanager
def web_server(robot: Robot) -> Iterator[Robot]:
    """The robot answers while the block runs; the second time on the same port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # as the library calls it
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            robot.told.append((parts.path, query, body, dict(self.headers)))
            content = json.dumps(robot.answer).encode()
            self.send_response(robot.status)
            for name, value in robot.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_said: Any) -> None:
            return

    server = ThreadingHTTPServer((HOST, robot.port), Handler)
    robot.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield robot
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ways(*found: Way) -> Ways:
    """These ways out of an installation."""
    return Ways(site=SITE, ways=found)


def free_port() -> int:
    """A port nobody listens on."""
    with ThreadingHTTPServer((HOST, 0), BaseHTTPRequestHandler) as server:
        return int(server.server_address[1])

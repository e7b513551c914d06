"""Listens and answers: over plain http on this machine, over TLS, or behind a proxy that has it.

Two well-kept servers, for what each does best (docs/adr): waitress takes a whole request before a
thread sees it, so that slow readers hold none; it cannot do TLS, which cheroot does.
"""

import signal
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn, Protocol

from cheroot import wsgi
from cheroot.ssl.builtin import BuiltinSSLAdapter
from flask import Flask
from waitress.server import create_server
from werkzeug.middleware.proxy_fix import ProxyFix

from server.domain.errors import Invalid
from server.domain.texts import _
from server.services.drills.drill import Drill

#: requests answered at a time; more wait in line
THREADS = 8
#: connections at a time
CONNECTIONS = 400
#: seconds a silent connection is kept
PATIENCE = 60

_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Listening:
    """Where and how the server is reached."""

    host: str = "127.0.0.1"
    port: int = 8000
    #: certificate chain and private key
    tls: tuple[Path, Path] | None = None
    behind_proxy: bool = False

    @property
    def is_local(self) -> bool:
        """True when only this machine can reach it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def is_secure(self) -> bool:
        """True when people reach it over TLS."""
        return self.tls is not None or self.behind_proxy

    @property
    def url(self) -> str:
        """The address for people; behind a proxy, the one the proxy asks."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


class _Server(Protocol):
    def serve(self) -> None:
        """Answer until the process is told to end."""


def check(listening: Listening, drill: Drill | None, *, is_drill: bool) -> None:
    """Refuse, before anything is bound, what would let strangers in.

    Raises Invalid with the reason: passwords would cross the network in the clear, or everybody
    knows the password of the demo accounts.
    """
    if listening.tls is not None:
        _context(*listening.tls)
    if listening.is_local:
        return
    if not listening.is_secure:
        raise Invalid(
            _(
                "“{host}”不是本机地址：口令会在网络上明文传输。"
                "请加--tls CERT KEY，或者由前置代理提供HTTPS并加--behind-proxy"
            ).format(host=listening.host)
        )
    if is_drill and (drill is None or drill.demo_password != "own"):  # noqa: S105
        raise Invalid(
            _(
                "演练账号的口令是公开的，演练只能在本机使用。"
                "请先用rongcuo demo --password P（make run则加PASSWORD=P）自行设置口令"
            )
        )


def prepare(app: Flask, listening: Listening, hosts: tuple[str, ...]) -> None:
    """Let the application believe one proxy in front of it, if any, and only the names it has."""
    if listening.behind_proxy:
        hops = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)
        app.wsgi_app = hops  # type: ignore[method-assign]
    if hosts:
        app.config["TRUSTED_HOSTS"] = list(hosts)
    elif listening.is_local and not listening.behind_proxy:
        # a page of another site cannot reach this machine under a name of its own
        app.config["TRUSTED_HOSTS"] = list(_LOCAL_NAMES)


def run(app: Flask, listening: Listening, answering: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; ``answering`` is called once requests are answered.

    Requests under way are finished. Raises Invalid when the address cannot be used.
    """
    server = _server(app, listening)
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    if hasattr(signal, "SIGPIPE"):
        # the command line ends with its reader; a server outlives a browser that goes away
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    waiting = threading.Thread(
        target=_announce, args=(listening, answering), name="announce", daemon=True
    )
    waiting.start()
    with suppress(SystemExit, KeyboardInterrupt):
        server.serve()


def _server(app: Flask, listening: Listening) -> _Server:
    try:
        return _WithTls(app, listening) if listening.tls else _Plain(app, listening)
    except OSError as error:
        raise Invalid(
            _("无法在“{host}”的{port}端口监听：{why}").format(
                host=listening.host, port=listening.port, why=error.strerror or str(error)
            )
        ) from error


class _Plain:
    def __init__(self, app: Flask, listening: Listening) -> None:
        opened: dict[int, Any] = {}
        try:
            self._server: Any = create_server(
                app,
                map=opened,
                host=listening.host,
                port=listening.port,
                threads=THREADS,
                connection_limit=CONNECTIONS,
                channel_timeout=PATIENCE,
                max_request_body_size=app.config["MAX_CONTENT_LENGTH"],
                # ProxyFix believes the headers of one proxy, and nobody's without one
                clear_untrusted_proxy_headers=not listening.behind_proxy,
                ident=None,
            )
        except OSError:
            # a server that gets no address leaves what it opened on the way there
            for channel in list(opened.values()):
                channel.close()
            raise

    def serve(self) -> None:
        """Answer; a signal ends the loop, then the threads finish."""
        self._server.run()


class _WithTls:
    def __init__(self, app: Flask, listening: Listening) -> None:
        assert listening.tls is not None  # noqa: S101  # chosen by it
        certificate, key = map(str, listening.tls)
        self._server = wsgi.Server(
            (listening.host, listening.port),
            app,
            numthreads=THREADS,
            max=THREADS,
            server_name="rongcuo",  # else its version would be told
            timeout=PATIENCE,
            request_queue_size=CONNECTIONS,
        )
        adapter = BuiltinSSLAdapter(certificate, key)
        adapter.context = _context(*listening.tls)
        self._server.ssl_adapter = adapter
        self._server.max_request_body_size = app.config["MAX_CONTENT_LENGTH"]
        self._server.prepare()

    def serve(self) -> None:
        """Answer; a signal stops the server, which lets its threads finish."""
        try:
            self._server.serve()
        finally:
            self._server.stop()


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise Invalid(
            _("证书或者私钥无法使用：{why}").format(why=getattr(error, "reason", None) or error)
        ) from error
    return context


def _announce(listening: Listening, answering: Callable[[], None]) -> None:
    """Ask until there is an answer, whatever it is."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(listening.host, listening.host)  # noqa: S104
    pause = threading.Event()
    for _attempt in range(200):
        connection = _connection(listening, host)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            connection.getresponse().read()
        except (OSError, HTTPException):
            pause.wait(0.05)
        else:
            answering()
            return
        finally:
            connection.close()


def _connection(listening: Listening, host: str) -> HTTPConnection:
    if listening.tls is None:
        return HTTPConnection(host, listening.port, timeout=5)
    # only whether this very process answers; nothing is sent that anybody may not read
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return HTTPSConnection(host, listening.port, timeout=5, context=context)


def _end(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(0)

"""``rongcuo serve``, ``web`` and ``worker``: pages and API, background work, or both in one."""

import argparse
import logging
import os
import signal
from pathlib import Path
from queue import SimpleQueue

from server.cli import starting
from server.cli.arguments import Commands, Parser, whole
from server.cli.console import Console, write_json
from server.cli.starting import Ready
from server.domain.texts import _
from server.http import serving
from server.http.serving import Listening
from server.telemetry import Meters

_log = logging.getLogger(__name__)


def add(commands: Commands) -> None:
    """Describe the commands."""
    serve = commands.command("serve", _("启动服务：网页、接口和后台任务，同在一个进程"), _serve)
    web = commands.command("web", _("只启动网页和接口；同一数据库可以有多个"), _web)
    worker = commands.command("worker", _("只启动后台任务；同一数据库可以有多个"), _worker)
    for one in (serve, web):
        _where(one)
    for one in (serve, web, worker):
        starting.options(one)


def _where(parser: Parser) -> None:
    parser.add_argument("--host", metavar="H", default="127.0.0.1", help=_("监听地址，默认为本机"))
    parser.add_argument("--port", metavar="N", type=whole, default=8000, help=_("端口，默认为8000"))
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--tls", nargs=2, metavar=("CERT", "KEY"), type=Path, help=_("证书链和私钥文件")
    )
    how.add_argument("--behind-proxy", action="store_true", help=_("前面有一级提供HTTPS的代理"))


def _serve(options: argparse.Namespace, console: Console) -> int:
    listening = _listening(options)
    meters = Meters()
    with starting.ready(options, console, listening) as ready:
        worker = console.wiring().create_worker(ready.tools, ready.clock, meters)
        worker.start()
        try:
            _answer(ready, console, listening, meters)
        finally:
            worker.stop()
    return 0


def _web(options: argparse.Namespace, console: Console) -> int:
    listening = _listening(options)
    with starting.ready(options, console, listening) as ready:
        _answer(ready, console, listening, Meters())
    return 0


def _worker(options: argparse.Namespace, console: Console) -> int:
    # an event would wait for itself where the signal comes while its own lock is held
    told: SimpleQueue[int] = SimpleQueue()
    with starting.ready(options, console) as ready:
        for each in (signal.SIGTERM, signal.SIGINT):  # whoever still waits just ends
            signal.signal(each, lambda received, _frame: told.put(received))
        worker = console.wiring().create_worker(ready.tools, ready.clock, Meters())
        worker.start()
        try:
            _log.info("worker started")
            _say(console, {"worker": {"pid": os.getpid()}}, _("后台任务已启动"))
            told.get()
        finally:
            worker.stop()
            _log.info("worker ended")
    return 0


def _answer(ready: Ready, console: Console, listening: Listening, meters: Meters) -> None:
    """Answer requests until the process is told to end."""
    app = console.wiring().create_app(
        ready.tools,
        ready.clock,
        is_secure=listening.is_secure,
        secret=starting.form_secret(console.config.data),
        meters=meters,
    )
    serving.prepare(app, listening, console.config.hosts)
    with ready.tools.drawing.kept():
        serving.run(app, listening, lambda: _tell(console, listening))


def _listening(options: argparse.Namespace) -> Listening:
    return Listening(
        host=options.host,
        port=options.port,
        tls=tuple(options.tls) if options.tls else None,
        behind_proxy=options.behind_proxy,
    )


def _tell(console: Console, listening: Listening) -> None:
    _log.info("answering", extra={"address": listening.url})
    text = _("已启动，请用浏览器打开 {url}").format(url=listening.url)
    _say(console, {"url": listening.url}, text)


def _say(console: Console, document: dict[str, object], line: str) -> None:
    if console.as_json:
        write_json(document)
    else:
        print(line, flush=True)

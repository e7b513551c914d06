"""``rongcuo serve``: the pages, the API and the background work in one process."""

import argparse
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from server import telemetry
from server.cli.arguments import Commands, moment, whole
from server.cli.console import Console, write_json
from server.cli.stores import opened
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid
from server.domain.texts import _
from server.http import serving
from server.http.serving import Listening
from server.services import installation, schema
from server.services.context import Tools, reading, transaction
from server.services.drills import demo_drill, drill
from server.services.drills.drill import Drill
from server.services.packs import shipped_packs


def add(commands: Commands) -> None:
    """Describe the command."""
    serve = commands.command("serve", _("启动服务：网页、接口和后台任务，同在一个进程"), _serve)
    serve.add_argument("--host", metavar="H", default="127.0.0.1", help=_("监听地址，默认为本机"))
    serve.add_argument("--port", metavar="N", type=whole, default=8000, help=_("端口，默认为8000"))
    how = serve.add_mutually_exclusive_group()
    how.add_argument(
        "--tls", nargs=2, metavar=("CERT", "KEY"), type=Path, help=_("证书链和私钥文件")
    )
    how.add_argument("--behind-proxy", action="store_true", help=_("前面有一级提供HTTPS的代理"))
    serve.add_argument(
        "--packs", metavar="DIR", type=Path, help=_("另有政策包的文件夹，默认为数据目录")
    )
    serve.add_argument("--drill", action="store_true", help=_("新的数据目录作为演练环境"))
    serve.add_argument(
        "--clock", metavar="ISO", type=moment, help=_("演练时钟从此刻开始，只能与--drill同用")
    )


def _serve(options: argparse.Namespace, console: Console) -> int:
    if options.clock is not None and not options.drill:
        raise Invalid(_("--clock只能与--drill同用"))
    listening = Listening(
        host=options.host,
        port=options.port,
        tls=tuple(options.tls) if options.tls else None,
        behind_proxy=options.behind_proxy,
    )
    with opened(console) as tools:
        found = _drill(tools, console)
        serving.check(listening, found, is_drill=options.drill or found is not None)
        telemetry.configure()
        if options.drill:
            found = demo_drill.begin(tools, options.clock or console.now, console.now)
        else:
            installation.prepare(tools, console.now)
        clock = _clock(tools, is_drill=found is not None)
        _publish(tools, clock(), options.packs or console.config.data)
        _run(tools, clock, listening, console)
    return 0


def _run(
    tools: Tools, clock: Callable[[], datetime], listening: Listening, console: Console
) -> None:
    wiring = console.wiring()
    meters = telemetry.Meters()
    app = wiring.create_app(
        tools,
        clock,
        is_secure=listening.is_secure,
        secret=_form_secret(console.config.data),
        meters=meters,
    )
    serving.prepare(app, listening, console.config.hosts)
    worker = wiring.create_worker(tools, clock, meters)
    worker.start()
    try:
        serving.run(app, listening, lambda: _tell(console, listening))
    finally:
        worker.stop()


def _drill(tools: Tools, console: Console) -> Drill | None:
    """What the database is already, before anything is written to it."""
    if not console.has_database or not schema.is_current(tools.database):
        return None
    with reading(tools, SYSTEM, console.now) as ctx:
        drill.verify(ctx)
        return drill.state(ctx)


def _clock(tools: Tools, *, is_drill: bool) -> Callable[[], datetime]:
    if is_drill:
        return lambda: drill.now(tools, datetime.now(CHINA_TIME))
    return lambda: datetime.now(CHINA_TIME)


def _publish(tools: Tools, now: datetime, packs: Path) -> None:
    """The packs shipped with the program, then those of the site."""
    with transaction(tools, SYSTEM, now) as ctx:
        for root in dict.fromkeys((tools.config.shipped, packs.absolute())):
            shipped_packs.publish(ctx, root)


def _form_secret(folder: Path) -> str:
    """What signs the anti-forgery token: kept, so that open forms outlive a restart."""
    file = folder / "form-secret"
    try:
        with file.open("x", encoding="ascii") as created:
            created.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return file.read_text(encoding="ascii")


def _tell(console: Console, listening: Listening) -> None:
    if console.as_json:
        write_json({"url": listening.url})
    else:
        print(_("已启动，请用浏览器打开 {url}").format(url=listening.url), flush=True)

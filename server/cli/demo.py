"""``rongcuo demo``: a drill with people, packs and cases to try."""

import argparse
from datetime import datetime

from server.cli.arguments import Commands, moment
from server.cli.console import Console
from server.cli.stores import opened
from server.domain.expressions import Json
from server.domain.texts import _
from server.services import installation
from server.services.drills import demo_drill
from server.services.drills.demo_drill import Demo
from server.services.drills.drill import DemoAccount

#: a Monday morning in a year whose holidays are published
CLOCK = datetime.fromisoformat("2026-03-02T08:30+08:00")


def add(commands: Commands) -> None:
    """Describe the command."""
    demo = commands.command(
        "demo", _("在新的或者已是演练的数据目录中准备演练地区、账号和六件事项"), _demo
    )
    demo.add_argument("--password", metavar="P", help=_("演练账号共用的口令，默认为rongcuo-demo"))
    demo.add_argument(
        "--clock",
        metavar="ISO",
        type=moment,
        default=CLOCK,
        help=_("演练时钟从此刻开始，默认为2026-03-02T08:30+08:00；已是演练的，不改变"),
    )


def _demo(options: argparse.Namespace, console: Console) -> int:
    with opened(console) as tools:
        with installation.alone(tools):
            demo_drill.begin(tools, options.clock, console.now)
        demo = demo_drill.fill(tools, console.now, options.password)
    console.say(_document(demo), list(_lines(demo)))
    return 0


def _document(demo: Demo) -> dict[str, Json]:
    return {
        "drill": True,
        "clock_at": demo.drill.clock_at.isoformat(),
        "password": demo.drill.shown_password or None,
        "accounts": [
            {
                "login": account.login,
                "name": account.name,
                "organ": account.organ,
                "post": account.post,
                "step": account.step,
                "what": account.what,
                "group": account.group,
            }
            for account in demo.accounts
        ],
        "cases": [
            {"key": case.key, "title": case.title, "id": case.case_id} for case in demo.played
        ],
    }


def _lines(demo: Demo) -> list[str]:
    lines = [_("演练事项 {title}").format(title=case.title) for case in demo.played]
    group = ""
    for account in demo.accounts:
        if account.group != group:
            group = account.group
            lines.append(group)
        lines.append(_account_line(account))
    password = demo.drill.shown_password
    told = _("全部演练账号的口令：{password}").format(password=password)
    return [*lines, told if password else _("全部演练账号使用您自行设置的口令")]


def _account_line(account: DemoAccount) -> str:
    text = _("  {login}  {name}（{post}） {step}：{what}")
    return text.format(
        login=account.login,
        name=account.name,
        post=account.post,
        step=account.step,
        what=account.what,
    )

"""``rongcuo offer``: which procedures the people of this installation may start."""

import argparse
from dataclasses import asdict

from server.cli.arguments import Commands, Parser
from server.cli.console import Console
from server.cli.stores import clock, installed
from server.domain.access import SYSTEM
from server.domain.errors import NotFound
from server.domain.expressions import Json
from server.domain.texts import _
from server.services.context import Context, reading, transaction
from server.services.verbs import offers
from server.services.verbs.offers import Listed, Wish


def add(commands: Commands) -> None:
    """Describe the commands."""
    nested = commands.group("offer", _("本单位开通的程序"))
    nested.command("list", _("列出可以由人启动的程序，是否开通"), _list)
    _named(nested.command("open", _("开通程序"), _open))
    _named(nested.command("close", _("不再让人启动程序；已经启动的事项照常办理"), _close))


def _named(parser: Parser) -> None:
    parser.add_argument(
        "names", metavar="NAME", nargs="+", help=_("程序或者政策包的标识，见offer list")
    )
    parser.add_argument("--reason", required=True, help=_("理由，记入审计记录"))


def _list(options: argparse.Namespace, console: Console) -> int:
    with installed(console) as tools, reading(tools, SYSTEM, clock(tools, console)) as ctx:
        found = offers.listed(ctx)
    lines = [_line(each) for each in found]
    console.say([_document(each) for each in found], lines or [_("还没有发布政策包")])
    return 0


def _open(options: argparse.Namespace, console: Console) -> int:
    return _change(options, console, is_offered=True)


def _close(options: argparse.Namespace, console: Console) -> int:
    return _change(options, console, is_offered=False)


def _change(options: argparse.Namespace, console: Console, *, is_offered: bool) -> int:
    with installed(console) as tools, transaction(tools, SYSTEM, clock(tools, console)) as ctx:
        wishes = {
            each.key: Wish(is_offered=is_offered, seen=each.version)
            for name in options.names
            for each in _meant(ctx, name)
        }
        changed = set(offers.change(ctx, wishes, options.reason))
        found = [each for each in offers.listed(ctx) if each.key in changed]
    lines = [_line(each) for each in found]
    console.say([_document(each) for each in found], lines or [_("没有变化")])
    return 0


def _meant(ctx: Context, name: str) -> list[Listed]:
    """The procedures of this pack, or the one procedure of this key."""
    found = [each for each in offers.listed(ctx) if name in (each.pack, each.key)]
    if not found:
        raise NotFound(_("没有可以启动的程序“{name}”，见offer list").format(name=name))
    return found


def _document(found: Listed) -> Json:
    return asdict(found) | {
        "from_on": found.from_on.isoformat() if found.from_on else None,
        "changed_at": found.changed_at.isoformat() if found.changed_at else None,
    }


def _line(found: Listed) -> str:
    state = _("开通") if found.is_offered else _("停止启动")
    line = f"{found.pack} {found.key} {found.title} {state}"
    return line + (_("（{why}）").format(why=found.reason) if found.reason else "")

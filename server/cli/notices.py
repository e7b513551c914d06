"""``rongcuo notice``: how the ways out stand, and try one again."""

import argparse
from dataclasses import asdict

from server.cli.arguments import Commands
from server.cli.console import Console
from server.cli.stores import clock, installed
from server.domain.access import SYSTEM
from server.domain.channels import fault_words
from server.domain.texts import _
from server.queries import deliveries
from server.queries.deliveries import WayState
from server.services.context import reading, transaction
from server.services.notices.again import again


def add(commands: Commands) -> None:
    """Describe the commands."""
    nested = commands.group("notice", _("对外通知（邮件、群机器人）"))
    nested.command("list", _("各渠道待发、未送达的件数和原因"), _list)
    retry = nested.command("again", _("故障排除后，重发一个渠道未送达的通知"), _again)
    retry.add_argument("channel", metavar="CHANNEL", help=_("渠道的名称，见notice list"))


def _list(options: argparse.Namespace, console: Console) -> int:
    with installed(console) as tools, reading(tools, SYSTEM, clock(tools, console)) as ctx:
        found = deliveries.standing(ctx.session)
    document = [
        asdict(each)
        | {
            name: moment.isoformat() if (moment := getattr(each, name)) else None
            for name in ("oldest_at", "last_sent_at")
        }
        | {"faults": list(each.faults)}
        for each in found
    ]
    console.say(document, [_line(each) for each in found] or [_("没有对外发过通知")])
    return 0


def _again(options: argparse.Namespace, console: Console) -> int:
    with installed(console) as tools, transaction(tools, SYSTEM, clock(tools, console)) as ctx:
        n = again(ctx, options.channel)
    told = _("渠道{channel}的{n}件通知将重发").format(channel=options.channel, n=n)
    console.say({"channel": options.channel, "notices": n}, [told])
    return 0


def _line(found: WayState) -> str:
    line = _("{channel}：待发{waiting}件，未送达{given_up}件").format(
        channel=found.channel, waiting=found.waiting, given_up=found.given_up
    )
    return line + (f"（{fault_words(found.faults)}）" if found.faults else "")

"""``rongcuo sweep``: what has become due happens now, and messages between cases arrive."""

import argparse

from server.cli.arguments import Commands, moment
from server.cli.console import Console
from server.cli.stores import clock, installed
from server.domain.texts import _
from server.services.verbs import ticks


def add(commands: Commands) -> None:
    """Describe the command."""
    sweep = commands.command("sweep", _("触发已到时的定时和催办，打印所做的事"), _sweep)
    sweep.add_argument("--now", metavar="ISO", type=moment, help=_("以此时刻为准，默认为现在"))


def _sweep(options: argparse.Namespace, console: Console) -> int:
    states = {"fired": _("已触发"), "cancelled": _("已取消"), "failed": _("失败")}
    with installed(console) as tools:
        now = options.now or clock(tools, console)
        ticked = ticks.run_due(tools, now)
    done, arrived = ticked.timers, ticked.messages
    document = {
        "now": now.isoformat(),
        "done": [
            {
                "case": each.case_id,
                "kind": each.kind,
                "state": each.state,
                "what": each.what,
                "effect": list(each.effect),
            }
            for each in done
        ],
        "messages": arrived,
    }
    lines = [
        _("{state} {what} 事项{case} {effect}").format(
            state=states[each.state],
            what=each.what,
            case=each.case_id,
            effect="、".join(each.effect),
        )
        for each in done
    ]
    if arrived:
        lines.append(_("转送消息{n}条").format(n=arrived))
    console.say(document, lines or [_("没有到时的定时")])
    return 1 if any(each.state == "failed" for each in done) else 0

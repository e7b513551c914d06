"""``rongcuo incident``: which cases stand still because of a fault, and let one go on."""

import argparse
from dataclasses import asdict

from server.cli.arguments import Commands
from server.cli.console import Console
from server.cli.stores import clock, installed
from server.domain.access import SYSTEM
from server.domain.expressions import Json
from server.domain.texts import _
from server.queries import incidents as queries
from server.queries.incidents import Incident
from server.services.case import incidents
from server.services.context import reading, transaction


def add(commands: Commands) -> None:
    """Describe the commands."""
    nested = commands.group("incident", _("异常的事项"))
    nested.command("list", _("列出因流程异常而停止的事项和已放弃的定时"), _list)
    resolve = nested.command("resolve", _("原因排除后恢复一个事项，并重试它的定时"), _resolve)
    resolve.add_argument("case", metavar="CASE", help=_("事项的标识，见incident list"))


def _list(options: argparse.Namespace, console: Console) -> int:
    with installed(console) as tools, reading(tools, SYSTEM, clock(tools, console)) as ctx:
        found = queries.standing(ctx.session)
    lines = [_line(each) for each in found]
    console.say([_document(each) for each in found], lines or [_("没有异常的事项")])
    return 0


def _resolve(options: argparse.Namespace, console: Console) -> int:
    with installed(console) as tools, transaction(tools, SYSTEM, clock(tools, console)) as ctx:
        incidents.resolve(ctx, options.case)
    console.say({"case": options.case}, [_("事项{case}已恢复").format(case=options.case)])
    return 0


def _document(found: Incident) -> Json:
    given_up = [
        asdict(each) | {"due_at": each.due_at.isoformat() if each.due_at else None}
        for each in found.given_up
    ]
    since = found.since.isoformat() if found.since else None
    return asdict(found) | {"since": since, "given_up": given_up}


def _line(found: Incident) -> str:
    given_up = "、".join(f"{each.what}（{each.error}）" for each in found.given_up)
    parts = [found.reason, found.element, found.error]
    if given_up:
        parts.append(_("已放弃的定时：{timers}").format(timers=given_up))
    return _("事项{case} {status} {why}").format(
        case=found.case_id, status=found.status, why="；".join(filter(None, parts))
    )

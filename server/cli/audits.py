"""``rongcuo audit``: is the chain of acts whole?"""

import argparse

from server.cli.arguments import Commands
from server.cli.console import Console, complain
from server.cli.stores import installed
from server.domain.access import SYSTEM
from server.domain.texts import _
from server.services import audit
from server.services.context import reading


def add(commands: Commands) -> None:
    """Describe the commands."""
    nested = commands.group("audit", _("审计记录"))
    nested.command("verify", _("逐条核对审计记录链，指出第一条有问题的记录"), _verify)


def _verify(options: argparse.Namespace, console: Console) -> int:
    with installed(console) as tools, reading(tools, SYSTEM, console.now) as ctx:
        found = audit.verify(ctx.session)
    document = {"count": found.count, "broken": found.broken, "reason": found.reason or None}
    if found.broken is None:
        console.say(document, [_("审计记录链完整，共{n}条").format(n=found.count)])
        return 0
    console.say(document, [])
    complain(_("第{n}条审计记录有问题：{why}").format(n=found.broken, why=found.reason))
    return 1

"""``rongcuo audit``: are the chains of acts and of accesses whole?"""

import argparse

from server.cli.arguments import Commands
from server.cli.console import Console, complain
from server.cli.stores import installed
from server.domain.access import SYSTEM
from server.domain.texts import _
from server.services import audit
from server.services.context import reading

_CHAINS = {audit.ACT: _("操作"), audit.ACCESS: _("访问")}


def add(commands: Commands) -> None:
    """Describe the commands."""
    nested = commands.group("audit", _("审计记录"))
    nested.command("verify", _("逐条核对审计记录链，指出第一条有问题的记录"), _verify)


def _verify(options: argparse.Namespace, console: Console) -> int:
    with installed(console) as tools, reading(tools, SYSTEM, console.now) as ctx:
        verdicts = [(chain, audit.verify(ctx.session, chain)) for chain in audit.CHAINS]
    count = sum(found.count for _chain, found in verdicts)
    chain, broken = next(
        ((chain, found) for chain, found in verdicts if found.broken is not None),
        (None, audit.Verdict(count=count)),
    )
    document = {
        "count": count,
        "chain": chain,
        "broken": broken.broken,
        "reason": broken.reason or None,
    }
    if chain is None:
        console.say(document, [_("审计记录链完整，共{n}条").format(n=count)])
        return 0
    console.say(document, [])
    told = _("{chain}链第{n}条审计记录有问题：{why}")
    complain(told.format(chain=_CHAINS[chain], n=broken.broken, why=broken.reason))
    return 1

"""``rongcuo reporter``: the keys that who reported is sealed with."""

import argparse

from server.cli.arguments import Commands
from server.cli.console import Console
from server.cli.stores import clock, installed
from server.domain.texts import _
from server.services.identity import reporter_keys


def add(commands: Commands) -> None:
    """Describe the commands."""
    nested = commands.group("reporter", _("检举人信息的密钥"))
    text = _("用密钥文件的第一把密钥重新加密全部检举人信息；中断后可以再次执行")
    nested.command("rekey", text, _rekey)


def _rekey(_options: argparse.Namespace, console: Console) -> int:
    with installed(console) as tools:
        rows = reporter_keys.rekey(tools, clock(tools, console))
    told = _("已重新加密{n}条；旧密钥可以从密钥文件中删去").format(n=rows)
    console.say({"rows": rows}, [told])
    return 0

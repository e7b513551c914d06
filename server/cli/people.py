"""``rongcuo user``: accounts and the posts they hold."""

import argparse

from server.cli.arguments import Commands
from server.cli.console import Console
from server.cli.stores import installed
from server.domain.access import SYSTEM
from server.domain.texts import _
from server.services import people
from server.services.context import reading


def add(commands: Commands) -> None:
    """Describe the commands."""
    nested = commands.group("user", _("人员和职务"))
    nested.command("list", _("列出全部账号及其现任职务"), _list)


def _list(options: argparse.Namespace, console: Console) -> int:
    with installed(console) as tools, reading(tools, SYSTEM, console.now) as ctx:
        accounts = people.accounts(ctx, ctx.today)
    document = [
        {
            "login": official.login,
            "name": official.name,
            "managed_by": official.managed_by,
            "posts": [
                {
                    "unit": post.office.key,
                    "unit_name": post.office.name,
                    "title": post.title,
                    "head": post.is_head,
                }
                for post in posts
            ],
        }
        for official, posts in accounts
    ]
    lines = [
        f"{official.login}  {official.name}  "
        + "、".join(f"{post.office.name}{post.title}" for post in posts)
        for official, posts in accounts
    ]
    console.say(document, lines or [_("还没有任何账号")])
    return 0

"""``rongcuo user``: accounts and the posts they hold."""

import argparse

from server.cli.arguments import Commands
from server.cli.console import Console
from server.cli.stores import clock, installed
from server.domain.access import SYSTEM
from server.domain.texts import _
from server.services.context import reading, transaction
from server.services.identity import first_administrators, people


def add(commands: Commands) -> None:
    """Describe the commands."""
    nested = commands.group("user", _("人员和职务"))
    nested.command("list", _("列出全部账号及其现任职务"), _list)
    first = nested.command(
        "add", _("设立最初的三员：系统、安全保密、安全审计管理员，只能办理一次"), _add
    )
    for option, text in (
        ("--system", _("系统管理员")),
        ("--security", _("安全保密管理员")),
        ("--audit", _("安全审计员")),
    ):
        first.add_argument(option, nargs=2, required=True, metavar=("LOGIN", "NAME"), help=text)


def _add(options: argparse.Namespace, console: Console) -> int:
    people = [tuple(options.system), tuple(options.security), tuple(options.audit)]
    with installed(console) as tools, transaction(tools, SYSTEM, clock(tools, console)) as ctx:
        made = first_administrators.appoint(ctx, people)
    document = [
        {"login": one.login, "name": one.name, "title": one.title, "secret": one.secret}
        for one in made
    ]
    text = _("{title} {name} 账号{login} 初始口令{secret}")
    lines = [
        text.format(title=one.title, name=one.name, login=one.login, secret=one.secret)
        for one in made
    ]
    console.say(document, [*lines, _("口令只显示这一次，首次登录后须更换。请分别当面交给本人")])
    return 0


def _list(options: argparse.Namespace, console: Console) -> int:
    with installed(console) as tools, reading(tools, SYSTEM, clock(tools, console)) as ctx:
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

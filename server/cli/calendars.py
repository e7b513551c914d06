"""``rongcuo calendar``: count a period, import a year's holiday notice."""

import argparse
from pathlib import Path

from server.adapters.calendars import read_folder
from server.cli.arguments import Commands, day, whole
from server.cli.console import Console, read_bytes, write_json
from server.cli.stores import clock, installed
from server.domain import deadlines
from server.domain.access import SYSTEM
from server.domain.calendar import WorkingCalendar
from server.domain.deadline_rules import Unit
from server.domain.errors import Invalid
from server.domain.texts import _
from server.services.calendar import calendars
from server.services.clocks import calendar_imports
from server.services.context import reading, transaction


def add(commands: Commands) -> None:
    """Describe the commands."""
    nested = commands.group("calendar", _("工作日历和期限计算"))
    due = nested.command("due", _("计算期限的最后一日"), _due)
    due.add_argument(
        "start", metavar="START", type=day, help=_("起算日，例如2026-02-12；当日不计入")
    )
    due.add_argument("n", metavar="N", type=whole, help=_("期限的数目"))
    due.add_argument(
        "--unit",
        choices=[str(unit) for unit in Unit],
        default=str(Unit.WORKING),
        help=_("working工作日，calendar自然日，month月"),
    )
    imported = nested.command("import", _("导入一年的节假日安排，并重新计算受影响的期限"), _import)
    imported.add_argument("file", metavar="FILE", type=Path, help=_("YAML文件"))


def _due(options: argparse.Namespace, console: Console) -> int:
    end = deadlines.plain(options.start, options.n, Unit(options.unit), _calendar(console))
    write_json(
        {
            "start": options.start.isoformat(),
            "n": options.n,
            "unit": options.unit,
            "due_on": end.on.isoformat() if end.on else None,
            "provisional_on": end.provisional_on.isoformat() if end.provisional_on else None,
            "counted": [day.isoformat() for day in end.counted],
        }
    )
    return 0


def _calendar(console: Console) -> WorkingCalendar:
    """The calendar of the database, that of the program where there is none yet."""
    if console.has_database:
        with installed(console) as tools, reading(tools, SYSTEM, clock(tools, console)) as ctx:
            return calendars.current(ctx)
    shipped, findings = read_folder(console.config.shipped / "processes" / "_calendars")
    if findings:
        raise Invalid(_("随程序提供的日历文件无法读取"), findings)
    return shipped[calendars.CN]


def _import(options: argparse.Namespace, console: Console) -> int:
    content = read_bytes(options.file)
    with installed(console) as tools, transaction(tools, SYSTEM, clock(tools, console)) as ctx:
        done = calendar_imports.import_notice(ctx, options.file.name, content)
    lines = [
        _("已导入{year}年，重新计算后有{n}个期限改变").format(year=year, n=done.moved)
        for year in done.years
    ]
    console.say(
        {"years": list(done.years), "moved": done.moved},
        lines or [_("与已有的日历相同，没有改变")],
    )
    return 0

"""Exports as spreadsheets: each says who made it and when, and with which serial."""

from server.adapters import exports
from server.adapters.exports import Report
from server.domain.calendar import CHINA_TIME
from server.domain.texts import _
from server.services.context import Context


def stamp(ctx: Context, serial: str) -> str:
    """Who made the export when; the serial stands in the record of accesses, too."""
    made = ctx.now.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M")
    return _("{name}于{made}导出，序号{serial}").format(
        name=ctx.actor.name, made=made, serial=serial
    )


def written(ctx: Context, report: Report) -> bytes:
    """The .xlsx file; what is needed on disk meanwhile lies with the data of the installation."""
    folder = ctx.tools.config.data
    return exports.write(report, folder if folder.is_dir() else None)

"""A holiday notice is imported: its year is stored and every open deadline it touches recounted."""

from dataclasses import dataclass

from server.adapters.calendars import read_years
from server.domain.errors import Invalid
from server.domain.texts import _
from server.services.calendar import calendars
from server.services.clocks import deadlines
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What an import changed."""

    #: years that were new or read differently
    years: tuple[int, ...]
    #: how many open deadlines moved
    moved: int


def import_notice(
    ctx: Context, file: str, content: bytes, calendar: str = calendars.CN
) -> Imported:
    """Store the years of a notice and recount what they touch; the same notice again does nothing.

    Raises Invalid with every problem of the file; then nothing was stored.
    """
    years, findings = read_years(file, content)
    if findings:
        raise Invalid(
            _("节假日文件“{file}”有{n}处问题").format(file=file, n=len(findings)), findings
        )
    changed = calendars.store(ctx, years, calendar)
    moved = deadlines.recompute(ctx, calendar) if changed else 0
    return Imported(years=changed, moved=moved)

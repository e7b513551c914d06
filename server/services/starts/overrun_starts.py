"""Beginning a case from a line of 责任倒查清单: which procedure asks for it, and what is known.

A start form asks for such lines by a list ``overruns`` (pack-format.md); which organ looks into
them is the pack's business. Only what stands on the list of the person himself can be taken from
it, and everything filled in here is shown to him before it is handed in.
"""

from typing import Final

from server.domain.errors import NotFound
from server.domain.expressions import Json
from server.forms import compiler
from server.queries import board, overruns
from server.services.context import Context
from server.services.packs import definitions
from server.services.starts import procedures, start_ways
from server.services.starts.procedures import Startable

#: the list of a start form into which lines are written, and its fields (pack-format.md)
LINES: Final = "overruns"
_REFERENCE, _TITLE = "overrun_reference", "overrun_title"
_DUE_ON, _MET_ON = "overrun_due_on", "overrun_met_on"


def beginning(ctx: Context) -> Startable | None:
    """The procedure that this person may begin from a line of the list, None when there is none."""
    return next((each for each in procedures.startable(ctx) if _asks(ctx, each.key)), None)


def values(ctx: Context, key: str, deadline_id: str) -> dict[str, Json]:
    """What the start form begins with for a clock that ran over, empty where it does not ask.

    Raises:
        NotFound: the clock is not on the list of this person.
    """
    if not _asks(ctx, key):
        return {}
    session, actor = ctx.session, ctx.actor
    units = board.offices(session, actor)
    found = overruns.one(session, actor, units, ctx.now, deadline_id)
    if found is None:
        raise NotFound
    pack = definitions.release(ctx, found.pack_version_id).pack
    line: dict[str, Json] = {
        _REFERENCE: found.reference,
        _TITLE: pack.deadlines[found.rule_key].title,
        _DUE_ON: found.due_on.isoformat(),
        _MET_ON: found.met_on.isoformat() if found.met_on else None,
    }
    known: dict[str, Json] = {"source_reference": found.reference, LINES: [line]}
    organ = overruns.answerable(session, deadline_id)
    if organ is not None:
        unit_id, level = organ
        known |= {"concerned_kind": "unit", "concerned_unit": unit_id, start_ways.LEVEL: level}
    return known


def _asks(ctx: Context, key: str) -> bool:
    release = definitions.in_force(ctx, key, ctx.today)
    form = release.forms[release.pack.procedures[key].start_form]
    return any(each.key == LINES and each.children for each in compiler.fields(form))

"""What the form of a task asks besides what its meeting writes: for whoever keeps the record."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.expressions import Json
from server.forms import shown
from server.services.case import case_state, facts
from server.services.context import Context
from server.services.verbs import decision_ends
from server.services.verbs.decision_rows import Held


@dataclass(frozen=True, kw_only=True, slots=True)
class Rest:
    """The form without the fields that the decision fills in."""

    schema: Mapping[str, Json]
    #: what it reads, the result of the vote included, and what was kept of it
    data: Mapping[str, Json]


def rest(ctx: Context, found: Held) -> Rest | None:
    """What is left to fill in, None for whoever does not keep the record, and once it is closed."""
    if found.row is None or found.row.state != "open" or not found.is_recorder:
        return None
    schema = found.rest.forms.get(found.item.form_key, {})
    own = found.entry.written()
    known = {
        **case_state.load(ctx, found.case.id).variables,
        "settings": facts.settings_of(found.release),
    }
    rights = found.release.pack.fields.get(found.item.node_key)
    wanted = shown.names(schema, ctx.tools.evaluate) - frozenset(rights.hidden if rights else ())
    data = {name: value for name, value in known.items() if name in wanted}
    result = decision_ends.resolution(found) if found.tally.is_complete else None
    # an answer of an earlier round of the case is no answer of this meeting
    data |= dict.fromkeys(own) | {found.entry.field: result}
    data |= found.row.answers or {}
    data |= shown.options(schema, found.release.pack.lists)
    return Rest(schema=schema, data=data)

"""The minutes of a meeting held on paper: its form is opened with the members of the body.

They are those in office on the day of the meeting, as far as it is known, without the recused.
Whoever enters the minutes says of each where he was and how he voted.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from server.domain.decision_rules import MembersField
from server.domain.expressions import Json
from server.services.files.sheet_forms import FormSheet
from server.services.verbs import decision_members
from server.services.verbs.judged import Judged


def listed(seen: Judged, form: FormSheet | None) -> FormSheet | None:
    """The form, with the members where nothing was said of any of them yet."""
    entry = seen.release.pack.decisions.get(seen.item.node_key)
    if form is None or not form.is_open or entry is None or not entry.by_form:
        return form
    into = entry.writes.members
    if into is None or _is_told(form.data.get(into.list), into):
        return form
    day = _day(form.data.get(entry.writes.date)) or seen.ctx.today
    ids = decision_members.in_office(seen.ctx, seen.case, seen.item, entry.offices, day)
    rows: Json = [{into.person: one} for one in ids]
    return replace(form, data={**form.data, into.list: rows}) if ids else form


def _is_told(rows: Json, into: MembersField) -> bool:
    """Does a row hold more than who it is about."""
    if not isinstance(rows, list):
        return False
    return any(
        value
        for row in rows
        if isinstance(row, Mapping)
        for name, value in row.items()
        if name != into.person
    )


def _day(value: Json) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None

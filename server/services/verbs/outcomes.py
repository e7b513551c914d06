"""What was decided about each person a case concerns.

A form that lists people with an outcome each (rows with a field of the pack's list ``outcomes``)
decides for those it names; whoever has no outcome of his own when the case closes has that of the
case. What is decided is shown to a party once the case is over (``queries``), not before.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from server.domain.expressions import Json
from server.forms import compiler
from server.forms.fields import Field
from server.services.buffers import Buffer, Row
from server.services.case.case_state import Act
from server.services.context import Context
from server.services.law.releases import Release
from server.services.verbs.parties import SUBJECTS

#: the list of a pack whose codes are outcomes of a case
_OUTCOMES: Final = "outcomes"


def decide(ctx: Context, case_id: str, release: Release, act: Act) -> None:
    """Note what the answers of a step decide about people; one who is not in the case is passed
    over."""
    decided = dict(_decided(release, act))
    if not decided:
        return
    kept = ctx.rows(SUBJECTS, case_id)
    for row in _concerned(kept):
        if row["name"] in decided:
            kept.change(row, outcome=decided[row["name"]])


def close(ctx: Context, case_id: str, outcome: str | None) -> None:
    """Give the outcome of the case to everybody it concerns who has none of his own."""
    if not outcome:
        return
    kept = ctx.rows(SUBJECTS, case_id)
    for row in _concerned(kept):
        if not row["outcome"]:
            kept.change(row, outcome=outcome)


def _concerned(kept: Buffer) -> list[Row]:
    """Whom the case is about: whoever applied, where nobody else is named."""
    rows = list(kept)
    return [row for row in rows if row["kind"] == "subject"] or rows


def _decided(release: Release, act: Act) -> Iterator[tuple[str, str]]:
    """(name, outcome) of everybody the answers decide about."""
    form = next((key for key, one in release.form_hashes.items() if one == act.form_hash), None)
    for field in compiler.compiled(release.forms[form]).fields if form else ():
        rows = act.answers.get(field.key) if field.is_rows else None
        outcome = next((one for one in field.children if one.list_name == _OUTCOMES), None)
        if outcome is not None and isinstance(rows, list):
            yield from _rows(field, outcome, rows)


def _rows(field: Field, outcome: Field, rows: list[Json]) -> Iterator[tuple[str, str]]:
    names = [one.key for one in field.children if one.component == "textfield"]
    for row in rows:
        if isinstance(row, Mapping) and row.get(outcome.key):
            decided = str(row[outcome.key])
            yield from ((str(row[key]).strip(), decided) for key in names if row.get(key))

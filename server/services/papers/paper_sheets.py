"""What somebody handed in, as it reads on paper: the labels of his form with the answers beside.

The form is the one the answers were given in. Codes become the words of the pack, ids of people
and units their names; what was not answered is left out.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from server.domain.expressions import Json
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.forms import value_words as words
from server.forms.components import ONE_OF
from server.forms.fields import Field, flat, read, walk
from server.models.identity import Person, Unit
from server.queries.papers import Written
from server.services.context import Context
from server.services.law.releases import Release


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One line of a paper."""

    key: str
    label: str
    #: text, long, date, moment, rows, files
    kind: str
    text: str = ""
    day: date | None = None
    moment: datetime | None = None
    #: a list of rows: its headings, and the texts of each row
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    #: ids of files
    files: tuple[str, ...] = ()
    #: heading the line stands under, empty for none
    section: str = ""
    #: one of given options
    is_choice: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """Names of the people and units that answers name by id."""

    names: Mapping[str, str]
    pack: PolicyPack

    def of(self, field: Field, value: Json) -> str:
        """The words for one value of a field."""
        return words.one(field, value, self.pack.lists, self.names)


def names(
    ctx: Context, pack: PolicyPack, papers: Collection[tuple[Mapping[str, Any], Mapping[str, Json]]]
) -> Names:
    """The names all these (schema, answers) need; a statement a kind however many there are."""
    wanted: dict[str, set[str]] = {"person": set(), "unit": set()}
    for schema, answers in papers:
        for kind, value in _ids(read(schema.get("components")), answers):
            wanted[kind].add(value)
    found: dict[str, str] = {}
    for model, ids in ((Person, wanted["person"]), (Unit, wanted["unit"])):
        if ids:
            rows = ctx.session.execute(
                select(model.id, model.name).where(model.id.in_(sorted(ids)))
            )
            found |= {row.id: row.name for row in rows}
    return Names(names=found, pack=pack)


def schema(release: Release, procedure: str, written: Written) -> Mapping[str, Any]:
    """The form the step was written in; empty where the pack has none of that key."""
    key = written.form_key or release.pack.procedures[procedure].start_form
    return release.forms.get(key, {})


def lines(
    schema: Mapping[str, Any], answers: Mapping[str, Json], known: Names
) -> tuple[Answer, ...]:
    """Every answered field of the form, in its order, with the words people use."""
    return tuple(_lines(read(schema.get("components")), answers, known, ""))


def _lines(
    fields: tuple[Field, ...], answers: Mapping[str, Json], known: Names, section: str
) -> Iterator[Answer]:
    for field in fields:
        value = answers.get(field.key) if field.key else None
        if field.component == "group":
            inner = value if isinstance(value, Mapping) else {} if field.key else answers
            heading = field.label if field.label != field.key else section
            yield from _lines(field.children, inner, known, heading or section)
        elif value not in words.EMPTY:
            yield _line(field, value, known, section)


def _line(field: Field, value: Json, known: Names, section: str) -> Answer:
    bare = Answer(key=field.key, label=field.label, kind="text", section=section)
    if field.is_rows:
        return _table(field, value, known, bare)
    if field.component == "filepicker":
        return replace(bare, kind="files", files=tuple(map(str, value)))
    if field.type == "date":
        return replace(bare, kind="date", day=date.fromisoformat(str(value)[:10]))
    if field.type == "dateTime":
        return replace(bare, kind="moment", moment=datetime.fromisoformat(str(value)))
    return replace(
        bare,
        kind="long" if field.component == "textarea" else "text",
        text=_text(field, value, known),
        is_choice=field.component in ONE_OF,
    )


def _table(field: Field, value: Json, known: Names, bare: Answer) -> Answer:
    columns = [each for each in walk(field.children) if not each.is_container]
    rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    used = [each for each in columns if any(row.get(each.key) not in words.EMPTY for row in rows)]
    return replace(
        bare,
        kind="rows",
        columns=tuple(each.label for each in used),
        rows=tuple(tuple(_text(each, row.get(each.key), known) for each in used) for row in rows),
    )


def _text(field: Field, value: Json, known: Names) -> str:
    if value in words.EMPTY:
        return ""
    if isinstance(value, list):
        return _("；").join(known.of(field, each) for each in value)
    return known.of(field, value)


def _ids(fields: tuple[Field, ...], answers: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for field in flat(fields):
        value = answers.get(field.key)
        if field.children:
            for row in value if isinstance(value, list) else [value]:
                if isinstance(row, Mapping):
                    yield from _ids(field.children, row)
        elif field.kind in ("person", "unit"):
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, str):
                    yield field.kind, each

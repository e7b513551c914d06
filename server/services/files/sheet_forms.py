"""The form of a task with exactly what it is shown with (SECURITY AC-5: absent unless needed)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row

from server.domain.expressions import Json
from server.domain.groups import Duty
from server.domain.lifecycle import WorkState
from server.forms import fields as tree
from server.forms import shown, signing
from server.services.case import facts
from server.services.context import Context
from server.services.files import sheet_history
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.papers import paper_sheets
from server.services.papers.paper_sheets import Answer
from server.services.verbs import drafts
from server.services.verbs.drafts import Draft


@dataclass(frozen=True, kw_only=True, slots=True)
class FormSheet:
    """The form of a task with what it is shown with."""

    key: str
    #: form-js schema as published
    schema: Mapping[str, Json]
    #: what its fields and expressions read, and the options of its lists
    data: Mapping[str, Json]
    #: may this person fill it in now
    is_open: bool
    #: what he typed before and did not hand in was kept then, None: nothing of his
    draft_at: datetime | None = None
    #: which draft it is, empty for none
    draft_mark: str = ""
    #: what he typed into the form of the version the case moved away from
    before: tuple[Answer, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a form is opened with besides what it reads."""

    done: list[sheet_history.Step]
    #: its fields that hold the day of an event: today, unless somebody says otherwise
    days: frozenset[str] = frozenset()


def form(
    ctx: Context,
    release: Release,
    row: Row[tuple[object, ...]],
    opened_with: Known,
    *,
    is_open: bool,
) -> FormSheet | None:
    """The form with the variables, lists and earlier answers it reads; None: it has none."""
    schema = release.at(row.node_key, row.form_key).forms.get(row.form_key)
    if schema is None:
        return None
    if row.form_key in signing.FORMS:
        return _signed(schema, row, ctx.actor.person_id, is_open=is_open)
    known = {**row.variables, "settings": facts.settings_of(release)}
    wanted = shown.names(schema, ctx.tools.evaluate)
    done, days = opened_with.done, opened_with.days
    is_main = row.instance is None and row.duty == Duty.MAIN
    again = {} if not is_main else sheet_history.earlier_answers(done, row.node_key)
    again = {**dict.fromkeys(days if is_open else (), ctx.today.isoformat()), **again}
    if row.state == WorkState.DONE:
        again = {}
    rights = release.pack.fields.get(row.node_key)
    wanted -= frozenset(rights.hidden) if rights else frozenset()
    data = {name: value for name, value in known.items() if name in wanted}
    for field in tree.flat(tree.read(schema.get("components"))):
        if not field.is_locked and data.get(field.key) is None and field.key in again:
            data[field.key] = again[field.key]
    if row.answers is not None:
        data |= row.answers["values"]
    typed = drafts.of(row.draft, ctx.actor.person_id) if is_open else None
    data |= typed.answers if typed else {}
    data |= shown.options(schema, release.pack.lists)
    return FormSheet(
        key=row.form_key,
        schema=schema,
        data=data,
        is_open=is_open,
        draft_at=typed.at if typed else None,
        draft_mark=typed.mark if typed else "",
        before=_before(ctx, typed),
    )


def _before(ctx: Context, typed: Draft | None) -> tuple[Answer, ...]:
    if typed is None or typed.before is None:
        return ()
    law = definitions.release(ctx, typed.before["law"])
    schema, answers = law.forms.get(typed.before["form"], {}), typed.before["answers"]
    known = paper_sheets.names(ctx, law.pack, [(schema, answers)])
    return paper_sheets.lines(schema, answers, known)


def _signed(
    schema: Mapping[str, Json], row: Row[tuple[object, ...]], person_id: str, *, is_open: bool
) -> FormSheet:
    """The built-in form of whoever signs: it reads nothing of the case."""
    typed = drafts.of(row.draft, person_id) if is_open else None
    return FormSheet(
        key=row.form_key,
        schema=schema,
        data=typed.answers if typed else {},
        is_open=is_open,
        draft_at=typed.at if typed else None,
        draft_mark=typed.mark if typed else "",
    )

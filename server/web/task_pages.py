"""A task's page from its sheet: the form as controls, what was typed, what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from server.domain.expressions import Json
from server.domain.findings import Finding
from server.http.site import reading, site
from server.http.verbs import clocks
from server.http.verbs.table import TASK_VERBS
from server.services.context import Context
from server.services.desk import phrases
from server.services.files import attachments, found_entries, name_choices, talks
from server.services.files.sheet_forms import FormSheet
from server.services.files.sheets import Sheet
from server.services.verbs import possible_case
from server.web.fragments import render
from server.web.plain_forms.controls import controls
from server.web.plain_forms.parts import Asking, Control, identity
from server.web.plain_forms.problems import problems
from server.web.plain_forms.uploads import ids_in


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """What somebody sent, to be shown again."""

    answers: Mapping[str, Json]
    searches: Mapping[str, str] = field(default_factory=dict)
    #: what is wrong with it
    findings: Sequence[Finding] = ()
    #: place to go on at, where a row was added or somebody was looked for
    step_at: str = ""


def page(ctx: Context, sheet: Sheet, typed: Typed | None = None) -> str:
    """The whole page; with what was typed, and at which fields it is wrong."""
    findings = typed.findings if typed else ()
    return render(
        "tasks/task.html",
        sheet=sheet,
        task_verbs=tuple(TASK_VERBS.values()),
        clock_verbs=clocks.VERBS,
        possible=_clock_acts(ctx, sheet),
        controls=fields(ctx, sheet.form, typed) if sheet.form else (),
        problems=problems(sheet.form.schema if sheet.form else {}, findings),
        attached=attachments.listed(ctx, sheet.case.id),
        entries=found_entries.of_case(ctx, sheet.case.id),
        talk=talks.of_case(ctx, sheet.sight, sheet.case.id, sheet.case.status, sheet.id),
        key=uuid4().hex,
        phrases=phrases.texts(ctx) if sheet.form and sheet.form.is_open else (),
        step_at=identity(typed.step_at) if typed and typed.step_at else "",
    )


def _clock_acts(ctx: Context, sheet: Sheet) -> Mapping[str, Sequence[str]]:
    """What whoever has the task may do to its clock: id of the clock -> verbs."""
    if sheet.deadline is None or not sheet.is_mine or sheet.sight.is_party:
        return {}
    return possible_case.clocks(ctx, sheet.case.id)


def conflict(sheet: Sheet, typed: Typed, why: str) -> str:
    """What was typed, to be copied, where it could not be handed in; and how the task stands."""
    with reading() as ctx:
        kept = fields(ctx, sheet.form, typed, is_locked=True) if sheet.form else ()
    return render("tasks/conflict.html", sheet=sheet, controls=kept, why=why)


def data(ctx: Context, form: FormSheet) -> dict[str, Json]:
    """What the drawn form is opened with: the sheet's data and the names of the files in it."""
    named = attachments.names(ctx, ids_in(form.data))
    return {**form.data, "attachment_names": named} if named else dict(form.data)


def fields(
    ctx: Context, form: FormSheet, typed: Typed | None, *, is_locked: bool = False
) -> tuple[Control, ...]:
    """The form as plain controls, with what was typed in place of what is known."""

    def offer(kind: Any, sought: str, chosen: Sequence[str]) -> list[tuple[str, str]]:
        most = 0 if is_locked or not form.is_open else name_choices.MOST
        found = name_choices.offered(ctx, kind, typed=sought, chosen=chosen, most=most)
        return [(each.value, each.label) for each in found]

    answers = typed.answers if typed else None
    asking = Asking(
        schema=form.schema,
        data=form.data,
        evaluate=site().tools.evaluate,
        answers=answers,
        findings=typed.findings if typed else (),
        offer=offer,
        searches=typed.searches if typed else {},
        uploads=attachments.names(ctx, ids_in(answers if answers is not None else form.data)),
        is_locked=is_locked or not form.is_open,
    )
    return controls(asking)

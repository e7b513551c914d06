"""What was decided about each person a case concerns.

A form that lists people with an outcome each (rows with a field of the pack's list ``outcomes``)
decides for those it names; whoever has no outcome of his own when the case closes has that of the
case. What is decided is shown to a party once the case is over (``queries``), not before.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.forms import compiler
from server.forms.fields import Field
from server.models.case import case_step
from server.queries.steps import stands
from server.services.buffers import Buffer, Row
from server.services.case import laws
from server.services.case.case_state import Act
from server.services.context import Context
from server.services.law.releases import Release
from server.services.verbs.parties import SUBJECTS

#: the list of a pack whose codes are outcomes of a case
_OUTCOMES: Final = "outcomes"


def decide(ctx: Context, case_id: str, release: Release, act: Act) -> None:
    """Note what the answers of a step decide about people.

    Raises:
        Invalid: a row is of nobody the case is about, leaves open of which unit, or of somebody
            who stands in another row; all problems at once, each at its field.
    """
    decided = list(_decided(release, act))
    if not decided:
        return
    kept = ctx.rows(SUBJECTS, case_id)
    concerned = _concerned(kept)
    problems, done = [], set[str]()
    for one in decided:
        meant = _meant(one, concerned)
        problem = _problem(one, meant, done)
        if problem is None:
            done.add(meant[0]["id"])
            kept.change(meant[0], outcome=one.outcome)
        else:
            problems.append(problem)
    if problems:
        raise Invalid(_("填写的内容有{n}处问题").format(n=len(problems)), problems)


def take_back(ctx: Context, case_id: str, release: Release, undone: Collection[str]) -> None:
    """Forget what steps that are to be done again decided about people."""
    kept = ctx.rows(SUBJECTS, case_id)
    if not any(row["outcome"] for row in kept):
        return
    for row in kept:
        kept.change(row, outcome=None)
    rows = ctx.session.execute(
        select(*(case_step.c[name] for name in ("seq", "node_key", "answers", "form_hash")))
        .where(case_step.c.case_id == case_id, case_step.c.command == "complete", stands())
        .where(case_step.c.form_hash.is_not(None))
        .order_by(case_step.c.seq)
    )
    found = laws.of_case(ctx, case_id)
    for step in rows.all():
        if step.node_key not in undone:
            act = Act(command="complete", answers=step.answers, form_hash=step.form_hash)
            decide(ctx, case_id, laws.release_at(ctx, found, step.seq, release), act)


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


def _meant(one: "_Decided", concerned: list[Row]) -> list[Row]:
    """Whom a row means; one that names nobody means the unit the case is about."""
    if one.person or one.unit:
        return [
            row for row in concerned if (row["person_id"], row["unit_id"]) == (one.person, one.unit)
        ]
    return [row for row in concerned if row["unit_id"]]


def _problem(one: "_Decided", meant: list[Row], done: set[str]) -> Finding | None:
    if not meant:
        message = _("填写的不是本事项的当事人")
        fix = _("改填本事项的当事人")
    elif len(meant) > 1:
        message = _("本事项有{n}个当事单位，没有写明是哪一个").format(n=len(meant))
        fix = _("填写单位的名称")
    elif meant[0]["id"] in done:
        message = _("“{name}”的结论在前面已经写过").format(name=meant[0]["name"])
        fix = _("每名当事人只写一行")
    else:
        return None
    return Finding(code="OUTCOME_PARTY", field=one.field, message=message, fix=fix)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Decided:
    """One row: what was decided about whom, and the field that says so."""

    person: str | None
    unit: str | None
    outcome: str
    field: str


def _decided(release: Release, act: Act) -> Iterator[_Decided]:
    """What the answers decide about people and units."""
    form = next((key for key, one in release.form_hashes.items() if one == act.form_hash), None)
    for field in compiler.compiled(release.forms[form]).fields if form else ():
        rows = act.answers.get(field.key) if field.is_rows else None
        outcome = next((one for one in field.children if one.list_name == _OUTCOMES), None)
        if outcome is not None and isinstance(rows, list):
            yield from _rows(field, outcome, rows)


def _rows(field: Field, outcome: Field, rows: list[Json]) -> Iterator[_Decided]:
    parties = [one for one in field.children if one.kind]
    for at, row in enumerate(rows):
        if not isinstance(row, Mapping) or not row.get(outcome.key):
            continue
        named = {one.kind: (one.key, str(row[one.key])) for one in parties if row.get(one.key)}
        key, _value = next(iter(named.values()), (outcome.key, ""))
        yield _Decided(
            person=named["person"][1] if "person" in named else None,
            unit=named["unit"][1] if "unit" in named else None,
            outcome=str(row[outcome.key]),
            field=f"{field.key}[{at}].{key}",
        )

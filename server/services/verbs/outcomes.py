"""What was decided about each person a case concerns.

A form that lists people with an outcome each (rows with a field of the pack's list ``outcomes``)
decides for those it names; whoever has no outcome of his own when the case closes has that of the
case. What is decided is shown to a party once the case is over (``queries``), not before.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

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
from server.services.case.case_state import Act
from server.services.context import Context
from server.services.identity import people
from server.services.law.releases import Release
from server.services.verbs.parties import SUBJECTS

#: the list of a pack whose codes are outcomes of a case
_OUTCOMES: Final = "outcomes"


def decide(ctx: Context, case_id: str, release: Release, act: Act) -> None:
    """Note what the answers of a step decide about people.

    Raises:
        Invalid: a name is of nobody the case is about, of more than one of them, or stands in two
            rows; all problems at once, each at its field.
    """
    decided = list(_decided(release, act))
    if not decided:
        return
    kept = ctx.rows(SUBJECTS, case_id)
    known = _known(ctx, _concerned(kept))
    problems, done = [], set[str]()
    for one in decided:
        meant = known.get(normal(one.name), [])
        problem = _problem(one, meant, known, done)
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
        select(case_step.c.node_key, case_step.c.answers, case_step.c.form_hash)
        .where(case_step.c.case_id == case_id, case_step.c.command == "complete", stands())
        .where(case_step.c.form_hash.is_not(None))
        .order_by(case_step.c.seq)
    )
    for step in rows:
        if step.node_key not in undone:
            act = Act(command="complete", answers=step.answers, form_hash=step.form_hash)
            decide(ctx, case_id, release, act)


def normal(name: str) -> str:
    """A name as it is compared: no blanks of any width, one form of letters and brackets."""
    return "".join(normalize("NFKC", name).split()).casefold()


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


def _known(ctx: Context, rows: list[Row]) -> dict[str, list[Row]]:
    """Whom each name means; those of one name are meant by it with their unit in brackets too."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(normal(row["name"]), []).append(row)
    for row in [row for alike in found.values() if len(alike) > 1 for row in alike]:
        unit = people.own_unit(ctx, row["person_id"] or "", ctx.today)
        if unit is not None:
            found.setdefault(normal(_with_unit(row["name"], unit.name)), []).append(row)
    return found


def _with_unit(name: str, unit: str) -> str:
    return _("{name}（{unit}）").format(name=name, unit=unit)


def _problem(
    one: "_Decided", meant: list[Row], known: Mapping[str, list[Row]], done: set[str]
) -> Finding | None:
    shown = one.name.strip()[:60]
    if not meant:
        names = dict.fromkeys(row["name"] for rows in known.values() for row in rows)
        message = _("“{name}”不是本事项的当事人").format(name=shown)
        fix = _("照当事人的姓名或者名称填写：{names}").format(names=_("、").join(names))
    elif len(meant) > 1:
        message = _("本事项有{n}名当事人都叫“{name}”").format(n=len(meant), name=shown)
        fix = _("在姓名后用括号写明所在单位")
    elif meant[0]["id"] in done:
        message = _("“{name}”的结论在前面已经写过").format(name=shown)
        fix = _("每名当事人只写一行")
    else:
        return None
    return Finding(code="OUTCOME_NAME", field=one.field, message=message, fix=fix)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Decided:
    """One row: what was decided about whom, and the field that names him."""

    name: str
    outcome: str
    field: str


def _decided(release: Release, act: Act) -> Iterator[_Decided]:
    """What the answers decide about people, by name."""
    form = next((key for key, one in release.form_hashes.items() if one == act.form_hash), None)
    for field in compiler.compiled(release.forms[form]).fields if form else ():
        rows = act.answers.get(field.key) if field.is_rows else None
        outcome = next((one for one in field.children if one.list_name == _OUTCOMES), None)
        if outcome is not None and isinstance(rows, list):
            yield from _rows(field, outcome, rows)


def _rows(field: Field, outcome: Field, rows: list[Json]) -> Iterator[_Decided]:
    names = [one.key for one in field.children if one.component == "textfield"]
    for at, row in enumerate(rows):
        for key in names if isinstance(row, Mapping) and row.get(outcome.key) else ():
            if row.get(key):
                yield _Decided(
                    name=str(row[key]),
                    outcome=str(row[outcome.key]),
                    field=f"{field.key}[{at}].{key}",
                )

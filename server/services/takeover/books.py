"""The workbook of running matters: the template of a procedure, a filled one as checked rows."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import select

from server.adapters.spreadsheets import Cell, Choice, Row, Sheet, read_book, write_book
from server.domain.errors import Invalid
from server.domain.findings import Finding
from server.domain.texts import _
from server.models.case import takeover
from server.services.context import Context
from server.services.packs import definitions
from server.services.takeover import columns as headings
from server.services.takeover import plans, readings
from server.services.takeover.cells import SHEET, Cells, allowed
from server.services.takeover.plans import Plan
from server.services.takeover.readings import Kind

_WIDTH: Final = 18
#: old references looked up at once
_AT_ONCE: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """One row: the matter it stands for, or what is wrong with it."""

    number: int
    #: as written in the row; the step by its title where it is one
    reference: str
    step: str
    #: None: it is there already, or something is wrong
    plan: Plan | None
    problems: tuple[Finding, ...]
    #: a matter of this reference was taken over before
    is_known: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """A workbook, read and checked row by row."""

    #: SHA-256 of the file
    hash: str
    rows: tuple[Checked, ...]

    @property
    def is_sound(self) -> bool:
        """Nothing is wrong with any row."""
        return not any(row.problems for row in self.rows)

    @property
    def new(self) -> tuple[Plan, ...]:
        """The matters that can be opened."""
        return tuple(row.plan for row in self.rows if row.plan is not None)


def template(ctx: Context, procedure: str) -> bytes:
    """An empty workbook for a procedure in force, with what may be chosen and how to fill it in.

    Raises NotFound when no such procedure is in force.
    """
    release = definitions.in_force(ctx, procedure, ctx.today)
    found = headings.columns(release, procedure)
    fixed = {name: Choice(note=note) for name, note in headings.FIXED.items()}
    fixed[headings.STEP] = Choice(
        options=tuple(found.steps.values()), note=headings.FIXED[headings.STEP]
    )
    fixed[headings.LEVEL] = Choice(
        options=tuple(readings.LEVEL_WORDS), note=headings.FIXED[headings.LEVEL]
    )
    day = _("发生的日期，例如2026-03-02；还没有发生的，或者不知道而又没有期限由它计算的，留空")
    dated = {each.heading: Choice(note=day) for each in found.events.values()}
    asked = {
        each.heading: Choice(
            options=tuple(each.options) if each.field.type != "list" else (),
            note=_("“{step}”填写。{how}").format(step=each.step, how=allowed(each)),
        )
        for each in found.answers.values()
    }
    choices = {**fixed, **dated, **asked}
    first = (release.pack.procedures[procedure].title,)
    widths = [_WIDTH] * len(found.headings)
    matters = Sheet(
        name=SHEET, columns=found.headings, rows=[first], widths=widths, choices=choices
    )
    return write_book([matters, _explained(choices)])


def _explained(choices: Mapping[str, Choice]) -> Sheet:
    lines: list[Sequence[Cell]] = [
        (name, choice.note, _("、").join(choice.options)) for name, choice in choices.items()
    ]
    return Sheet(
        name=_("说明"),
        columns=(_("列"), _("填写方法"), _("可用的值")),
        rows=lines,
        widths=(34, 60, 80),
    )


def procedures(ctx: Context) -> dict[str, str]:
    """The procedures in force by key, with their titles: each has a template."""
    found = definitions.all_in_force(ctx, ctx.today)
    return {key: release.pack.procedures[key].title for key, release in found.items()}


def check(ctx: Context, content: bytes) -> Book:
    """The workbook row by row; nothing is written.

    Raises:
        Invalid: it is no workbook of running matters; every problem by row and column.
    """
    kinds = _kinds(ctx)
    names = {name for kind in kinds.values() for name in kind.columns.headings}
    every = sorted(names - set(headings.FIXED))
    wanted = {SHEET: (*headings.FIXED, *every)}
    found, findings = read_book(content, wanted, frozenset(every))
    if findings:
        raise Invalid(_("表格有{n}处问题").format(n=len(findings)), findings)
    rows = [row for row in found[SHEET] if set(row.cells) and _is_filled(row)]
    references = [str(row.cells.get(headings.OLD) or "") for row in rows]
    known, twice = _known(ctx, references), Counter(filter(None, references))
    checked = [
        _checked(ctx, kinds, row, is_known=reference in known, is_double=twice[reference] > 1)
        for row, reference in zip(rows, references, strict=True)
    ]
    return Book(hash=sha256(content).hexdigest(), rows=tuple(checked))


def _is_filled(row: Row) -> bool:
    """The template brings a first row with nothing but the procedure."""
    return any(value for name, value in row.cells.items() if name != headings.PROCEDURE)


def _kinds(ctx: Context) -> dict[str, Kind]:
    """The procedures in force by key and by title; a title of several is none of them."""
    found: dict[str, Kind] = {}
    titles: Counter[str] = Counter()
    for key, release in definitions.all_in_force(ctx, ctx.today).items():
        kind = Kind(key=key, release=release, columns=headings.columns(release, key))
        title = release.pack.procedures[key].title
        titles[title] += 1
        found[title] = kind
        found[key] = kind
    return {name: kind for name, kind in found.items() if titles[name] < 2}


def _known(ctx: Context, references: Sequence[str]) -> frozenset[str]:
    found: set[str] = set()
    for start in range(0, len(references), _AT_ONCE):
        some = [each for each in references[start : start + _AT_ONCE] if "\x00" not in each]
        rows = select(takeover.c.reference).where(takeover.c.reference.in_(some))
        found |= set(ctx.session.scalars(rows))
    return frozenset(found)


def _checked(
    ctx: Context, kinds: Mapping[str, Kind], row: Row, *, is_known: bool, is_double: bool
) -> Checked:
    cells = Cells(ctx=ctx, row=row)
    plan: Plan | None = None
    if is_double:
        cells.wrong(headings.OLD, _("原案号在表中重复"), _("每个案号只留一行"))
    name, step = cells.text(headings.PROCEDURE), cells.text(headings.STEP)
    kind = kinds.get(name)
    if kind is None:
        message = _("没有正在施行的程序“{name}”").format(name=name[:40])
        cells.wrong(headings.PROCEDURE, message, _("写程序的名称或者标识"))
    elif not is_known:
        plan = plans.plan(cells, readings.reading(cells, kind))
    return Checked(
        number=row.number,
        reference=cells.text(headings.OLD),
        step=kind.columns.steps.get(step, step) if kind else step,
        plan=None if cells.problems else plan,
        problems=tuple(cells.problems),
        is_known=is_known,
    )


def lines(book: Book) -> Iterator[Finding]:
    """Everything that is wrong, by row."""
    for row in book.rows:
        yield from row.problems

"""The cells of a row as what they say of a matter; whether it can be opened is for ``plans``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from server.domain.expressions import Json
from server.domain.roles import PARTIES
from server.domain.texts import _
from server.services.identity import people
from server.services.identity.people import Office
from server.services.law.releases import Release
from server.services.starts.start_ways import LEVEL
from server.services.takeover import columns as headings
from server.services.takeover.cells import Cells
from server.services.takeover.columns import Columns
from server.services.verbs import openings
from server.services.verbs.appointed import Named

#: words of a workbook for levels
LEVEL_WORDS: Final[Mapping[str, str]] = {
    _("省"): "province",
    _("市"): "city",
    _("县"): "county",
    _("乡"): "township",
}
#: the answer of a start form that says whether a person or a unit applies
_KIND: Final = "applicant_kind"
_LONGEST_REFERENCE: Final = 120
_LONGEST_TITLE: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Concerned:
    """Whom the matter is about; without an account he is known by his name and his unit."""

    name: str
    person_id: str | None
    unit: Office
    managed_by: str
    #: a person, not the unit itself
    is_person: bool

    def named(self) -> list[Named]:
        """The parts he has: he applies, and it is about him; without an account his unit does."""
        unit_id = None if self.person_id else self.unit.id
        return [
            Named(role=role, person_id=self.person_id or None, unit_id=unit_id)
            for role in sorted(PARTIES)
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A procedure matters can be taken over into."""

    key: str
    release: Release
    columns: Columns


@dataclass(slots=True)
class Read:
    """What the cells of a row say."""

    kind: Kind
    target: str
    reference: str
    title: str
    concerned: Concerned | None
    days: dict[str, date]
    given: dict[str, Json]
    assignee: str


def reading(cells: Cells, kind: Kind) -> Read:
    """The cells of a row as values; what is wrong with them gathers in ``cells``."""
    days = {
        key: day
        for key, each in kind.columns.events.items()
        if (day := cells.day(each.heading)) is not None
    }
    answers = {
        key: value
        for key, each in kind.columns.answers.items()
        if (value := cells.answer(each)) is not None
    }
    found = Read(
        kind=kind,
        target=_target(cells, kind),
        reference=_limited(cells, headings.OLD, _LONGEST_REFERENCE),
        title=_limited(cells, headings.TITLE, _LONGEST_TITLE, needed=False),
        concerned=_concerned(cells),
        days=days,
        given={**_presets(kind), **answers},
        assignee=cells.text(headings.ASSIGNEE),
    )
    for key, day in days.items():
        source = kind.columns.events[key].event.date
        if isinstance(source, str):
            found.given[source] = day.isoformat()
    if found.concerned is not None:
        _fill_in(found)
    return found


def _target(cells: Cells, kind: Kind) -> str:
    text = cells.text(headings.STEP)
    if text in kind.columns.steps:
        return text
    named = [key for key, title in kind.columns.steps.items() if title == text]
    if len(named) == 1:
        return named[0]
    message = _("缺少环节") if not text else _("该程序没有环节“{text}”").format(text=text[:40])
    if named:
        message = _("有几个环节都叫“{text}”，请写标识").format(text=text[:40])
    titles = _("、").join(named or kind.columns.steps.values())
    cells.wrong(headings.STEP, message, _("可用的环节：{titles}").format(titles=titles))
    return ""


def _limited(cells: Cells, column: str, longest: int, *, needed: bool = True) -> str:
    text = cells.text(column)
    if needed and not text:
        cells.wrong(column, _("缺少{column}").format(column=column), _("补填后重新检查"))
    if len(text) > longest:
        cells.wrong(column, _("超过{n}字").format(n=longest))
    return text


def _concerned(cells: Cells) -> Concerned | None:
    name, login = cells.text(headings.NAME), cells.text(headings.LOGIN)
    level = cells.text(headings.LEVEL)
    person_id = cells.person(headings.LOGIN, login) if login else None
    if not cells.text(headings.UNIT):
        cells.wrong(headings.UNIT, _("缺少当事人单位"), _("填写单位标识或者全称"))
        return None
    unit_id = cells.unit(headings.UNIT)
    managed_by = LEVEL_WORDS.get(level, level)
    if managed_by not in LEVEL_WORDS.values():
        words = _("、").join(LEVEL_WORDS)
        cells.wrong(headings.LEVEL, _("缺少管理权限，或者不是可用的值"), words)
    if unit_id is None:
        return None
    unit = people.unit(cells.ctx, unit_id)
    if person_id is not None:
        name = people.person(cells.ctx, person_id).name
    return Concerned(
        name=name or unit.name,
        person_id=person_id,
        unit=unit,
        managed_by=managed_by,
        is_person=bool(name),
    )


def _presets(kind: Kind) -> dict[str, Json]:
    """What the procedure presets, but for what the columns of whom it concerns say."""
    presets = kind.release.pack.procedures[kind.key].defaults
    return {name: value for name, value in presets.items() if name not in (LEVEL, _KIND)}


def _fill_in(read: Read) -> None:
    """Who it is about also answers the fields of the start form that name him."""
    concerned, release = read.concerned, read.kind.release
    if concerned is None:
        return
    procedure = release.pack.procedures[read.kind.key]
    node = openings.start_node(release, procedure)
    ids = {
        "person": concerned.person_id,
        "unit": None if concerned.is_person else concerned.unit.id,
    }
    for each in release.pack.appointments:
        asked = read.kind.columns.answers.get(each.field)
        if each.node == node and each.role in PARTIES and asked is not None:
            read.given.setdefault(each.field, ids.get(asked.field.kind or ""))
    known = {LEVEL: concerned.managed_by, _KIND: "person" if concerned.is_person else "unit"}
    for name, value in known.items():
        asked = read.kind.columns.answers.get(name)
        if asked is not None and value in asked.options.values():
            read.given.setdefault(name, value)

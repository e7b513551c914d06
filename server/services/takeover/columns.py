"""The columns of a workbook of running matters: what of a procedure its pack wants to know.

Beside what every matter has (where it stands, its old reference, whom it concerns) there is one
column per event that dates a clock, and one per answer that a later step reads or that names
somebody for a part in the matter. What may be filled in is said by the forms of the pack.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Final

from server.domain.expressions import Json
from server.domain.packs import Event, PolicyPack
from server.domain.texts import _
from server.forms.fields import Field, flat
from server.services.law import charts
from server.services.law.releases import Release

PROCEDURE, STEP, OLD = _("程序"), _("环节"), _("原案号")
TITLE, NAME, LOGIN = _("事由"), _("当事人姓名"), _("当事人账号")
UNIT, LEVEL, ASSIGNEE = _("当事人单位"), _("管理权限"), _("经办人账号")

#: of every matter, with how each is filled in
FIXED: Final[Mapping[str, str]] = {
    PROCEDURE: _("程序的名称或者标识"),
    STEP: _("现在所处的环节，按名称或者标识；只写一个"),
    OLD: _("原记录中的案号，全表和全系统不得重复"),
    TITLE: _("是什么事，不超过200字"),
    NAME: _("干部姓名；当事人是单位的，留空"),
    LOGIN: _("当事人有账号的填写，本人可以查看进度；没有的留空"),
    UNIT: _("当事人所在单位，或者作为当事人的单位，填写单位标识或者全称"),
    LEVEL: _("省、市、县、乡：干部管理权限，或者单位的隶属层级"),
    ASSIGNEE: _("正在办理的人，须在承办机构任职；留空为待签收"),
}

#: kinds of answers that fit into a cell
_PLAIN: Final = frozenset({"string", "number", "boolean", "date", "list"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """An answer of a form that has a column."""

    field: Field
    #: what people see above it; its key stands in the brackets
    heading: str
    #: what may be filled in: word -> value; empty: anything of its type
    options: Mapping[str, Json]
    #: title of the step whose form asks for it first
    step: str
    #: it names somebody for a part in the matter
    is_part: bool = False
    #: of a list of rows: what may be chosen for each of what stands in a row
    inner: Mapping[str, Mapping[str, Json]] = attribute(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """An event that has a column."""

    event: Event
    heading: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Everything a procedure has columns for."""

    procedure: str
    #: key of a step -> its title, in the order of the diagram
    steps: Mapping[str, str]
    events: Mapping[str, Dated]
    answers: Mapping[str, Asked]

    @property
    def headings(self) -> tuple[str, ...]:
        """The first row of the workbook."""
        dated = (each.heading for each in self.events.values())
        asked = (each.heading for each in self.answers.values())
        return (*FIXED, *dated, *asked)


def columns(release: Release, procedure: str) -> Columns:
    """The columns of a procedure of this pack version."""
    chart = charts.chart(release.files[procedure])
    steps = {node.id: node.label for node in chart.nodes.values() if node.kind == "userTask"}
    events = dict(_events(release.pack, frozenset(chart.nodes)))
    held = {each.event.date for each in events.values()}
    answers = {
        one.field.key: one for one in _answers(release, procedure) if one.field.key not in held
    }
    return Columns(procedure=procedure, steps=steps, events=events, answers=answers)


def _events(pack: PolicyPack, nodes: frozenset[str]) -> Iterator[tuple[str, Dated]]:
    """Events of this procedure that begin or end a clock, and are not dated by an expression."""
    used = {rule.origin for rule in pack.deadlines.values()}
    for rule in pack.deadlines.values():
        used |= {*rule.met_by, *rule.cancelled_by}
    for key, event in pack.events.items():
        is_here = event.start or event.message or event.node in nodes
        if key in used and is_here and (event.date is None or isinstance(event.date, str)):
            yield (
                key,
                Dated(
                    event=event,
                    heading=_("{title}日期【{key}】").format(title=event.title, key=key),
                ),
            )


def _answers(release: Release, procedure: str) -> Iterator[Asked]:
    known, seen = release.routing[procedure], set[str]()
    parts = {(each.node, each.field) for each in release.pack.appointments}
    for node, form, title in _forms(release, procedure):
        for field in flat(release.compiled[form].fields):
            is_part = (node, field.key) in parts
            if field.key in seen or not (field.key in known or is_part):
                continue
            if not _fits(field, is_part=is_part):
                continue
            seen.add(field.key)
            yield Asked(
                field=field,
                heading=f"{field.label}【{field.key}】",
                options=options(release.pack, field),
                step=title,
                is_part=is_part,
                inner={each.key: options(release.pack, each) for each in field.children},
            )


def _forms(release: Release, procedure: str) -> Iterator[tuple[str, str, str]]:
    """Node, form and title of every step that asks something, the start first."""
    start = release.pack.procedures[procedure]
    nodes = charts.chart(release.files[procedure]).nodes.values()
    for node in nodes:
        if node.kind == "startEvent" and node.scope == procedure:
            yield node.id, start.start_form, _("提出")
    for node in nodes:
        if node.form in release.compiled:
            yield node.id, node.form, node.label


def _fits(field: Field, *, is_part: bool) -> bool:
    """One cell can hold it; a list of rows too, where it is flat."""
    if not field.is_container:
        return field.type in _PLAIN
    return is_part or (
        field.is_rows and all(each.type in _PLAIN - {"list"} for each in field.children)
    )


def options(pack: PolicyPack, field: Field) -> dict[str, Json]:
    """What may be chosen, by the word people see."""
    if field.list_name is not None:
        named = pack.lists.get(field.list_name)
        return {item.text: item.code for item in named.items if item.text} if named else {}
    values = field.schema.get("values")
    found = values if isinstance(values, list) else []
    return {
        str(each.get("label")): each.get("value") for each in found if isinstance(each, Mapping)
    }

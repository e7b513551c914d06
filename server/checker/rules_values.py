"""Pass 2, values: what an expression compares with can occur, and what it takes out is there.

A misspelt value is never equal to anything and a misspelt property is null: both decide a case
without a word. So each text that is written out is held against the options of forms, the cells
of decision tables and the switches of the pack.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from server.checker.candidate import Candidate
from server.checker.reach import flow_label
from server.checker.rules_names import given
from server.checker.rules_tasks import LEVELS
from server.checker.shapes import Shapes
from server.domain.notes import Notes
from server.domain.packs import Feel
from server.domain.roles import PARTIES
from server.domain.texts import _

_SHOWN: Final = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One expression: where it stands, what people call that place, its text."""

    notes: Notes
    title: str
    element: str
    field: str
    text: str


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note comparisons that never hold, properties that never are, offices and levels unknown."""
    shapes = Shapes(candidate)
    for said in (*_in_diagrams(candidate, notes), *_in_pack(candidate, notes["pack.yaml"])):
        hold(candidate, shapes, said)
    _lanes(candidate, shapes, notes["pack.yaml"])
    _levels(candidate, shapes, notes["pack.yaml"])


def _in_diagrams(candidate: Candidate, notes: dict[str, Notes]) -> Iterator[Said]:
    for path, graph in candidate.graphs.items():
        flows = {flow.id: flow for flow in graph.flows}
        for each in graph.names_read():
            flow, node = flows.get(each.element), graph.find(each.element)
            title = flow_label(graph, flow) if flow else node.label if node else each.element
            yield Said(
                notes=notes[path], title=title, element=each.element, field="", text=each.text
            )


def _in_pack(candidate: Candidate, notes: Notes) -> Iterator[Said]:
    for title, value, section, field in given(candidate):
        if isinstance(value, Feel):
            yield Said(notes=notes, title=title, element=section, field=field, text=value.text)
    for at, rule in enumerate(candidate.pack.rules):
        yield Said(
            notes=notes,
            title=rule.message[:60],
            element="rules",
            field=f"{at}.check",
            text=rule.check.text,
        )


def hold(candidate: Candidate, shapes: Shapes, said: Said) -> None:
    """Note what one expression compares with or takes out and that can never be."""
    parsed = candidate.evaluate.parse(said.text)
    for path in sorted(parsed.paths):
        lost = shapes.missing(path)
        if lost and path.endswith(f".{lost}"):
            said.notes.error(
                "PROPERTY_UNKNOWN",
                _("“{title}”读取的“{path}”不存在：“{holder}”中没有“{property}”").format(
                    title=said.title,
                    path=path[:60],
                    holder=path.removesuffix(f".{lost}").removesuffix("[]")[:60],
                    property=lost[:60],
                ),
                _("改正名称：须是决策结果的一项、设置中的开关或者表格的一列"),
                element=said.element,
                field=said.field,
            )
    for path, text in sorted(parsed.compared):
        possible = shapes.of(path).texts
        if possible is not None and text not in possible:
            said.notes.error(
                "VALUE_NEVER",
                _("“{title}”把“{path}”与“{text}”比较，但它不可能是这个值").format(
                    title=said.title, path=path.replace("[]", "")[:60], text=text[:60]
                ),
                _ways_out(possible),
                element=said.element,
                field=said.field,
            )


def _ways_out(possible: frozenset[str]) -> str:
    if not possible:
        return _("它的值不是文字：是否写true、false，数字和日期不加引号")
    shown = sorted(each for each in possible if each)
    more = "……" if len(shown) > _SHOWN else ""
    return _("改为其中之一：{values}").format(values="、".join(shown[:_SHOWN]) + more)


def _lanes(candidate: Candidate, shapes: Shapes, notes: Notes) -> None:
    """Every office and level that the FEEL of a lane in use can come to is known."""
    used = {node.lane for node in candidate.nodes.values() if node.lane}
    appointed = {entry.role for entry in candidate.pack.appointments}
    offices = {*candidate.pack.roles, *appointed, *PARTIES}
    for key, lane in candidate.pack.lanes.items():
        if key not in used:
            continue
        for office in _unknown(candidate, shapes, lane.office, offices):
            notes.error(
                "LANE_OFFICE_UNKNOWN",
                _("泳道“{lane}”的岗位“{office}”不存在").format(lane=lane.title, office=office[:60]),
                _("在roles中登记该岗位，或者改正名称"),
                element="lanes",
                field=f"{key}.office",
            )
        for level in _unknown(candidate, shapes, lane.level, set(LEVELS)):
            _level(
                notes, _("泳道“{title}”").format(title=lane.title), level, "lanes", f"{key}.level"
            )


def _levels(candidate: Candidate, shapes: Shapes, notes: Notes) -> None:
    """Every level a procedure can begin at is one of the four."""
    for procedure in candidate.pack.procedures.values():
        value = procedure.level
        wrong = _unknown(candidate, shapes, value, set(LEVELS))
        if isinstance(value, str) and value not in LEVELS:
            wrong = [value]
        for level in wrong:
            title = _("事项“{title}”").format(title=procedure.title)
            _level(notes, title, level, "procedures", f"{procedure.key}.level")


def _unknown(candidate: Candidate, shapes: Shapes, value: Feel | str, known: set[str]) -> list[str]:
    """The texts the FEEL can come to that are not known, as far as they can be told."""
    if not isinstance(value, Feel):
        return []
    parsed = candidate.evaluate.parse(value.text)
    texts = set(parsed.texts).union(*(shapes.of(path).texts or () for path in parsed.sources))
    return sorted(texts - known - {""})


def _level(notes: Notes, title: str, level: str, section: str, field: str) -> None:
    notes.error(
        "LEVEL_UNKNOWN",
        _("{title}的层级“{level}”不认识").format(title=title, level=level[:60]),
        _("层级写省（province）、市（city）、县（county）或者乡（township）"),
        element=section,
        field=field,
    )

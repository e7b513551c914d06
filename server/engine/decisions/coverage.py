"""Which inputs a decision table forgets and which it answers twice.

Only columns whose values are known one by one take part: enumerations and booleans. Values that
every row treats alike are one class, so the product stays small; the walk carries the set of rows
still possible as bits of an integer:

    applicant  level   rows        person, county -> rows 1 and 3: an overlap under UNIQUE
    person     county  1           unit,   city   -> no row: a gap, unless there is a default
    unit       county  2
    person     -       3

Null counts as a value only where the declared values list it or a cell tests for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from server.domain.expressions import Json
from server.domain.findings import Finding, Severity
from server.domain.texts import _
from server.engine.decisions.boxes import InputClause, Rule, Table
from server.engine.decisions.domains import values_of
from server.engine.decisions.graph import Graph
from server.engine.decisions.model import Node
from server.engine.feel import Feel

_MOST_STEPS: Final = 200_000
_MOST_NAMED: Final = 20
_BATCH: Final = 400
_ONE_ANSWER: Final = frozenset(("UNIQUE", "ANY", "FIRST", "PRIORITY"))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Class:
    """Values of a column that every row treats alike, named by one of them."""

    label: str
    rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    """One combination of classes and the rows that answer it."""

    example: tuple[str, ...]
    rows: int


class _TooMany(Exception):
    """The combinations are more than can be looked at."""


def check_coverage(
    graph: Graph, node: Node, table: Table, feel: Feel, file: str
) -> Iterator[Finding]:
    """Gaps, overlaps, rows that are never reached and cells that nothing passes."""
    if table.policy not in _ONE_ANSWER:
        return
    columns = _Columns(graph, node, table, feel)
    where = table.id or node.id
    yield from _never(columns, file)
    if columns.unknown:
        names = "、".join(each.label or each.text for each in columns.unknown)
        yield _unseen(file, where, node, _("“{names}”的取值没有列出").format(names=names))
        return
    try:
        cases = list(_walk(columns.classes, (1 << len(table.rules)) - 1))
    except _TooMany:
        yield _unseen(file, where, node, _("取值的组合太多"))
        return
    yield from _gaps(cases, file, where, node, table)
    yield from _overlaps(cases, file, node, table)
    yield from _unreached(cases, file, table)


class _Columns:
    """The columns of a table as classes of values, as far as their values are known."""

    def __init__(self, graph: Graph, node: Node, table: Table, feel: Feel) -> None:
        self.classes: list[list[_Class]] = []
        #: columns that test something, but not against a known list
        self.unknown: list[InputClause] = []
        #: cells that no value passes
        self.never: list[tuple[Rule, int]] = []
        self._feel = feel
        for index, column in enumerate(table.inputs):
            cells = [rule.inputs[index].text.strip() for rule in table.rules]
            if all(cell in ("", "-") for cell in cells):
                continue
            domain = values_of(graph, node, column, feel)
            masks = None if domain is None else self._masks(cells, domain)
            if domain is None or masks is None:
                self.unknown.append(column)
                continue
            self.never += [
                (rule, index)
                for row, rule in enumerate(table.rules)
                if not any(mask >> row & 1 for _value, mask in masks)
            ]
            self.classes.append(_classes(column, masks))

    def _masks(self, cells: Sequence[str], domain: list[Json]) -> list[tuple[Json, int]] | None:
        """For each value the rows it passes; None when a cell needs more than the value."""
        values = list(domain)
        if None not in values and any("null" in cell for cell in cells):
            values.append(None)
        distinct = list(dict.fromkeys(cells))
        parsed = self._feel.parse_all([(cell, True) for cell in distinct])
        if any(each.names or each.errors or each.builtins for each in parsed):
            return None
        asked = [(cell, value) for cell in distinct for value in values]
        passed = self._ask(asked)
        return [
            (value, sum(1 << row for row, cell in enumerate(cells) if (cell, index) in passed))
            for index, value in enumerate(values)
        ]

    def _ask(self, asked: list[tuple[str, Json]]) -> set[tuple[str, int]]:
        """Pairs (cell, index of the value) that pass."""
        answers: list[bool] = []
        for start in range(0, len(asked), _BATCH):
            found = self._feel.unary_tests(asked[start : start + _BATCH], {})
            answers += [each.value is True for each in found]
        count = len(asked) // len({cell for cell, _value in asked})
        return {
            (cell, position % count)
            for position, ((cell, _value), passed) in enumerate(zip(asked, answers, strict=True))
            if passed
        }


def _classes(column: InputClause, masks: list[tuple[Json, int]]) -> list[_Class]:
    name = column.label or column.text
    alike: dict[int, _Class] = {}
    for value, mask in masks:
        alike.setdefault(mask, _Class(label=f"{name}={_word(value)}", rows=mask))
    return list(alike.values())


def _word(value: Json) -> str:
    if value is None:
        return _("空")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _walk(columns: Sequence[Sequence[_Class]], rows: int) -> Iterator[_Case]:
    """Each combination that differs for the rows; a gap ends its branch, the rest is any."""
    steps = 0
    stack: list[tuple[int, int, tuple[str, ...]]] = [(0, rows, ())]
    while stack:
        depth, mask, path = stack.pop()
        steps += 1
        if steps > _MOST_STEPS:
            raise _TooMany
        if mask == 0 or depth == len(columns):
            yield _Case(example=path, rows=mask)
            continue
        stack += [
            (depth + 1, mask & each.rows, (*path, each.label)) for each in reversed(columns[depth])
        ]


def _numbers(rows: int) -> list[int]:
    return [index + 1 for index in range(rows.bit_length()) if rows >> index & 1]


def _shown(case: _Case) -> str:
    return "，".join(case.example) or _("任何取值")


def _gaps(cases: list[_Case], file: str, where: str, node: Node, table: Table) -> Iterator[Finding]:
    if any(result.fallback for result in table.outputs):
        return
    missing = [case for case in cases if case.rows == 0]
    for case in missing[:_MOST_NAMED]:
        yield Finding(
            code="DMN_GAP",
            file=file,
            element=where,
            message=_("决策表“{name}”没有规定这种情形：{example}").format(
                name=node.label, example=_shown(case)
            ),
            fix=_("请补上一行，或填写默认结论"),
        )
    if len(missing) > _MOST_NAMED:
        yield Finding(
            code="DMN_GAP",
            file=file,
            element=where,
            message=_("决策表“{name}”还有{count}种情形没有规定").format(
                name=node.label, count=len(missing) - _MOST_NAMED
            ),
            fix=_("请补上相应的行，或填写默认结论"),
        )


def _overlaps(cases: list[_Case], file: str, node: Node, table: Table) -> Iterator[Finding]:
    if table.policy not in ("UNIQUE", "ANY"):
        return
    named: dict[int, _Case] = {}
    for case in cases:
        if case.rows & (case.rows - 1) and _conflict(table, case.rows):
            named.setdefault(case.rows, case)
    for case in list(named.values())[:_MOST_NAMED]:
        numbers = _numbers(case.rows)
        yield Finding(
            code="DMN_OVERLAP",
            file=file,
            element=table.rules[numbers[1] - 1].id,
            message=_("决策表“{name}”的{rows}同时适用于：{example}").format(
                name=node.label,
                rows="、".join(_("第{number}行").format(number=each) for each in numbers),
                example=_shown(case),
            ),
            fix=_("请让每种情形只落入一行，或改用FIRST并排好次序"),
        )


def _conflict(table: Table, rows: int) -> bool:
    """Under ANY several rows may answer, as long as they say the same."""
    answers = {
        tuple(cell.text for cell in table.rules[number - 1].outputs) for number in _numbers(rows)
    }
    return table.policy == "UNIQUE" or len(answers) > 1


def _unreached(cases: list[_Case], file: str, table: Table) -> Iterator[Finding]:
    reached = 0
    for case in cases:
        first = case.rows & -case.rows
        reached |= first if table.policy == "FIRST" else case.rows
    for rule in table.rules:
        if not reached >> (rule.number - 1) & 1:
            yield Finding(
                code="DMN_NEVER_REACHED",
                severity=Severity.WARNING,
                file=file,
                element=rule.id,
                message=_("第{number}行不会适用于任何情形").format(number=rule.number),
                fix=_("请调整次序，或删除该行"),
            )


def _never(columns: _Columns, file: str) -> Iterator[Finding]:
    for rule, index in columns.never:
        cell = rule.inputs[index]
        yield Finding(
            code="DMN_CELL_NEVER",
            file=file,
            element=cell.id or rule.id,
            message=_("第{number}行的“{text}”不在该列的取值之内").format(
                number=rule.number, text=cell.text
            ),
            fix=_("请改正写法，或把它加入该列的取值"),
        )


def _unseen(file: str, where: str, node: Node, why: str) -> Finding:
    return Finding(
        code="DMN_NOT_ANALYSED",
        severity=Severity.INFO,
        file=file,
        element=where,
        message=_("决策表“{name}”未检查遗漏和重叠：{why}").format(name=node.label, why=why),
        fix=_("可为输入列填写取值范围后再检查"),
    )

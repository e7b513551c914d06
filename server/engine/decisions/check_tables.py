"""The shape of one decision table: counts, names, hit policy, rules written twice."""

from collections.abc import Iterator

from server.domain.findings import Finding, Severity
from server.domain.texts import _
from server.engine.decisions.boxes import AGGREGATIONS, POLICIES, Table
from server.engine.decisions.graph import too_large
from server.engine.decisions.model import Node


def check_table(file: str, node: Node, table: Table) -> Iterator[Finding]:
    """Problems that can be seen without evaluating a cell."""
    where = table.id or node.id
    for code, message, fix in (*_columns(table), *_policy(table)):
        yield Finding(
            code=code,
            file=file,
            element=where,
            message=_("决策表“{name}”：{what}").format(name=node.label, what=message),
            fix=fix,
        )
    yield from _cells(file, table)
    yield from _twice(file, table)


def _columns(table: Table) -> Iterator[tuple[str, str, str]]:
    if too_large(table):
        yield "DMN_LIMIT", too_large(table), _("请拆分成几张表，或改用清单")
    if not table.outputs:
        yield "DMN_COLUMNS", _("没有结论列"), _("请至少加一列结论")
    if not table.rules:
        yield "DMN_COLUMNS", _("没有任何一行"), _("请至少填写一行")
    if any(not column.text for column in table.inputs):
        yield "DMN_COLUMNS", _("有条件列没有写明取哪个值"), _("请为每个条件列填写表达式")
    names = [result.name for result in table.outputs]
    if len(names) > 1 and ("" in names or len(set(names)) < len(names)):
        yield "DMN_COLUMNS", _("几个结论列没有各自的名称"), _("请为每个结论列取不同的名称")


def _policy(table: Table) -> Iterator[tuple[str, str, str]]:
    ordered = table.policy in ("PRIORITY", "OUTPUT ORDER")
    if table.policy not in POLICIES:
        yield "DMN_POLICY", _("命中策略无法识别"), _("请从标准的七种命中策略中选择")
    if ordered and any(not result.allowed for result in table.outputs):
        yield "DMN_POLICY", _("按优先级取结论，却没有列出结论的次序"), _("请填写outputValues")
    if not table.aggregation:
        return
    if table.aggregation not in AGGREGATIONS:
        yield "DMN_POLICY", _("汇总方式无法识别"), _("请从SUM、MIN、MAX、COUNT中选择")
    if table.policy != "COLLECT":
        yield "DMN_POLICY", _("只有收集策略可以汇总"), _("请改用COLLECT，或去掉汇总方式")
    if len(table.outputs) != 1:
        yield "DMN_POLICY", _("有几个结论列时不能汇总"), _("请只保留一个结论列")


def _cells(file: str, table: Table) -> Iterator[Finding]:
    shape = (len(table.inputs), len(table.outputs))
    for rule in table.rules:
        if (len(rule.inputs), len(rule.outputs)) != shape:
            yield Finding(
                code="DMN_CELLS",
                file=file,
                element=rule.id,
                message=_("第{number}行的格数与表头不符").format(number=rule.number),
                fix=_("请让每一行的条件格和结论格与表头一一对应"),
            )


def _twice(file: str, table: Table) -> Iterator[Finding]:
    seen: dict[tuple[str, ...], int] = {}
    for rule in table.rules:
        written = tuple("" if c.text == "-" else c.text for c in (*rule.inputs, *rule.outputs))
        if written in seen:
            yield Finding(
                code="DMN_DUPLICATE_RULE",
                severity=Severity.WARNING,
                file=file,
                element=rule.id,
                message=_("第{number}行与第{first}行完全相同").format(
                    number=rule.number, first=seen[written]
                ),
                fix=_("请删除多余的一行"),
            )
        seen.setdefault(written, rule.number)

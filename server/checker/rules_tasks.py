"""Pass 5, work: every user task has a form, an office and a deadline, or none on purpose."""

from typing import Final

from server.checker.candidate import Candidate
from server.domain.errors import DecisionFailed
from server.domain.notes import Notes
from server.domain.packs import Feel, Lane
from server.domain.texts import _
from server.engine.diagrams.elements import Node

LEVELS: Final = ("province", "city", "county", "township")
_LANE_LEVELS: Final = (*LEVELS, "case", "superior")
#: a deadline left out on purpose
NONE: Final = "none"


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note what is missing or unknown at each user task and rule task of every diagram."""
    for path, graph in candidate.graphs.items():
        for node in graph.nodes:
            if node.kind in ("userTask", "manualTask"):
                _lane(candidate, node, notes[path])
            if node.kind == "userTask":
                _form(candidate, node, notes[path])
                _deadline(candidate, node, notes[path])
            elif node.kind == "businessRuleTask":
                _decision(candidate, node, notes[path])
    used = {node.lane for node in candidate.nodes.values() if node.lane}
    for key, lane in candidate.pack.lanes.items():
        if key in used:
            _office(candidate, lane, notes["pack.yaml"])


def _form(candidate: Candidate, node: Node, notes: Notes) -> None:
    rule = candidate.pack.together.get(node.id)
    if rule is not None and not rule.has_main and not node.form:
        return
    if not node.form:
        notes.error(
            "TASK_NO_FORM",
            _("用户任务“{name}”没有表单").format(name=node.label),
            _("选中该环节，在属性的“办理”中选择表单"),
            element=node.id,
            field="rongcuo:form",
        )
    elif node.form not in candidate.forms:
        notes.error(
            "FORM_MISSING",
            _("用户任务“{name}”的表单“{form}”不存在").format(name=node.label, form=node.form[:60]),
            _("放入{form}.form.json，或者改正表单名称").format(form=node.form[:60]),
            element=node.id,
            field="rongcuo:form",
        )


def _lane(candidate: Candidate, node: Node, notes: Notes) -> None:
    if not node.lane:
        notes.error(
            "TASK_NO_LANE",
            _("任务“{name}”不在任何泳道中，不知道由谁办理").format(name=node.label),
            _("把它画进一个泳道"),
            element=node.id,
        )
    elif node.lane not in candidate.pack.lanes:
        notes.error(
            "LANE_UNKNOWN",
            _("任务“{name}”所在的泳道“{lane}”在政策包lanes中没有登记").format(
                name=node.label, lane=node.lane[:60]
            ),
            _("泳道的标识应为lanes中的键；在lanes中登记它由哪个岗位办理"),
            element=node.id,
        )


def _deadline(candidate: Candidate, node: Node, notes: Notes) -> None:
    if not node.deadline:
        notes.error(
            "TASK_NO_DEADLINE",
            _("用户任务“{name}”没有写明期限").format(name=node.label),
            _("选中该环节，在属性的“办理”中选择期限；确实没有期限的选“这个环节不设期限”"),
            element=node.id,
            field="rongcuo:deadline",
        )
        return
    for key in node.deadline.split() if node.deadline != NONE else ():
        if key not in candidate.pack.deadlines:
            _unknown(node, key, notes)


def _unknown(node: Node, key: str, notes: Notes) -> None:
    notes.error(
        "DEADLINE_UNKNOWN",
        _("用户任务“{name}”的期限“{key}”在政策包deadlines中没有").format(
            name=node.label, key=key[:60]
        ),
        _("在deadlines中写明该期限和依据，或者改正名称"),
        element=node.id,
        field="rongcuo:deadline",
    )


def _decision(candidate: Candidate, node: Node, notes: Notes) -> None:
    if not node.decision or not node.result:
        notes.error(
            "RULE_TASK_INCOMPLETE",
            _("规则任务“{name}”没有写明决策表或者结果变量").format(name=node.label),
            _("选中该环节，在属性中选择决策表，填写“结果写入变量”"),
            element=node.id,
        )
    elif not _is_decision(candidate, node.decision):
        notes.error(
            "DECISION_UNKNOWN",
            _("规则任务“{name}”的决策“{decision}”不在政策包的决策表中").format(
                name=node.label, decision=node.decision[:60]
            ),
            _("改正决策的标识，或者放入含有该决策的.dmn文件"),
            element=node.id,
            field="rongcuo:decision",
        )


def _is_decision(candidate: Candidate, decision: str) -> bool:
    try:
        return candidate.decisions.graph.find(decision).kind == "decision"
    except DecisionFailed:
        return False


def _office(candidate: Candidate, lane: Lane, notes: Notes) -> None:
    appointed = {entry.role for entry in candidate.pack.appointments}
    if isinstance(lane.office, str) and lane.office not in {*candidate.pack.roles, *appointed}:
        notes.error(
            "LANE_OFFICE_UNKNOWN",
            _("泳道“{lane}”的岗位“{office}”不存在").format(
                lane=lane.title, office=lane.office[:60]
            ),
            _("在roles中登记该岗位，或者改正名称"),
            element="lanes",
            field=f"{lane.key}.office",
        )
    if not isinstance(lane.level, Feel) and lane.level not in _LANE_LEVELS:
        notes.error(
            "LEVEL_UNKNOWN",
            _("泳道“{lane}”的层级“{level}”不认识").format(
                lane=lane.title, level=str(lane.level)[:60]
            ),
            _("层级写省（province）、市（city）、县（county）、乡（township）、case或者superior"),
            element="lanes",
            field=f"{lane.key}.level",
        )

"""Pass 2: every expression parses, and everything it reads exists.

An unknown name is only a null at run time (SECURITY EX-6), so it must be found here, from the
parse tree: a trial evaluation would miss what stands behind ``if`` or ``and``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from server.checker.candidate import Candidate
from server.domain.answer_rules import ENTRY, ENTRY_PROPERTIES
from server.domain.errors import DecisionFailed
from server.domain.notes import Notes
from server.domain.packs import Feel, Given
from server.domain.texts import _
from server.engine.diagrams.elements import Expression, Node
from server.engine.feel_names import reserved_names

_SETTING: Final = re.compile(r"\bsettings\.([\w]+)")
_STRINGS: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
#: names of the run itself that a completion condition may read
_LOOP: Final = frozenset({"completed", "total"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where an expression stands, in words and as element and field."""

    title: str
    element: str
    field: str = ""


class Names:
    """Asks each expression once and notes what is wrong with it at its place."""

    def __init__(self, candidate: Candidate) -> None:
        self._candidate = candidate

    def ask(self, text: str, known: frozenset[str], place: Place, notes: Notes) -> None:
        """Note syntax errors, unknown names and unknown settings of one expression."""
        parsed = self._candidate.evaluate.parse(text)
        for error in parsed.errors[:1]:
            notes.error(
                "EXPRESSION_SYNTAX",
                _("“{title}”的表达式有误：{error}").format(title=place.title, error=error),
                _("改正FEEL表达式"),
                element=place.element,
                field=place.field,
            )
        for name in sorted(parsed.names - known):
            notes.error(
                "NAME_UNKNOWN",
                _("“{title}”读取的“{name}”不是任何表单字段、决策结果或者变量").format(
                    title=place.title, name=name[:60]
                ),
                _("改正名称；没有表单填写它时在procedures的variables中声明"),
                element=place.element,
                field=place.field,
            )
        for key in _SETTING.findall(_STRINGS.sub('""', text)):
            if key not in self._candidate.pack.settings:
                notes.error(
                    "SETTING_UNKNOWN",
                    _("“{title}”读取的开关“{key}”在settings中没有").format(
                        title=place.title, key=key[:60]
                    ),
                    _("在settings中登记该开关，或者改正名称"),
                    element=place.element,
                    field=place.field,
                )


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note every expression of diagrams and of pack.yaml that cannot be trusted."""
    names = Names(candidate)
    candidate.evaluate.parse_all([(text, False) for text in _texts(candidate)])
    known = {
        process: candidate.names_of(procedure)
        for procedure in candidate.pack.procedures.values()
        for process in candidate.processes_of(procedure)
    }
    everywhere = frozenset({"settings"}).union(*known.values(), *_all_fields(candidate))
    for path, graph in candidate.graphs.items():
        flows = {flow.id: flow for flow in graph.flows}
        for expression in graph.names_read():
            flow = flows.get(expression.element)
            node = graph.find(flow.source if flow else expression.element)
            if node is not None:
                _expression(
                    names, expression, node, known.get(node.process, everywhere), notes[path]
                )
    _decisions(candidate, known, notes)
    _pack(candidate, names, everywhere, notes["pack.yaml"])
    _variables(candidate, notes["pack.yaml"])


def _texts(candidate: Candidate) -> Iterator[str]:
    """Every expression of the rules below, to be parsed in one trip."""
    for graph in candidate.graphs.values():
        yield from (expression.text for expression in graph.names_read())
    yield from (value.text for _t, value, _s, _f in given(candidate) if isinstance(value, Feel))
    yield from (rule.check.text for rule in candidate.pack.rules)


def _all_fields(candidate: Candidate) -> Iterator[frozenset[str]]:
    yield from (frozenset(form.fields) for form in candidate.forms.values())


def _expression(
    names: Names, expression: Expression, node: Node, known: frozenset[str], notes: Notes
) -> None:
    many = node.multi_instance
    if many is not None:
        known = known | {many.item, many.output}
    if expression.use == "completion":
        known = known | _LOOP
    names.ask(expression.text, known, Place(title=node.label, element=expression.element), notes)


def _decisions(
    candidate: Candidate, known: Mapping[str, frozenset[str]], notes: dict[str, Notes]
) -> None:
    for path, graph in candidate.graphs.items():
        for node in graph.nodes:
            if not node.decision or node.process not in known:
                continue
            try:
                missing = candidate.decisions.inputs_of(node.decision) - known[node.process]
            except DecisionFailed:
                continue  # unknown or broken: noted where it stands
            for name in sorted(missing):
                notes[path].error(
                    "NAME_UNKNOWN",
                    _("决策“{title}”要读取的“{name}”不是任何表单字段、决策结果或者变量").format(
                        title=node.label, name=name[:60]
                    ),
                    _("改正名称；没有表单填写它时在procedures的variables中声明"),
                    element=node.id,
                    field="rongcuo:decision",
                )


def _pack(candidate: Candidate, names: Names, everywhere: frozenset[str], notes: Notes) -> None:
    pack = candidate.pack
    items = {node.multi_instance.item for node in candidate.nodes.values() if node.multi_instance}
    for title, value, section, field in given(candidate):
        if isinstance(value, Feel):
            known = everywhere | items if section == "lanes" else everywhere
            names.ask(value.text, known, Place(title=title, element=section, field=field), notes)
    for at in range(len(pack.rules)):
        _rule(candidate, names, at, everywhere, notes)
    _earlier(candidate, names, everywhere, notes)
    for message in pack.messages.values():
        for name in message.carries:
            if name not in everywhere:
                notes.error(
                    "NAME_UNKNOWN",
                    _("消息“{title}”携带的“{name}”不是任何表单字段、决策结果或者变量").format(
                        title=message.title, name=name[:60]
                    ),
                    _("改正名称；没有表单填写它时在procedures的variables中声明"),
                    element="messages",
                    field=f"{message.key}.carries",
                )


def given(candidate: Candidate) -> Iterator[tuple[str, Given | None, str, str]]:
    """Everything of pack.yaml that may be FEEL, but the rules: title, value, section, field."""
    pack = candidate.pack
    for procedure in pack.procedures.values():
        yield procedure.title, procedure.level, "procedures", f"{procedure.key}.level"
        for starter in procedure.starters:
            yield procedure.title, starter.when, "procedures", f"{procedure.key}.start.by"
    for lane in pack.lanes.values():
        yield lane.title, lane.office, "lanes", f"{lane.key}.office"
        yield lane.title, lane.level, "lanes", f"{lane.key}.level"
    for paper in pack.papers.values():
        yield paper.title, paper.when, "papers", f"{paper.key}.when"
    for event in pack.events.values():
        yield event.title, event.when, "events", f"{event.key}.when"
        if isinstance(event.date, Feel):
            yield event.title, event.date, "events", f"{event.key}.date"
    for rule in pack.deadlines.values():
        yield rule.title, rule.when, "deadlines", f"{rule.key}.when"
        yield rule.title, rule.until, "deadlines", f"{rule.key}.interval.until"
    yield from _given_of_work(candidate)


def _given_of_work(candidate: Candidate) -> Iterator[tuple[str, Given | None, str, str]]:
    """Where work may be handed over to, and what is decided together."""
    for at, handover in enumerate(candidate.pack.handover):
        yield from ((each.office, each.when, "handover", f"{at}.to") for each in handover.to)
    for rule in candidate.pack.withdrawals.values():
        yield rule.procedure, rule.continues, "withdrawals", f"{rule.procedure}.continues"
    for entry in candidate.pack.decisions.values():
        yield from ((entry.title, value, "decisions", entry.node) for value in entry.given())


def _rule(
    candidate: Candidate, names: Names, at: int, everywhere: frozenset[str], notes: Notes
) -> None:
    rule = candidate.pack.rules[at]
    form = candidate.forms.get(rule.form)
    if form is None or (rule.field and rule.field not in form.fields):
        notes.error(
            "RULE_FIELD_UNKNOWN",
            _("规则“{message}”所指的表单字段{form}.{field}不存在").format(
                message=rule.message[:60], form=rule.form[:60], field=rule.field[:60]
            ),
            _("改正表单或者字段的名称"),
            element="rules",
            field=f"{at}.field",
        )
    earlier = candidate.pack.earlier
    if rule.tells and rule.tells not in earlier:
        notes.error(
            "EARLIER_UNKNOWN",
            _("规则“{message}”的tells“{name}”不在earlier中").format(
                message=rule.message[:60], name=rule.tells[:60]
            ),
            _("在earlier中登记，或者改正名称"),
            element="rules",
            field=f"{at}.tells",
        )
    names.ask(
        rule.check.text,
        everywhere | earlier.keys(),
        Place(title=rule.message[:60], element="rules", field=f"{at}.check"),
        notes,
    )


def _earlier(candidate: Candidate, names: Names, everywhere: frozenset[str], notes: Notes) -> None:
    """Cases that named the same case before: the name is its own, ``where`` reads what there is."""
    for earlier in candidate.pack.earlier.values():
        place = Place(title=earlier.title, element="earlier", field=f"{earlier.key}.where")
        if earlier.key in everywhere | reserved_names() or not earlier.procedures:
            notes.error(
                "EARLIER_NAME",
                _("earlier的“{name}”与字段、变量或者FEEL的词重名，或者没有写procedures").format(
                    name=earlier.key[:60]
                ),
                _("换一个名称，并写明计算哪些程序的事项"),
                element="earlier",
                field=earlier.key[:60],
            )
        if earlier.where is None:
            continue
        names.ask(earlier.where.text, frozenset({ENTRY, "settings"}), place, notes)
        for path in sorted(candidate.evaluate.parse(earlier.where.text).paths):
            last = path.removeprefix(f"{ENTRY}.")
            if path.startswith(f"{ENTRY}.") and last not in ENTRY_PROPERTIES:
                notes.error(
                    "PROPERTY_UNKNOWN",
                    _("“{title}”读取的“{path}”不存在").format(title=place.title, path=path[:60]),
                    _("只能读取{known}").format(known=_("、").join(ENTRY_PROPERTIES)),
                    element=place.element,
                    field=place.field,
                )


def _variables(candidate: Candidate, notes: Notes) -> None:
    """A declared name that FEEL already uses would hide a function (EX-5)."""
    for procedure in candidate.pack.procedures.values():
        for name in procedure.variables:
            if name in reserved_names() or name.startswith("_") or not name.isidentifier():
                notes.error(
                    "NAME_RESERVED",
                    _("“{name}”不能作变量名：它是FEEL的保留字或者含有不允许的字符").format(
                        name=name[:60]
                    ),
                    _("换一个由文字、数字和下划线组成的名称"),
                    element="procedures",
                    field=f"{procedure.key}.variables.{name[:60]}",
                )

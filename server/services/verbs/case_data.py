"""更正流程数据: a routing variable of a case has another value, asked by one head and consented by
another.

Only variables the pack declares with a plain type, in that type; never what a decision table or the
members of a list computed: who is wrong about its ground corrects the ground. Ids of people and
units are no plain values either.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from server.domain.errors import EngineError, Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.engine.port import Amend
from server.forms.fields import Field, flat
from server.forms.words import option_texts
from server.services.case import case_state
from server.services.case.case_rows import CaseRow
from server.services.case.case_state import Act
from server.services.context import Context
from server.services.law import charts
from server.services.law.releases import Release
from server.services.verbs import advance, case_verbs, steering_requests
from server.services.verbs.outlook import Change, Outlook
from server.services.verbs.request_kinds import Foreseen, Kept, Kind, Posed

_Given = Mapping[str, Json]

#: longest value
_LONGEST: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """A variable that may be amended."""

    name: str
    label: str
    #: string, number, boolean or date
    type: str
    #: what can be chosen, code -> text; empty: anything of the type
    options: Mapping[str, str] = field(default_factory=dict)

    def text(self, value: Json) -> str:
        """The value in words."""
        if value is None:
            return _("（空）")
        if isinstance(value, bool):
            return _("是") if value else _("否")
        return self.options.get(str(value), str(value))


def variables(release: Release, procedure: str) -> dict[str, Variable]:
    """Every variable of the procedure that may be amended, by name."""
    chart = charts.chart(release.files[procedure])
    computed = {node.result for node in chart.nodes.values() if node.result}
    for node in chart.nodes.values():
        if node.multi_instance:
            computed.add(node.multi_instance.output_collection)
    fields = _fields(release)
    found = {}
    for name, kind in release.routing[procedure].items():
        asked = fields.get(name)
        if name in computed or kind not in _READ or (asked is not None and asked.kind):
            continue
        label = asked.label if asked is not None else name
        options = _options(release, asked) if asked is not None else {}
        found[name] = Variable(name=name, label=label or name, type=kind, options=options)
    return found


def foresee(ctx: Context, case: CaseRow, release: Release, given: _Given) -> Foreseen:
    """The value before and after, and what would close and open.

    Raises:
        Invalid: no variable that may be amended, no value of its type, or the one it has.
        Conflict: the case is over.
    """
    case_verbs.refuse_over(case)
    chosen, value = _read(release, case.procedure, given)
    state = case_state.load(ctx, case.id)
    now = state.variables.get(chosen.name)
    if now == value and isinstance(now, bool) == isinstance(value, bool):
        raise _wrong("value", _("与现在的值相同"))
    command = Amend(variables={chosen.name: value}, now=ctx.now)
    files = release.files[case.procedure]
    try:
        after = ctx.tools.engine.advance(files, state.state, command)
    except EngineError as error:
        raise _wrong("value", error.message) from error
    moved, changes = steering_requests.told(charts.chart(files), after)
    seen = changes if _has_moved(moved) else ()
    change = _changed(chosen, now, value)
    return Foreseen(
        before={**moved, "value": now},
        after={"value": value},
        outlook=Outlook(changes=(change, *seen)),
    )


def act(ctx: Context, case: CaseRow, release: Release, given: _Given, posed: Posed) -> None:
    """Let the variable have the value, for every token of the case."""
    chosen, value = _read(release, case.procedure, given)
    said = {"request": posed.request_id, "asked_by": posed.asked_by, "variable": chosen.name}
    ctx.record("case.amend", case.id, case.id, said)
    command = Amend(variables={chosen.name: value}, now=ctx.now)
    advance.step(ctx, case, release, command, Act(command="amend"))


def words(release: Release, procedure: str, given: _Given) -> str:
    """“受理层级”改为“县级”."""
    known = variables(release, procedure).get(str(given["name"]))
    if known is None:
        return str(given["name"])
    value = _parsed(known, str(given["value"]))
    return _("“{label}”改为“{value}”").format(label=known.label, value=known.text(value))


def veiled(release: Release, procedure: str, given: _Given) -> str:
    """The same for whoever must not see the value."""
    known = variables(release, procedure).get(str(given["name"]))
    label = known.label if known else str(given["name"])
    return _("“{label}”，内容不向您显示").format(label=label)


def told(release: Release, procedure: str, given: _Given, kept: Kept) -> tuple[Change, ...]:
    """The values before and after, and what closed and opened with it."""
    name = str(given["name"])
    chosen = variables(release, procedure).get(name) or Variable(name=name, label=name, type="")
    change = _changed(chosen, kept.before.get("value"), kept.after.get("value"))
    if not _has_moved(kept.before):
        return (change,)
    chart = charts.chart(release.files[procedure])
    return (change, *steering_requests.words(chart, kept.before))


def _changed(chosen: Variable, before: Json, after: Json) -> Change:
    return Change(label=chosen.label, before=chosen.text(before), after=chosen.text(after))


def _has_moved(moved: Mapping[str, Json]) -> bool:
    return bool(moved["closes"] or moved["opens"] or moved["ends"])


def _read(release: Release, procedure: str, given: _Given) -> tuple[Variable, Json]:
    known = variables(release, procedure).get(str(given["name"]))
    if known is None:
        raise _wrong("name", _("该数据不能在此更正：只能更正办理中填写的单项数据"))
    return known, _parsed(known, str(given["value"]))


def _parsed(variable: Variable, text: str) -> Json:
    text = text.strip()[:_LONGEST]
    if not text:
        return None
    if variable.options:
        codes = {shown: code for code, shown in variable.options.items()}
        code = text if text in variable.options else codes.get(text)
        if code is None:
            known = _("、").join(variable.options.values())
            raise _wrong("value", _("只能填写：{known}").format(known=known))
        return code
    try:
        return _READ[variable.type](text)
    except (KeyError, ValueError):
        raise _wrong("value", _TYPES[variable.type]) from None


def _number(text: str) -> Json:
    number = float(text)
    if number != number or abs(number) > 1e15:
        raise ValueError(text)
    return int(number) if number.is_integer() else number


#: type -> how a value is read
_READ: Final[Mapping[str, Callable[[str], Json]]] = {
    "string": str,
    "number": _number,
    "boolean": {"true": True, "false": False, "是": True, "否": False}.__getitem__,
    "date": lambda text: date.fromisoformat(text).isoformat(),
}
_TYPES: Final = {
    "string": _("请填写文字"),
    "number": _("请填写数字"),
    "boolean": _("请填写“是”或者“否”"),
    "date": _("请填写日期，例如2026-03-03"),
}


def _fields(release: Release) -> dict[str, Field]:
    return {
        each.key: each
        for form in release.compiled.values()
        for each in flat(form.fields)
        if each.key
    }


def _options(release: Release, asked: Field) -> Mapping[str, str]:
    if asked.list_name:
        known = release.pack.lists.get(asked.list_name)
        return {item.code: item.text for item in known.items} if known else {}
    return option_texts(asked.schema.get("values"))


def _wrong(where: str, message: str) -> Invalid:
    return Invalid(message, [Finding(code="AMEND", field=where, message=message)])


KIND = Kind(
    refuse_asking=steering_requests.refuse_asking,
    deciders=steering_requests.deciders,
    foresee=foresee,
    act=act,
    words=words,
    told=told,
    subject=lambda given: str(given["name"]),
)

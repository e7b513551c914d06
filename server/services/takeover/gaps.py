"""What a row leaves out or says against itself, named by its columns and with what may stand there.

Found only once the way is known: which answers a matter needs depends on where it went.
"""

from collections.abc import Iterator, Mapping

from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.diagrams.elements import GATEWAYS
from server.forms.fields import Field, flat
from server.services.law import charts
from server.services.law.charts import Chart
from server.services.law.releases import Release
from server.services.takeover.cells import Cells, allowed
from server.services.takeover.columns import STEP, Columns
from server.services.takeover.events_on_the_way import Course
from server.services.takeover.readings import Read
from server.services.takeover.walking import Astray, Walked


def answers(
    cells: Cells,
    release: Release,
    columns: Columns,
    walked: Walked,
    given: Mapping[str, Json],
) -> None:
    """Answers that the steps on the way ask for, that something later reads, and that are empty."""
    for field in _asked(cells, release, columns.procedure, walked, given):
        asked = columns.answers.get(field.key)
        if asked is None or not field.required or given.get(field.key) not in (None, "", []):
            continue
        if asked.is_part and asked.field.kind is not None and asked.step == _("提出"):
            continue  # whom it concerns stands in columns of its own
        message = _("缺少“{label}”，“{step}”之后要用到").format(label=field.label, step=asked.step)
        cells.wrong(asked.heading, message, allowed(asked), "TAKEOVER_MISSING")


def days(cells: Cells, columns: Columns, course: Course) -> None:
    """Days of events that a clock hangs on, and days the wrong way round."""
    for key in dict.fromkeys(course.missing):
        dated = columns.events.get(key)
        if dated is not None:
            message = _("缺少“{event}”的日期，有期限由它计算").format(event=dated.event.title)
            fix = _("填写实际发生的日期，例如2026-03-02")
            cells.wrong(dated.heading, message, fix, "TAKEOVER_MISSING")
    for first, second in course.disordered:
        dated = columns.events.get(second) or columns.events.get(first)
        if dated is not None:
            names = [
                each.event.title
                for each in (columns.events.get(k) for k in (first, second))
                if each
            ]
            message = _("日期的先后不对：{names}").format(names=_("、").join(names))
            cells.wrong(dated.heading, message, _("核对两个日期"), "TAKEOVER_ORDER")


def turned(cells: Cells, release: Release, read: Read, astray: Astray) -> None:
    """The record leads elsewhere: where it turned off, and which answers decide there."""
    chart = charts.chart(release.files[read.kind.key])
    steps = read.kind.columns.steps
    at = steps.get(astray.node_key) or chart.label(astray.node_key) or _("提出")
    to = _("、").join(steps.get(each, each) for each in astray.to)
    if astray.why:
        message = _("“{at}”之后不能继续：{why}").format(at=at, why=astray.why)
    elif to:
        message = _("按所填的内容，“{at}”之后到不了“{target}”，而是到“{to}”").format(
            at=at, target=steps[read.target], to=to
        )
    else:
        message = _("按所填的内容，“{at}”之后已经结束，到不了“{target}”").format(
            at=at, target=steps[read.target]
        )
    cells.wrong(STEP, message, _("检查下列各列，或者改写环节"), "TAKEOVER_ASTRAY")
    node = chart.nodes.get(astray.node_key)
    form = node.form if node and node.kind != "startEvent" else _start_form(release, read)
    deciding = _deciding(cells, chart, astray.node_key)
    for field in flat(release.compiled[form].fields) if form in release.compiled else ():
        asked = read.kind.columns.answers.get(field.key)
        if asked is None or (deciding and field.key not in deciding):
            continue
        is_empty = read.given.get(field.key) is None
        words = _("没有填写“{label}”") if is_empty else _("现在填写的“{label}”可能引向别处")
        told = words.format(label=field.label)
        cells.wrong(asked.heading, told, allowed(asked), "TAKEOVER_ASTRAY")


def _deciding(cells: Cells, chart: Chart, node_key: str) -> set[str]:
    """What the gateways right behind a step ask; empty where they ask none of its answers."""
    names: set[str] = set()
    todo, seen = [node_key], set[str]()
    while todo:
        here = todo.pop()
        seen.add(here)
        for flow in chart.flows.values():
            if flow.source != here:
                continue
            if flow.condition:
                names |= cells.ctx.tools.evaluate.parse(flow.condition).names
            node = chart.nodes.get(flow.target)
            if node is not None and node.kind in GATEWAYS and node.id not in seen:
                todo.append(node.id)
    return names


def _start_form(release: Release, read: Read) -> str:
    return release.pack.procedures[read.kind.key].start_form


def nobody(cells: Cells, release: Release, procedure: str, role: str, step: str) -> None:
    """A step belongs to people of the case, and nobody is named for the part."""
    columns = {each.field: each for each in release.pack.appointments if each.role == role}
    known = release.pack.roles.get(role)
    title = known.title if known else role
    message = _("“{step}”由{role}办理，没有填写是谁").format(step=step, role=title)
    fields = _("、").join(sorted(columns))
    fix = _("填写账号：{fields}").format(fields=fields) if fields else _("填写当事人")
    cells.wrong(fields, message, fix, "TAKEOVER_MISSING")


def _asked(
    cells: Cells, release: Release, procedure: str, walked: Walked, given: Mapping[str, Json]
) -> Iterator[Field]:
    """Fields of the forms on the way that are shown with these answers, each once."""
    nodes = charts.chart(release.files[procedure]).nodes
    forms = [release.pack.procedures[procedure].start_form]
    forms += [nodes[key].form for key in walked.nodes]
    evaluate = cells.ctx.tools.evaluate
    for form in dict.fromkeys(each for each in forms if each in release.compiled):
        fields = tuple(flat(release.compiled[form].fields))
        context = {**dict.fromkeys(release.fields), **walked.variables, **given}
        tests = [(each.hide, None) for each in fields if each.hide]
        told = evaluate.unary_tests(tests, context) if tests else []
        hidden = dict(zip((test for test, _value in tests), told, strict=True))
        yield from (each for each in fields if not (each.hide and hidden[each.hide].value is True))

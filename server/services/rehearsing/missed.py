"""Why no scenario was found for a flow, in words for who drew the procedure.

Said is what was seen: how near a play came, which condition did not hold and which fields it hangs
on, what was refused there. That a flow cannot be taken at all is said only where no line leads to
it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from server.domain.texts import _
from server.engine.diagrams.elements import Flow
from server.forms.fields import Field
from server.services.rehearsing.guided import Guide
from server.services.rehearsing.solving import Need
from server.services.rehearsing.way import FAR

#: most fields that are named
_NAMED: Final = 6


def words(guides: Sequence[Guide]) -> list[str]:
    """Sentences, of the procedure in which a play came nearest; none: it is no flow of the pack."""
    if not guides:
        return []
    return list(_of(min(guides, key=lambda each: each.nearest.distance)))


def _of(guide: Guide) -> Iterator[str]:
    way, near = guide.way, guide.nearest
    if way.start not in way.near:
        yield _("从开始事件沿着流向走不到这里，请检查连线")
        return
    if near.distance == FAR:
        yield _("没有一个做法走到通向这里的环节：{why}").format(why=_start_refused(guide))
        return
    if near.distance == 0:
        yield _("已经走到“{element}”，没有从这条流向出去").format(
            element=way.chart.label(near.element)
        )
    else:
        yield _("最近走到“{element}”，到这里还隔着{n}步").format(
            element=way.chart.label(near.element), n=near.distance
        )
    yield from _conditions(guide)
    yield from _stuck(guide)


def _conditions(guide: Guide) -> Iterator[str]:
    """The condition nearest to the flow that could not be made to hold, or did not hold after."""
    near = guide.way.near
    unsolved = sorted(guide.unsolved.values(), key=lambda each: near.get(each.flow.source, FAR))
    for need in unsolved[:1]:
        yield _(
            "“{flow}”的条件没有找到填法：已按表单的选项和决策表，最多同时改三处；{fields}"
        ).format(flow=_label(guide, need.flow), fields=_fields(guide.solver.fields(need), need))
    left = [each for each in guide.failed if each not in guide.unsolved]
    for flow_id in sorted(left, key=lambda each: near.get(_flow(guide, each).source, FAR))[:1]:
        flow, changed = _flow(guide, flow_id), guide.failed[flow_id]
        titles = [f"“{guide.solver.title(key)}”" for key in changed]
        yield _("为走“{flow}”改填了{fields}，仍没有走到").format(
            flow=_label(guide, flow), fields="、".join(titles)
        )


def _stuck(guide: Guide) -> Iterator[str]:
    """What was refused at the tasks where the nearest play stood."""
    for element, title in guide.nearest.open:
        why = guide.trying.refused.get(element)
        if why:
            yield _("停在“{task}”：{why}").format(task=title, why=why)


def _start_refused(guide: Guide) -> str:
    why = guide.trying.refused.get("")
    if why:
        return _("提出时被拒绝：{why}").format(why=why)
    return _("没有可以作为起点的场景，请先演练一个走到附近的场景")


def _fields(fields: Sequence[Field], need: Need) -> str:
    if not fields:
        return _("条件（{text}）不由任何表单的内容决定").format(text=" / ".join(need.texts))
    named = "、".join(f"“{each.label or each.key}”" for each in fields[:_NAMED])
    more = _("等{n}项").format(n=len(fields)) if len(fields) > _NAMED else ""
    return _("条件取决于{fields}{more}").format(fields=named, more=more)


def _flow(guide: Guide, flow_id: str) -> Flow:
    return guide.way.chart.flows[flow_id]


def _label(guide: Guide, flow: Flow) -> str:
    chart = guide.way.chart
    way = f"{chart.label(flow.source)} → {chart.label(flow.target)}"
    return f"{way}（{flow.name}）" if flow.name else way

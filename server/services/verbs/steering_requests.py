"""What moving a token and amending a variable have in common: asked by the head of a competent
office, consented to by the head of another one, or above; and what the engine would do."""

from collections.abc import Iterable, Mapping

from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.port import Advance, OpenTask
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.identity import posts
from server.services.law.charts import Chart
from server.services.law.releases import Release
from server.services.verbs import case_verbs, correction_heads
from server.services.verbs.outlook import Change
from server.services.verbs.request_kinds import Deciders


def refuse_asking(
    ctx: Context, case: CaseRow, _release: Release, _given: Mapping[str, Json]
) -> None:
    """Return when the actor may steer the case.

    Raises:
        NotFound: it does not exist for him.
        Forbidden: he is not the head of a competent office, or the matter is his own.
        Conflict: the case is over.
    """
    case_verbs.refuse_unsteered(ctx, case)
    case_verbs.refuse_over(case)


def deciders(ctx: Context, case: CaseRow, release: Release, _given: Mapping[str, Json]) -> Deciders:
    """Another head of the actor's office, of another competent one, or the nearest above.

    Raises:
        Conflict: nobody could.
    """
    competent = case_verbs.competent(ctx, case, release)
    own = next(each for each in posts.with_posts(ctx).headed if each in competent)
    office, heads = correction_heads.deciding(ctx, case.id, own, others=sorted(competent - {own}))
    return Deciders(office=office, people=heads)


def told(chart: Chart, after: Advance) -> tuple[dict[str, Json], tuple[Change, ...]]:
    """What a step would close and open: as it is compared, and in words."""
    closes, opens = _kept(after.closed), _kept(after.opened)
    keys = sorted(task.task_key for task in after.closed)
    moved = {"closes": closes, "opens": opens, "keys": keys, "ends": after.ended}
    return moved, words(chart, moved)


def words(chart: Chart, moved: Mapping[str, Json]) -> tuple[Change, ...]:
    """What :func:`told` compares, in words."""
    ends = Change(label=_("整个事项"), before="", after=_("随即结束"))
    return (
        Change(label=_("关闭的环节"), before="", after=_named(chart, moved["closes"])),
        Change(label=_("打开的环节"), before="", after=_named(chart, moved["opens"])),
        *((ends,) if moved["ends"] else ()),
    )


def _kept(tasks: Iterable[OpenTask]) -> list[Json]:
    return sorted([task.node_key, task.instance or ""] for task in tasks)


def _named(chart: Chart, kept: Iterable[tuple[str, str]]) -> str:
    counted: dict[str, int] = {}
    for node_key, _instance in kept:
        label = chart.label(node_key)
        counted[label] = counted.get(label, 0) + 1
    names = [
        label if n == 1 else _("{label}（{n}项）").format(label=label, n=n)
        for label, n in counted.items()
    ]
    return _("、").join(names) or _("无")

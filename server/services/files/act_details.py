"""What an act came to, in words of its own: the days it was about, whom a rung told."""

from collections.abc import Iterable

from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.queries.timeline import Act
from server.services.law.charts import Chart


def days(act: Act) -> str:
    """The days an act was about."""
    due_on = act.detail.get("due_on")
    if "was_on" in act.detail and "to_on" in act.detail:
        text = _("由{was}更正为{to}").format(was=act.detail["was_on"], to=act.detail["to_on"])
        return text + (_("，到期日{day}").format(day=due_on) if due_on else "")
    if act.verb == "deadline.adopt":
        none = _("未定")
        return _("{was}改为{now}").format(was=act.detail.get("was") or none, now=due_on or none)
    if act.verb == "deadline.start" and due_on:
        return _("到期日{day}").format(day=due_on)
    return ""


def moved(act: Act) -> str:
    """From which version of its pack to which a case moved."""
    return _("由第{old}版改为第{new}版").format(
        old=act.detail.get("from_version", ""), new=act.detail.get("to_version", "")
    )


def told(pack: PolicyPack, labels: Iterable[str]) -> str:
    """Whom a rung of a ladder told, in words, each once."""
    return _("、").join(dict.fromkeys(_label(pack, label) for label in labels))


def _label(pack: PolicyPack, label: str) -> str:
    if label == "assignee":
        return _("承办人")
    role, _dot, head = label.partition(".")
    known = pack.roles.get(role)
    title = known.title if known else _("承办机构")
    return _("{office}负责人").format(office=title) if head else title


def taken_over(chart: Chart, act: Act) -> str:
    """From which record, and who answers for it, by the name of its file; for offices."""
    text = _("原案号{former}，接续到“{step}”；表格{file}第{row}行")
    return text.format(
        former=act.detail.get("former", ""),
        step=chart.label(str(act.detail.get("step", ""))),
        file=str(act.detail.get("file", ""))[:12],
        row=act.detail.get("row", ""),
    )

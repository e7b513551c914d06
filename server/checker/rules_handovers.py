"""Pass 5, ``handover:``: tasks, lanes and offices it names exist, and what it says can be done."""

from server.checker.candidate import Candidate
from server.domain.handovers import Handover
from server.domain.jurisdiction import Level
from server.domain.notes import Notes
from server.domain.texts import _

_LEVELS = frozenset({"case", "superior", *Level})


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note every entry that names something the pack does not have."""
    for at, rule in enumerate(candidate.pack.handover):
        _tasks(candidate, at, rule, notes["pack.yaml"])
        _receivers(candidate, at, rule, notes["pack.yaml"])


def _tasks(candidate: Candidate, at: int, rule: Handover, notes: Notes) -> None:
    tasks = {key for key, node in candidate.nodes.items() if node.kind == "userTask"}
    for kind, named, known in (
        ("nodes", rule.nodes, tasks),
        ("lanes", rule.lanes, set(candidate.pack.lanes)),
    ):
        for name in sorted(set(named) - known):
            notes.error(
                "HANDOVER_UNKNOWN",
                _("可以移送的“{name}”不是图中的用户任务，也不是泳道").format(name=name[:60]),
                _("nodes写用户任务的标识，lanes写泳道的键"),
                element="handover",
                field=f"{at}.{kind}",
            )


def _receivers(candidate: Candidate, at: int, rule: Handover, notes: Notes) -> None:
    for entry in rule.to:
        if entry.office not in candidate.pack.roles:
            notes.error(
                "ROLE_UNKNOWN",
                _("岗位或者身份“{role}”在roles中没有").format(role=entry.office[:60]),
                _("在roles中登记，或者改正名称"),
                element="handover",
                field=f"{at}.to",
            )
        for level in sorted(set(entry.levels) - _LEVELS):
            notes.error(
                "HANDOVER_LEVEL",
                _("接收机构的层级“{level}”不认识").format(level=level[:60]),
                _("写case、superior或者province、city、county、township"),
                element="handover",
                field=f"{at}.to",
            )

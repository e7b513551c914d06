"""Pass 5, ``agendas`` and the offices of ``decisions``: their tasks and offices are there."""

from server.checker.candidate import Candidate
from server.domain.notes import Notes
from server.domain.texts import _

_HEAD = ".head"


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note every meeting that could decide nothing, and every member's office there is none of."""
    _tasks(candidate, notes["pack.yaml"])
    _offices(candidate, notes["pack.yaml"])


def _tasks(candidate: Candidate, notes: Notes) -> None:
    taken: dict[str, str] = {}
    for rule in candidate.pack.agendas.values():
        if not rule.tasks:
            notes.error(
                "AGENDA_TASK",
                _("定期会议“{title}”没有写要研究的用户任务").format(title=rule.title),
                _("tasks写decisions中的用户任务"),
                element="agendas",
                field=f"{rule.key}.tasks",
            )
        for task in rule.tasks:
            if task not in candidate.pack.decisions or task in taken:
                notes.error(
                    "AGENDA_TASK",
                    _("定期会议“{title}”的“{task}”不在decisions中，或者已由另一会议研究").format(
                        title=rule.title, task=task[:60]
                    ),
                    _("先在decisions中写怎样研究该任务；一个任务只由一个定期会议研究"),
                    element="agendas",
                    field=f"{rule.key}.tasks",
                )
            taken.setdefault(task, rule.key)


def _offices(candidate: Candidate, notes: Notes) -> None:
    for entry in candidate.pack.decisions.values():
        for office in entry.offices:
            if office.removesuffix(_HEAD) not in candidate.pack.roles:
                notes.error(
                    "ROLE_UNKNOWN",
                    _("岗位或者身份“{role}”在roles中没有").format(role=office[:60]),
                    _("在roles中登记，或者改正名称"),
                    element="decisions",
                    field=f"{entry.node}.offices",
                )

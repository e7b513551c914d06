"""What a verb of a task is asked with before it is done: the task as judged, what can be chosen."""

from dataclasses import dataclass

from server.domain.access import Actor
from server.domain.groups import Group
from server.domain.perspectives import Sight
from server.domain.work import Work
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.law.releases import Release
from server.services.verbs.work_rows import ItemRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Something that can be chosen in the form of a verb."""

    value: str
    label: str
    #: a second line, smaller
    hint: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A task with everything that decides what somebody may do with it."""

    ctx: Context
    actor: Actor
    item: ItemRow
    case: CaseRow
    work: Work
    release: Release
    #: how he stands to the case
    sight: Sight
    #: all items of the task, with what was signed
    group: Group

"""What a start states against what the records say: the level of management, above all.

Nothing is refused here, since records may be behind: whoever fills in the form is told, and the
desk that accepts the matter sees the record beside it.
"""

from collections.abc import Iterator

from server.domain.findings import Finding, Severity
from server.domain.texts import _
from server.services.context import Context
from server.services.identity import people
from server.services.starts.start_ways import LEVEL
from server.services.verbs.openings import Prepared

_LEVELS = {
    "central": _("中央"),
    "province": _("省"),
    "city": _("市"),
    "county": _("县（区）"),
    "township": _("乡（镇、街道）"),
}


def level_title(level: str) -> str:
    """What people call a level, the word itself where it is none."""
    return _LEVELS.get(level, level)


def differences(ctx: Context, start: Prepared) -> Iterator[Finding]:
    """One warning for each of those concerned whose record names another level than stated."""
    said = start.answers.get(LEVEL)
    concerned = [entry for entry in start.named if entry.role == "subject"]
    for entry in concerned or [entry for entry in start.named if entry.role == "applicant"]:
        if entry.unit_id:
            unit = people.unit(ctx, entry.unit_id)
            name, recorded = unit.name, unit.affiliation
        else:
            person = people.person(ctx, entry.person_id or "")
            name, recorded = person.name, person.managed_by or ""
        if said and recorded and said != recorded:
            yield Finding(
                code="STATED_LEVEL",
                severity=Severity.WARNING,
                field=LEVEL,
                message=_("填写的管理层级是“{said}”，系统记录中{name}由“{recorded}”管理").format(
                    said=level_title(str(said)), name=name, recorded=level_title(recorded)
                ),
                fix=_("以填写的为准办理；确有变动的请在申请内容中说明，记录有误的请告知组织部门"),
            )

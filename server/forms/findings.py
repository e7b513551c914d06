"""Findings about a form file, each at its component."""

from dataclasses import dataclass, replace

from server.domain.findings import Finding, Severity
from server.domain.texts import _


@dataclass(frozen=True, slots=True)
class Place:
    """A component of a form file, or the form itself."""

    file: str
    element: str = ""
    label: str = ""

    def at(self, element: str, label: str) -> "Place":
        """A component of the same file."""
        return replace(self, element=element, label=label)


def finding(
    place: Place,
    code: str,
    message: str,
    *,
    field: str = "",
    fix: str = "",
    severity: Severity = Severity.ERROR,
) -> Finding:
    """The finding at this place."""
    return Finding(
        code=code,
        severity=severity,
        file=place.file,
        element=place.element,
        field=field,
        message=message,
        fix=fix or _("改正后重新检查"),
    )

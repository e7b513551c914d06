"""One problem of a diagram, table, form, pack or answer: what is wrong, where, how to mend it.

Lives in the domain because every layer reports problems in this one shape: the definition
gate, the form compiler, the pack reader, the checker and the refusal of a filled form.
Outside it is one entry of ``problems`` (RFC 9457 answers, ``--json``), with the same keys.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs: an error stops publishing, a warning needs a written reason."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One problem, in one Chinese sentence that names the element by its label, with its fix."""

    #: stable upper-case code, documented in docs/reference/checks.md, e.g. ``FLOW_NO_CONDITION``
    code: str
    severity: Severity = Severity.ERROR
    #: path inside the pack, e.g. ``nanyang_five_step.bpmn``; empty when it concerns no file
    file: str = ""
    #: element id in a diagram or table; key of an entry in pack.yaml
    element: str = ""
    #: field of a form, attribute or YAML path inside the element
    field: str = ""
    message: str
    #: what to do about it, one sentence
    fix: str = ""

    def as_problem(self) -> dict[str, str]:
        """The entry of ``problems`` of CONTRACTS section 3."""
        return {**asdict(self), "severity": str(self.severity)}


def has_errors(findings: "list[Finding] | tuple[Finding, ...]") -> bool:
    """True when at least one finding stops publishing."""
    return any(finding.severity is Severity.ERROR for finding in findings)

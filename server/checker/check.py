"""Every problem of a pack at once: the same list for the command line, the API and the designer.

The rules run here; the engine's own parse (pass 6) runs in a killable child that is started
ahead, so that it is ready when the rest is done.
"""

from typing import Final

from server.adapters.packs import PackFiles
from server.checker.static import Reading
from server.domain.expressions import Evaluate
from server.domain.findings import Finding, Severity
from server.engine import parse_check
from server.engine.child import Child

_ORDER: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def check(files: PackFiles, evaluate: Evaluate) -> list[Finding]:
    """Every problem of the pack, errors first; without errors it may be published and will run."""
    with Child("server.engine.parse_check:answer") as child:
        reading = Reading(files, evaluate)
        findings = reading.findings()
        diagrams = reading.diagrams()
        if diagrams is not None:
            findings += _engine(diagrams, child)
    return sorted(dict.fromkeys(findings), key=_place)


def _place(finding: Finding) -> tuple[int, str]:
    return _ORDER[finding.severity], finding.file


def _engine(diagrams: dict[str, bytes], child: Child) -> list[Finding]:
    """What the engine says to the diagrams, from the child."""
    answer = child.answer(parse_check.question(diagrams))
    if isinstance(answer, Finding):
        return [answer]
    return [Finding(**{**found, "severity": Severity(found["severity"])}) for found in answer]

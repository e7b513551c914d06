"""Every problem of a pack at once: the same list for the command line, the API and the designer.

Files of a stranger are read in a killable child only, from the first byte to the engine's parse
(SECURITY section 2): a file that ends the child, or keeps it busy, is one finding more.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from server.adapters.packs import PackFiles
from server.checker.static import Reading
from server.domain.expressions import Evaluate, Json
from server.domain.findings import Finding, Severity
from server.engine import parse_check
from server.engine.child import Child, Limits
from server.engine.feel import Feel

#: of packs that come with the program: they are many, and nobody wants to stop the start
_OURS: Final = Limits(cpu_seconds=120, wall_seconds=240.0)
_ORDER: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def check(
    files: PackFiles, calendars: Iterable[str], limits: Limits | None = None
) -> list[Finding]:
    """Every problem of the pack, errors first; without errors it may be published and will run.

    ``calendars`` are the keys of the working calendars there are. The time limit is that of the
    child, whatever the files are.
    """
    with Child("server.checker.check:answer", limits) as child:
        answer = child.answer(question(files, calendars))
    if isinstance(answer, Finding):
        return [replace(answer, file=f"processes/{files.key}/pack.yaml")]
    return _findings(answer)


def check_ours(packs: Sequence[PackFiles], calendars: Iterable[str]) -> list[list[Finding]]:
    """The same of several packs that come with the program, pack by pack, in one child.

    Beginning a child takes longer than checking a small pack. Where it does not come to an end,
    each pack is checked by itself, so that the one to blame is named.
    """
    if not packs:
        return []
    with Child("server.checker.check:answers", _OURS) as child:
        answer = child.answer([question(files, calendars) for files in packs])
    if isinstance(answer, Finding):
        return [check(files, calendars) for files in packs]
    return [_findings(each) for each in answer]


def question(files: PackFiles, calendars: Iterable[str]) -> Json:
    """The pack as the JSON that :func:`answer` takes."""
    return {
        "key": files.key,
        "files": {path: base64.b64encode(data).decode() for path, data in files.files.items()},
        "calendars": sorted(calendars),
    }


def answer(asked: Json) -> Json:
    """What :func:`check_here` finds, as JSON: the work of the child."""
    contents = {path: base64.b64decode(text) for path, text in asked["files"].items()}
    files = PackFiles(key=asked["key"], files=contents)
    return [finding.as_problem() for finding in check_here(files, asked["calendars"], Feel())]


def answers(asked: Json) -> Json:
    """The same for several packs."""
    return [answer(each) for each in asked]


def check_here(files: PackFiles, calendars: Iterable[str], evaluate: Evaluate) -> list[Finding]:
    """The same list from this very process, which hostile files can end or keep busy."""
    reading = Reading(files, evaluate, calendars)
    findings = reading.findings()
    diagrams = reading.diagrams()
    if diagrams is not None:
        findings += parse_check.check(diagrams)
    return sorted(dict.fromkeys(findings), key=_place)


def _findings(answer: Json) -> list[Finding]:
    return [Finding(**{**found, "severity": Severity(found["severity"])}) for found in answer]


def _place(finding: Finding) -> tuple[int, str]:
    return _ORDER[finding.severity], finding.file

"""Every problem of a pack at once: the same list for the command line, the API and the designer.

Files of a stranger are read in a killable child only, from the first byte to the engine's parse
(SECURITY section 2): a file that ends the child, or keeps it busy, is one finding more.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from server.adapters.packs import PackFiles
from server.checker import remembered
from server.checker.remembered import findings_of
from server.checker.static import Reading
from server.domain.expressions import Evaluate, Json
from server.domain.findings import Finding, Severity
from server.engine.child import Child, Limits
from server.engine.feel import Feel
from server.engine.remembered import Memory

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
    return findings_of(answer)


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
    return [findings_of(each) for each in answer]


def question(files: PackFiles, calendars: Iterable[str]) -> Json:
    """The pack as the JSON that :func:`answer` takes."""
    return {
        "key": files.key,
        "files": {path: base64.b64encode(data).decode() for path, data in files.files.items()},
        "calendars": sorted(calendars),
    }


def answer(asked: Json) -> Json:
    """What :func:`check_here` finds, as JSON: the work of the child."""
    return [
        finding.as_problem() for finding in check_here(files_of(asked), asked["calendars"], Feel())
    ]


def answers(asked: Json) -> Json:
    """The same for several packs."""
    return [answer(each) for each in asked]


def files_of(asked: Json) -> PackFiles:
    """The pack of a question."""
    contents = {path: base64.b64decode(text) for path, text in asked["files"].items()}
    return PackFiles(key=asked["key"], files=contents)


def check_here(
    files: PackFiles,
    calendars: Iterable[str],
    evaluate: Evaluate,
    memory: Memory | None = None,
) -> list[Finding]:
    """The same list from this very process, which hostile files can end or keep busy.

    With a ``memory`` of an earlier check the list is the same and comes sooner.
    """
    memory = memory or Memory()
    reading = Reading(files, evaluate, calendars, memory)
    findings = reading.findings()
    diagrams = reading.diagrams()
    if diagrams is not None:
        findings += remembered.parsed(memory, diagrams)
    return sorted(dict.fromkeys(findings), key=_place)


def _place(finding: Finding) -> tuple[int, str]:
    return _ORDER[finding.severity], finding.file

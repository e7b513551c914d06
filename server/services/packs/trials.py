"""A decision of a draft tried out with inputs typed by hand; nothing is stored, nothing logged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.adapters.packs import PackFiles
from server.domain import pack_paths
from server.domain.errors import Invalid, NotFound
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.engine import child, trial
from server.engine.child import Limits

#: a designer waits for it; a table that takes longer would hold up every case
_LIMITS: Final = Limits(cpu_seconds=3, wall_seconds=6.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A decision of one file, and what it is to be decided on."""

    #: path of the file the decision stands in
    path: str
    #: id of the decision
    decision: str
    inputs: Mapping[str, Json]
    #: input -> ``date``, ``time`` or ``dateTime``, where its text means one
    types: Mapping[str, str]


def decide(files: PackFiles, asked: Asked, now: datetime) -> Json:
    """``value``, ``hits`` (element -> rules) and ``warnings`` of a decision, by a killable process.

    Raises:
        NotFound: the pack has no such decision file.
        Invalid: the decision cannot be made: broken, too costly, two rows where one may hit.
    """
    tables = {
        path: content.decode(errors="replace")
        for path, content in files.files.items()
        if pack_paths.kind_of(path) == "dmn"
    }
    if asked.path not in tables:
        raise NotFound
    question = {
        "files": {asked.path: tables.pop(asked.path), **tables},
        "decision": asked.decision,
        "inputs": dict(asked.inputs),
        "types": dict(asked.types),
        "now": now.isoformat(),
    }
    answer = child.run(trial.DECIDE, question, _LIMITS)
    if isinstance(answer, Finding):
        raise Invalid(answer.message)
    if "refused" in answer:
        raise Invalid(answer["refused"])
    return answer

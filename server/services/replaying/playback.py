"""Several closed cases played on one draft, in a child that can be killed.

The draft has passed its check, but nobody has published it: its diagrams and tables run only in
the child. Where that does not come to its end, the cases are played one by one, so that a single
one it cannot cope with keeps no other from being told.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from server.domain.errors import RongcuoError
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.replays import Difference, Kind, Verdict
from server.domain.texts import _
from server.engine import child, playing
from server.engine.child import Limits
from server.services.clocks import deadline_rows
from server.services.context import Context
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.replaying import differences, logs, periods
from server.services.replaying.logs import Log
from server.services.replaying.sides import Sides

_PLAY: Final = "server.engine.playing:answer"
_LIMITS: Final = Limits(cpu_seconds=60, wall_seconds=120.0)
_ALONE: Final = Limits(cpu_seconds=15, wall_seconds=30.0)


def play(ctx: Context, draft: Release, case_ids: Sequence[str]) -> dict[str, Verdict]:
    """What came of each of these cases; writes nothing."""
    found = [logs.read(ctx, each) for each in case_ids]
    told = {log.case_id: _not_there(log) for log in found if log.procedure not in draft.files}
    known = [log for log in found if log.procedure in draft.files]
    for log, played in zip(known, _played(draft, known), strict=True):
        told[log.case_id] = _stopped() if played is None else _verdict(ctx, draft, log, played)
    return told


def _played(draft: Release, found: Sequence[Log]) -> list[Mapping[str, Json] | None]:
    """What the child says of each case, None of one it could not play to the end."""
    if not found:
        return []
    answer = child.run(_PLAY, _question(draft, found), _LIMITS)
    if not isinstance(answer, Finding):
        return list(answer)
    alone = [child.run(_PLAY, _question(draft, [log]), _ALONE) for log in found]
    return [None if isinstance(each, Finding) else each[0] for each in alone]


def _question(draft: Release, found: Sequence[Log]) -> Json:
    procedures = sorted({log.procedure for log in found})
    return {
        "files": {key: playing.sent(draft.files[key]) for key in procedures},
        "cases": [{"procedure": log.procedure, "acts": logs.acts(log, draft)} for log in found],
    }


def _verdict(ctx: Context, draft: Release, log: Log, played: Mapping[str, Json]) -> Verdict:
    sides = Sides(
        was=definitions.release(ctx, log.pack_version_id),
        draft=draft,
        procedure=log.procedure,
        evaluate=ctx.tools.evaluate,
    )
    try:
        return Verdict(
            differences=differences.found(sides, log, played),
            clocks=periods.judged(
                sides, log, played, lambda key: deadline_rows.calendar_of(ctx, key)
            ),
        )
    except RongcuoError:
        return _stopped()


def _stopped() -> Verdict:
    text = _("草稿没有在限定的时间内演算完这件事项")
    return Verdict(differences=(Difference(kind=Kind.REFUSED, element="", label="", text=text),))


def _not_there(log: Log) -> Verdict:
    text = _("草稿中没有这一程序")
    made = Difference(kind=Kind.GONE, element=log.procedure, label=log.procedure, text=text)
    return Verdict(differences=(made,))

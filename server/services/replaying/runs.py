"""Runs of a replay: begun by a designer, played piece by piece in the background.

A piece is written whole or not at all, so a process that is killed costs no more than one piece,
and whoever comes next goes on with the cases that wait. A run plays the draft as it was begun with,
whatever becomes of the draft meanwhile.
"""

import base64
import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final

import orjson
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from server.adapters.packs import PackFiles
from server.domain.access import SYSTEM
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.expressions import Json
from server.domain.findings import has_errors
from server.domain.replays import RunState, Verdict
from server.domain.texts import _
from server.models.base import new_id
from server.models.replay import replay_case, replay_run
from server.queries import replays as rows
from server.services.context import Context, Tools, reading, transaction
from server.services.law import releases
from server.services.law.releases import Release
from server.services.packs import pack_drafts, published_files
from server.services.packs.pack_drafts import Candidate
from server.services.replaying import playback

#: cases of one run, those closed last
MOST: Final = 500
#: cases that are played and written together
PIECE: Final = 20
#: months back that may be chosen
PERIODS: Final = (12, 6, 3, 24)


def begin(ctx: Context, candidate: Candidate, months: int = PERIODS[0]) -> str:
    """Let the cases closed in the last months be played on this draft; the id of the run.

    ``candidate`` was checked before the transaction began (``pack_drafts.candidate``).

    Raises:
        Invalid: the draft has errors, no such period can be chosen, or no case was closed in it.
        Conflict: cases are being played on this pack already, or the draft changed meanwhile.
    """
    pack, findings = candidate.checked
    key = candidate.files.key
    if pack is None or has_errors(findings):
        raise Invalid(_("草稿还有错误，改正以后才能重放"), findings)
    if months not in PERIODS:
        raise Invalid(_("不能选择这一期间"))
    if pack_drafts.whole(ctx, key) != candidate.files:
        raise Conflict(_("该政策包的草稿或者版本刚刚有变化，请重试"))
    from_on, to_on = _back(ctx.today, months), ctx.today
    found = rows.closed(ctx.session, sorted(pack.procedures), key, from_on, to_on)
    if not found:
        raise Invalid(_("这一期间没有办结的事项可以重放"))
    run_id = new_id()
    run = {
        "id": run_id,
        "version": 1,
        "pack": key,
        "base": published_files.newest_version(ctx, key),
        "draft_hash": hash_of(candidate.files),
        "files": _packed(candidate.files),
        "from_on": from_on,
        "to_on": to_on,
        "left_out": max(0, len(found) - MOST),
        "state": RunState.RUNNING,
        "started_by": ctx.actor.person_id,
        "started_at": ctx.now,
    }
    try:
        ctx.session.execute(insert(replay_run), run)
    except IntegrityError as error:
        raise Conflict(_("该政策包正在重放，请等它完成或者先取消")) from error
    waiting: dict[str, Json] = {"run_id": run_id, "result": None, "differences": [], "clocks": []}
    cases = [
        {**waiting, "case_id": each, "place": place} for place, each in enumerate(found[:MOST], 1)
    ]
    ctx.session.execute(insert(replay_case), cases)
    told = {"run": run_id, "draft": run["draft_hash"], "from": from_on.isoformat()}
    ctx.record("replay.begin", f"pack:{key}", detail=told)
    return run_id


def cancel(ctx: Context, pack: str, run_id: str) -> None:
    """Play no more cases of this run; what was found stays.

    Raises:
        NotFound: there is no such run of this pack.
        Conflict: it is over.
    """
    run = rows.run(ctx.session, run_id)
    if run is None or run.pack != pack:
        raise NotFound
    if not _ended(ctx, run_id, RunState.CANCELLED):
        raise Conflict(_("重放已经结束"))
    ctx.record("replay.cancel", f"pack:{pack}", detail={"run": run_id})


def work(tools: Tools, clock: Callable[[], datetime]) -> int:
    """Play whatever waits, piece by piece; how many cases were played.

    Raises:
        Ending: the process was told to end; what is left waits.
    """
    played = 0
    loaded: dict[str, Release] = {}
    while True:
        tools.go_on()
        with reading(tools, SYSTEM, clock()) as ctx:
            run = rows.next_running(ctx.session)
            if run is None:
                return played
            if run.id not in loaded:
                loaded[run.id] = _draft(ctx, run.pack, run.files)
            ids = rows.waiting(ctx.session, run.id, PIECE)
            verdicts = playback.play(ctx, loaded[run.id], ids)
        with transaction(tools, SYSTEM, clock()) as ctx:
            played += _keep(ctx, run.id, verdicts)


def files_of(packed: bytes, pack: str) -> PackFiles:
    """The draft a run plays."""
    texts = orjson.loads(zlib.decompress(packed))
    return PackFiles(key=pack, files={path: base64.b64decode(each) for path, each in texts.items()})


def hash_of(files: PackFiles) -> str:
    """One hash over all files of a draft."""
    each = (f"{path} {sha256(data).hexdigest()}" for path, data in sorted(files.files.items()))
    return sha256("\n".join(each).encode()).hexdigest()


def _packed(files: PackFiles) -> bytes:
    texts = {path: base64.b64encode(data).decode() for path, data in files.files.items()}
    return zlib.compress(orjson.dumps(texts))


def _draft(ctx: Context, pack: str, packed: bytes) -> Release:
    return releases.load(files_of(packed, pack), ctx.tools.evaluate)


def _keep(ctx: Context, run_id: str, verdicts: dict[str, Verdict]) -> int:
    """Note what came of these cases; a run that nothing waits for any more is done."""
    run = rows.run(ctx.session, run_id, lock=True)
    if run is None or run.state != RunState.RUNNING:
        return 0  # it was cancelled meanwhile
    for case_id, verdict in verdicts.items():
        ctx.session.execute(
            update(replay_case)
            .where(replay_case.c.run_id == run_id, replay_case.c.case_id == case_id)
            .values(
                result=verdict.result,
                differences=[each.as_json() for each in verdict.differences],
                clocks=[each.as_json() for each in verdict.clocks],
            )
        )
    if not rows.waiting(ctx.session, run_id, 1):
        _ended(ctx, run_id, RunState.DONE)
    return len(verdicts)


def _ended(ctx: Context, run_id: str, state: RunState) -> bool:
    done = ctx.session.execute(
        update(replay_run)
        .where(replay_run.c.id == run_id, replay_run.c.state == RunState.RUNNING)
        .values(state=state, ended_at=ctx.now, version=replay_run.c.version + 1)
        .returning(replay_run.c.id)
    )
    return done.one_or_none() is not None


def _back(today: date, months: int) -> date:
    """The same day so many months earlier, or the last one of a shorter month."""
    first = today.year * 12 + today.month - 1 - months
    year, month = divmod(first, 12)
    after = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (after - timedelta(days=1)).day
    return date(year, month + 1, min(today.day, last))

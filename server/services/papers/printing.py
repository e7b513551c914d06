"""The PDF of every paper that was issued, made in the background from the letter as it was kept.

What cannot be printed is left out until the process is started anew, so that one such paper keeps
no other waiting; the letter itself can be taken all the while.
"""

import base64
import io
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select

from server.adapters.letters import printing
from server.adapters.storage import Damaged, Stored
from server.domain.access import SYSTEM
from server.domain.findings import Finding
from server.engine import child
from server.engine.child import Limits
from server.models.paper import issued_paper, paper_file
from server.queries import issued_papers
from server.services.context import Tools, transaction

#: stands among what cannot be printed when nothing can
NOTHING: Final = "*"
_PRINT: Final = "server.adapters.letters.printing:pdf"
_LIMITS: Final = Limits(cpu_seconds=30, wall_seconds=120.0)
_LARGEST: Final = 32 * 1024 * 1024
_AT_ONCE: Final = 20

_log = logging.getLogger(__name__)


def print_waiting(tools: Tools, clock: Callable[[], datetime], unprintable: set[str]) -> int:
    """Print what has no PDF yet; how many papers that were.

    ``unprintable`` is what this process knows it cannot print; it is added to.
    """
    if NOTHING in unprintable:
        return 0
    with tools.readers() as session:
        waiting = issued_papers.unprinted(session, _AT_ONCE + len(unprintable))
    printed = 0
    for row in waiting:
        if row.paper_id in unprintable:
            continue
        tools.go_on()
        content = _printed(tools, row.paper_id, Stored(row.content_hash, row.size), unprintable)
        if NOTHING in unprintable:
            break
        if content is not None:
            _keep(tools, clock(), row.paper_id, content)
            printed += 1
    return printed


def _printed(tools: Tools, paper_id: str, letter: Stored, unprintable: set[str]) -> bytes | None:
    try:
        with tools.storage.opened(letter) as stream:
            asked = {"docx": base64.b64encode(stream.read()).decode()}
    except Damaged:
        unprintable.add(paper_id)
        _log.error("issued paper damaged", extra={"paper": paper_id})
        return None
    answer = child.run(_PRINT, asked, _LIMITS)
    if not isinstance(answer, Finding) and "pdf" in answer:
        return base64.b64decode(answer["pdf"])
    why = answer.code if isinstance(answer, Finding) else answer["problem"]
    unprintable.add(NOTHING if why == printing.UNAVAILABLE else paper_id)
    _log.warning("paper not printed", extra={"paper": paper_id, "why": why})
    return None


def _keep(tools: Tools, now: datetime, paper_id: str, content: bytes) -> None:
    stored = tools.storage.put(io.BytesIO(content), _LARGEST)
    with transaction(tools, SYSTEM, now) as ctx:
        # the row of the paper is the lock: two processes may have printed it
        one = select(issued_paper.c.case_id).where(issued_paper.c.id == paper_id)
        case_id = ctx.session.scalars(one.with_for_update()).one()
        known = select(paper_file.c.size).where(
            paper_file.c.paper_id == paper_id, paper_file.c.kind == "pdf"
        )
        if ctx.session.scalar(known) is not None:
            return
        ctx.session.execute(
            insert(paper_file).values(
                paper_id=paper_id,
                kind="pdf",
                content_hash=stored.hash,
                size=stored.size,
                made_at=ctx.now,
            )
        )
        ctx.record("paper.print", paper_id, case_id, {"hash": stored.hash})

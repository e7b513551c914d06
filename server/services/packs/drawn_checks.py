"""The check while a designer draws: every problem of the pack as he has it before him, at once.

Nothing is published on its word: what is published is checked in full by
:func:`definitions.check`.
"""

from datetime import datetime

from server.adapters.packs import PackFiles
from server.domain.access import Actor
from server.domain.findings import Finding
from server.services import limits
from server.services.context import Tools, transaction
from server.services.packs import definitions


def check(tools: Tools, actor: Actor, now: datetime, files: PackFiles) -> tuple[Finding, ...]:
    """Every problem, errors first; a newer check of the same person and pack ends this one.

    Raises:
        TooOften: the person checked as often as anybody may within an hour.
        Superseded: there is a newer check; its answer is the one that counts.
        Invalid: too many check at this moment.
    """
    with transaction(tools, actor, now) as ctx:
        limits.count(ctx, limits.CHECK)
    topic = (actor.person_id, files.key)
    return tuple(tools.drawing.check(files, definitions.calendars_of(tools), topic))

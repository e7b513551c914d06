"""A message that begins a case: once, however often it is handed over and whoever hands it over.

The case is written in the transaction in which the message stops being owed; a unique link from
message to case stands behind that.
"""

from server.domain.errors import Invalid, NotFound
from server.domain.links import Fault, LinkKind
from server.domain.packs import Message
from server.services.case import case_rows, facts, links, outgoing
from server.services.case.case_rows import CaseRow
from server.services.case.outgoing import Owed
from server.services.context import Context
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import cases, openings, reporters


class StartRefused(Invalid):
    """The start form does not take what the message fills in."""


def begin(ctx: Context, sender: CaseRow, release: Release, declared: Message, owed: Owed) -> bool:
    """Begin the case, or say for each item that one is owed; True when anything was begun.

    Raises:
        StartRefused: the start form does not take what the message fills in.
        EngineError: the first task of the case has no competent office.
    """
    sender = case_rows.lock(ctx, sender.id)
    if not outgoing.hold(ctx, owed):
        return False
    seen = outgoing.known(ctx, sender, release, declared, owed)
    if declared.each and owed.part is None:
        items = outgoing.parts(ctx.tools.evaluate, declared, seen)
        outgoing.split(ctx, owed, items)
        return bool(items)
    try:
        opened = definitions.in_force(ctx, declared.opens, ctx.today)
    except NotFound:
        outgoing.mark(ctx, owed, "recorded", Fault.NO_PROCEDURE)
        return False
    given = facts.answers(ctx.tools.evaluate, declared.start, seen)
    try:
        prepared = openings.prepare_begun(ctx, opened, declared, given, sender)
    except Invalid as refused:
        raise StartRefused(refused.message, refused.findings) from refused
    begun = cases.write(ctx, prepared)
    links.add(ctx, LinkKind.OPENED, sender.id, begun, outbox_id=owed.id, message=declared.key)
    reporters.follow(ctx, sender.id, begun)
    ctx.record("message.begin", declared.key, begun, {"from": sender.id})
    outgoing.mark(ctx, owed, "sent")
    return True

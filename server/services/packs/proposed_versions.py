"""A version that one designer proposes and another one publishes, where the site asks for two.

What was proposed is stored as it is to become law: nobody changes it while it waits, and what the
second person publishes is what he was shown. The drafts stay until then.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from server.adapters.packs import PackFiles
from server.domain import pack_paths
from server.domain import version_proposals as deciding
from server.domain.errors import Conflict, NotFound
from server.domain.texts import _
from server.domain.version_proposals import ProposedVersion
from server.models.definition import PackVersion
from server.models.identity import Person
from server.services.context import Context
from server.services.packs import definitions, pack_drafts, published_files, version_answers
from server.services.packs.definitions import Checked, Published, Why
from server.services.packs.pack_drafts import Candidate


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A version that waits for a second person."""

    id: str
    key: str
    title: str
    label: str
    valid_from: date
    reason: str
    basis: str
    #: why warnings of the check were accepted, empty when there were none
    accepted: str
    proposed_by: str
    proposed_at: datetime
    #: the actor proposed it himself
    is_own: bool
    files: PackFiles


def waiting(ctx: Context, key: str) -> Waiting | None:
    """What waits of this pack, None where nothing does."""
    row = _row(ctx, key)
    if row is None:
        return None
    proposed = _proposed(row)
    person = ctx.session.get(Person, proposed.proposed_by)
    return Waiting(
        id=row.id,
        key=key,
        title=row.title,
        label=row.label,
        valid_from=row.valid_from,
        reason=row.reason,
        basis=row.basis,
        accepted=row.accepted or "",
        proposed_by=person.name if person else "",
        proposed_at=proposed.proposed_at,
        is_own=deciding.is_own(proposed, ctx.actor),
        files=PackFiles(key=key, files=published_files.stored(ctx, row)),
    )


def propose(
    ctx: Context,
    files: PackFiles,
    *,
    accept_warnings: str = "",
    checked: Checked | None = None,
    why: Why | None = None,
) -> Published:
    """Let the pack wait for another designer as its next version; the same again changes nothing.

    Raises:
        Invalid: it has errors, or warnings that nobody gave a reason for accepting.
        Conflict: another one of this pack waits already.
    """
    newest = published_files.newest(ctx, files.key)
    if newest is not None and newest.content_hash == published_files.hashes(files)[1]:
        return Published(id=newest.id, key=files.key, version=newest.version, is_new=False)
    known = _row(ctx, files.key)
    if known is not None:
        if published_files.stored(ctx, known) != dict(files.files):
            raise Conflict(_WAITS)
        return Published(id=known.id, key=files.key, version=0, is_new=False)
    row, findings = definitions.prepare(
        ctx, files, accept_warnings=accept_warnings, checked=checked, why=why or Why()
    )
    row.proposed_by, row.proposed_at = ctx.actor.person_id, ctx.now
    ctx.session.add(row)
    try:
        ctx.session.flush()
    except IntegrityError as error:
        raise Conflict(_WAITS) from error
    detail = {"hash": row.content_hash, "files": row.files}
    ctx.record("pack.propose", f"pack:{row.id}", detail=detail)
    return Published(id=row.id, key=row.key, version=0, is_new=True, findings=findings)


def propose_drafts(
    ctx: Context, found: Candidate, *, accept_warnings: str = "", why: Why | None = None
) -> Published:
    """Let the candidate wait for another designer; its drafts stay, with the day it was given.

    Raises:
        Invalid, Conflict: as :func:`propose`; there are no drafts, or some came in between.
    """
    pack_drafts.refuse_changed(ctx, found)
    done = propose(
        ctx, found.files, accept_warnings=accept_warnings, checked=found.checked, why=why
    )
    manifest = pack_paths.manifest(found.files.key)
    if found.files.files[manifest] != found.drafted.files[manifest]:
        pack_drafts.put(ctx, found.files.key, manifest, found.files.files[manifest])
    return done


def approve(ctx: Context, seen: Waiting, checked: Checked) -> Published:
    """Make law what the actor was shown, and tell whoever proposed it; its drafts are used up.

    ``checked``: what the check says of it today, before the transaction.

    Raises:
        Forbidden: the actor proposed it himself.
        Conflict: it was decided, a version was published since, or its day went by.
        Invalid: the check of today finds an error in it.
    """
    row = _same(ctx, seen)
    newest = published_files.newest(ctx, seen.key)
    newest_at = newest.published_at if newest else None
    deciding.approve(_proposed(row), ctx.actor, newest_at=newest_at, today=ctx.today)
    findings = definitions.refuse_wrong(ctx, seen.files, checked, accept_warnings=seen.accepted)[1]
    done = definitions.make_law(ctx, row, findings)
    version_answers.tell(ctx, row)
    for draft in pack_drafts.drafts(ctx, seen.key):
        law = seen.files.files.get(draft.path)
        if law == (None if draft.removed else draft.content):
            ctx.session.delete(draft)
    return done


def refuse(ctx: Context, seen: Waiting, reason: str) -> None:
    """Send it back to whoever proposed it, who is told the reason; its drafts stay.

    Raises:
        Forbidden: the actor proposed it himself.
        Invalid: he says no reason.
        Conflict: it was decided.
    """
    row = _same(ctx, seen)
    deciding.refuse(_proposed(row), ctx.actor, reason)
    version_answers.tell(ctx, row, reason=reason.strip())
    _give_up(ctx, row, "pack.refuse", reason.strip())


def withdraw(ctx: Context, seen: Waiting) -> None:
    """Take it back; its drafts stay.

    Raises:
        Forbidden: somebody else proposed it.
        Conflict: it was decided.
    """
    row = _same(ctx, seen)
    deciding.withdraw(_proposed(row), ctx.actor)
    _give_up(ctx, row, "pack.withdraw", "")


_WAITS = _("该政策包已有一版等待核准，请先核准或者撤回")


def _give_up(ctx: Context, row: PackVersion, verb: str, reason: str) -> None:
    detail = {"hash": row.content_hash} | ({"reason": reason} if reason else {})
    ctx.record(verb, f"pack:{row.id}", detail=detail)
    ctx.session.delete(row)


def _row(ctx: Context, key: str) -> PackVersion | None:
    wanted = select(PackVersion).where(PackVersion.key == key, PackVersion.state == "proposed")
    return ctx.session.scalars(wanted if ctx.only_reads else wanted.with_for_update()).one_or_none()


def _same(ctx: Context, seen: Waiting) -> PackVersion:
    row = _row(ctx, seen.key)
    if row is None or row.id != seen.id:
        raise Conflict(_("该版本已经核准、退回或者撤回，请刷新后查看"))
    return row


def _proposed(row: PackVersion) -> ProposedVersion:
    if row.proposed_by is None or row.proposed_at is None:
        raise NotFound
    return ProposedVersion(
        proposed_by=row.proposed_by, proposed_at=row.proposed_at, valid_from=row.valid_from
    )

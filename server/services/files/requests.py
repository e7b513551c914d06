"""Requests as people look at them: what is asked, what it would change, what they may do about it.

Who may know of one: ``queries/requests``. What it would change is found as the consent would find
it, and nothing is written.
"""

from dataclasses import dataclass, replace

from server.domain import requests as rules
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.requests import KINDS, RequestKind, RequestState
from server.domain.texts import _
from server.queries import requests as rows
from server.queries.requests import Requested
from server.services.case import case_rows, sights
from server.services.context import Context
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import case_data, requests
from server.services.verbs.outlook import Outlook
from server.services.verbs.request_kinds import Kept


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A request as its reader may see it."""

    request: Requested
    #: what kind of act, and what it is, in words
    kind: str
    what: str
    may_decide: bool
    may_withdraw: bool
    #: what it would change now, or changed once it is done; None where it was not consented to,
    #: cannot be done any more, or changed what its reader must not see
    outlook: Outlook | None = None
    #: why it cannot be done any more, empty where it can
    hindrance: str = ""

    @property
    def title(self) -> str:
        """What is asked, in one line."""
        return _("{kind}：{what}").format(kind=self.kind, what=self.what)

    def said(self, verb: str) -> str:
        """What somebody said at this act of it: the reason, or the answer."""
        return self.request.reason if verb == "request.ask" else self.request.answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What somebody has to decide, and what he asked."""

    waiting: tuple[View, ...]
    asked: tuple[View, ...]


def view(ctx: Context, release: Release, request: Requested) -> View:
    """A request without what it would change."""
    actor = posts.with_posts(ctx)
    kind = RequestKind(request.kind)
    words = case_data.veiled if _is_veiled(ctx, release, request) else requests.KINDS[kind].words
    return View(
        request=request,
        kind=KINDS[kind],
        what=words(release, request.procedure, request.payload),
        may_decide=rules.may_decide(request.judged, actor),
        may_withdraw=request.is_open and request.asked_by == actor.person_id,
    )


def desk(ctx: Context) -> Desk:
    """What waits for the actor's consent, and what he asked."""
    actor = posts.with_posts(ctx)
    return Desk(
        waiting=tuple(_viewed(ctx, each) for each in rows.waiting(ctx.session, actor)),
        asked=tuple(_viewed(ctx, each) for each in rows.asked_by(ctx.session, actor)),
    )


def one(ctx: Context, request_id: str) -> View:
    """A request with what it would change.

    Raises:
        NotFound: there is no such request, or it does not exist for the actor.
    """
    case_rows.refuse_odd(request_id)
    case_id = rows.case_of(ctx.session, request_id)
    if case_id is None:
        raise NotFound
    actor = posts.with_posts(ctx)
    sight = sights.of(ctx, case_id)
    known = rows.of_case(ctx.session, actor, sight, case_id)
    found = next((each for each in known if each.id == request_id), None)
    if found is None:
        raise NotFound
    return _foreseen(ctx, found)


def _foreseen(ctx: Context, request: Requested) -> View:
    release = definitions.release(ctx, request.pack_version_id)
    found = view(ctx, release, request)
    kind = requests.KINDS[RequestKind(request.kind)]
    if _is_veiled(ctx, release, request):
        return found
    if request.state == RequestState.CONSENTED:
        kept = Kept(before=request.before, after=request.after)
        changes = kind.told(release, request.procedure, request.payload, kept)
        return replace(found, outlook=Outlook(changes=changes))
    if not request.is_open:
        return found
    try:
        now = kind.foresee(ctx, case_rows.found(ctx, request.case_id), release, request.payload)
        requests.refuse_stale(request.before, now)
    except (Conflict, Invalid) as refused:
        return replace(found, hindrance=refused.message)
    return replace(found, outlook=now.outlook)


def _is_veiled(ctx: Context, release: Release, request: Requested) -> bool:
    """Is it about a field that a task of the reader in this case must not see.

    Whoever asked, and who decides, know the value by what they do.
    """
    actor = posts.with_posts(ctx)
    name = request.payload.get("name")
    nodes = [node for node, rights in release.pack.fields.items() if name in rights.hidden]
    if not nodes or request.asked_by == actor.person_id:
        return False
    if rules.is_addressed(request.judged, actor):
        return False
    return rows.has_task(ctx.session, request.case_id, actor.person_id, nodes)


def _viewed(ctx: Context, request: Requested) -> View:
    return view(ctx, definitions.release(ctx, request.pack_version_id), request)

"""Requests as people look at them: what is asked, what it would change, what they may do about it.

Who may know of one: ``queries/requests``. What it would change is found as the consent would find
it, and nothing is written.
"""

from dataclasses import dataclass, replace

from server.domain import requests as rules
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.requests import KINDS, RequestKind
from server.domain.texts import _
from server.queries import requests as rows
from server.queries.requests import Requested
from server.services.case import case_rows, sights
from server.services.context import Context
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import requests
from server.services.verbs.outlook import Outlook


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A request as its reader may see it."""

    request: Requested
    #: what kind of act, and what it is, in words
    kind: str
    what: str
    may_decide: bool
    may_withdraw: bool
    #: what it would change now; None once it is decided, or where it cannot be done any more
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
    return View(
        request=request,
        kind=KINDS[kind],
        what=requests.KINDS[kind].words(release, request.procedure, request.payload),
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
    if not request.is_open:
        return found
    kind = requests.KINDS[RequestKind(request.kind)]
    try:
        now = kind.foresee(ctx, case_rows.found(ctx, request.case_id), release, request.payload)
        requests.refuse_stale(request.before, now)
    except (Conflict, Invalid) as refused:
        return replace(found, hindrance=refused.message)
    return replace(found, outlook=now.outlook)


def _viewed(ctx: Context, request: Requested) -> View:
    return view(ctx, definitions.release(ctx, request.pack_version_id), request)

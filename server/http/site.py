"""What a request stands on: the tools, the clock, and the reading session Flask-SQLAlchemy owns."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, g, request
from sqlalchemy.orm import Session

from server.domain.access import SYSTEM, Actor
from server.domain.errors import Invalid, NotSignedIn
from server.forms.permitted import FORGED
from server.services import reads
from server.services.case import incidents
from server.services.context import Context, Tools
from server.services.drills import drill
from server.services.drills.drill import Drill
from server.services.identity import posts, sessions
from server.services.identity.sessions import Signed
from server.services.operations.figures import Figures
from server.telemetry import Meters

#: key of the site among the extensions of the application
EXTENSION = "rongcuo"
#: longest key of a field, and most of them, in a record of what no form asked for
_KEY, _KEYS = 80, 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """One application: built in ``app.create_app``, the same for all its requests."""

    tools: Tools
    #: the moment it is; in a drill, what the drill's clock shows
    clock: Callable[[], datetime]
    #: the request's own reading session; ended with the request
    session: Callable[[], Session]
    #: the figures of the process
    meters: Meters
    #: what the database knows in figures
    figures: Figures
    #: served over TLS, directly or by a proxy that says so: cookies are marked Secure
    is_secure: bool = False


def site() -> Site:
    """The site of the application that answers this request."""
    return cast("Site", current_app.extensions[EXTENSION])


def now() -> datetime:
    """The one moment of this request."""
    if "now" not in g:
        g.now = site().clock()
    return cast("datetime", g.now)


def signed() -> Signed | None:
    """Who is signed in, None for nobody; found once per request by ``access.admit``."""
    return cast("Signed | None", g.get("signed"))


def me() -> Signed:
    """Who is signed in. Raises NotSignedIn."""
    found = signed()
    if found is None:
        raise NotSignedIn
    return found


def person() -> Actor:
    """The signed-in person as the record names him: with his session and where it came from.

    Raises NotSignedIn.
    """
    found = me()
    address = (request.remote_addr or "")[:64]
    return Actor(person_id=found.person_id, name=found.name, session_id=found.id, address=address)


def actor() -> Actor:
    """The signed-in person with the posts he holds today; asked once per request.

    Raises NotSignedIn.
    """
    if "actor" not in g:
        g.actor = _with_posts(person())
    return cast("Actor", g.actor)


@contextmanager
def reading() -> Iterator[Context]:
    """A context that only reads, in the request's session; the database refuses writes in it.

    Each use sees what is committed when it begins; uses inside one another share one view.

    Raises:
        NotSignedIn: nobody is signed in.
    """
    with _view(actor()) as ctx:
        posts.trust(ctx)
        yield ctx


@contextmanager
def acting() -> Iterator[Context]:
    """One use case that may change something: committed on leaving, or nothing of it.

    Raises:
        NotSignedIn: nobody is signed in, or the session ended since the request began.
        RongcuoError: as the verb raised it; a fault of the procedure has suspended its case.
    """
    try:
        with incidents.acting(site().tools, person(), now()) as ctx:
            sessions.confirm(ctx, me())
            yield ctx
    except Invalid as refused:
        _note_forged(refused)
        raise


def _note_forged(refused: Invalid) -> None:
    """Put on record that somebody sent what no form of his asked for: the keys, never a value."""
    keys = sorted({each.field[:_KEY] for each in refused.findings if each.code in FORGED})
    if not keys:
        return
    given = {name: str(value) for name, value in (request.view_args or {}).items()}
    case_id = given.get("case_id") or given.get("case")
    reads.noted(
        site().tools,
        person(),
        now(),
        verb="field.forged",
        target=given.get("item_id") or given.get("task") or request.path[:200],
        case_id=case_id,
        detail={"fields": keys[:_KEYS]},
    )


def drilling() -> Drill | None:
    """What is known of the drill this is, None for an ordinary installation; asked once."""
    if "drill" not in g:
        with _view(SYSTEM) as ctx:
            g.drill = drill.state(ctx)
    return cast("Drill | None", g.drill)


def _with_posts(who: Actor) -> Actor:
    with _view(who) as ctx:
        return posts.with_posts(ctx)


@contextmanager
def _view(who: Actor) -> Iterator[Context]:
    session = site().session()
    is_outermost = not session.in_transaction()
    if is_outermost:
        session.begin()  # so that a view inside this one knows, also before anything is read
    try:
        yield Context(session=session, actor=who, now=now(), tools=site().tools, only_reads=True)
    finally:
        if is_outermost:
            session.rollback()

"""Every route says what it takes to use it; a route that does not say it fails the start.

:func:`requires` declares, :func:`admit` enforces before any view runs. What a route's permission
lets pass is only the door: what a person sees behind it is decided by ``queries/visibility``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from flask_wtf.csrf import CSRFProtect

from server.config import FRESH
from server.domain.access import Permission, permits
from server.domain.errors import Forbidden, FreshNeeded, NotSignedIn, SecretOutdated
from server.domain.texts import _
from server.http import cookies
from server.http.site import actor, me, now, signed, site
from server.services.identity import sessions

#: largest body of a request, in bytes, where a route says nothing else (BU-5)
BODY = 2 * 1024 * 1024
#: most that the fields of a form hold together, in bytes, where a route says nothing else
FIELDS = 500_000

#: where programs ask; there a pure bearer request never looks at cookies (WB-1)
API = "/api/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """What a route takes."""

    permission: Permission
    fresh: bool
    with_first_secret: bool
    body: int
    fields: int
    of_anybody: bool


_View = TypeVar("_View", bound=Callable[..., Any])

csrf = CSRFProtect()


def requires(
    permission: Permission,
    *,
    fresh: bool = False,
    with_first_secret: bool = False,
    body: int = BODY,
    fields: int = FIELDS,
    of_anybody: bool = False,
) -> Callable[[_View], _View]:
    """Declare what a route takes.

    Args:
        permission: asked of the actor's posts of the day.
        fresh: the password must have been entered in the last 15 minutes.
        with_first_secret: also open to somebody who still has to choose his own password.
        body: largest body it takes, in bytes (BU-5).
        fields: most that the fields of its form hold together, in bytes; files are not among them.
        of_anybody: it never asks who is there, so that it answers also without the database.
    """
    if of_anybody and permission is not Permission.ANYBODY:
        raise ValueError(permission)

    def declare(view: _View) -> _View:
        view.access = Declared(  # type: ignore[attr-defined]
            permission=permission,
            fresh=fresh,
            with_first_secret=with_first_secret,
            body=body,
            fields=fields,
            of_anybody=of_anybody,
        )
        return view

    return declare


def check_routes(app: Flask) -> None:
    """Raise at the start when a route does not declare what it takes (AC-1)."""
    bare = sorted(name for name, view in app.view_functions.items() if not hasattr(view, "access"))
    if bare:
        raise RuntimeError(f"routes without a permission: {', '.join(bare)}")


def admit() -> None:
    """Let the request pass, before its view runs, or refuse it.

    Raises:
        NotSignedIn: the route asks for an account and there is no valid session or token.
        SecretOutdated: the first password has to be replaced before anything else.
        Forbidden: the permission is missing.
        FreshNeeded: the password was entered too long ago.
    """
    if request.endpoint is None:
        return
    declared = _declared(request.endpoint)
    request.max_content_length = declared.body
    request.max_form_memory_size = declared.fields
    if declared.of_anybody:
        return
    is_bearer = _recognise()
    if not is_bearer and _needs_token():
        csrf.protect()
    if declared.permission is Permission.ANYBODY:
        return
    if me().must_change_secret and not declared.with_first_secret:
        raise SecretOutdated
    if not permits(actor(), declared.permission):
        raise Forbidden(_("您没有使用该功能的权限"))
    if declared.fresh and now() - me().fresh_at > FRESH:
        raise FreshNeeded


def _recognise() -> bool:
    """Find out who asks; True when it was by a bearer token alone."""
    header = request.headers.get("Authorization", "")
    if header and request.path.startswith(API):
        scheme, _space, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotSignedIn
        g.signed = sessions.current(site().tools, now(), token.strip(), "token")
        if g.signed is None:
            raise NotSignedIn
        return True
    token = cookies.token()
    g.signed = sessions.current(site().tools, now(), token, "browser") if token else None
    return False


def _needs_token() -> bool:
    """A page's form always does; a program's request only when a cookie speaks for it."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return False
    return not request.path.startswith(API) or signed() is not None


def _declared(endpoint: str) -> Declared:
    view: Any = current_app.view_functions[endpoint]
    declared: Declared = view.access  # check_routes saw to it
    return declared

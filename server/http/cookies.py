"""The cookie that carries a browser's session: a random token, nothing else (ID-9, ID-14)."""

from flask import request
from werkzeug.wrappers import Response

from server.http.site import site
from server.services.identity.sessions import Granted


def name() -> str:
    """With the ``__Host-`` prefix over TLS; plain http is for loopback only."""
    return "__Host-session" if site().is_secure else "session_token"


def token() -> str:
    """The token the browser sent, empty for none."""
    return request.cookies.get(name(), "")


def give(response: Response, granted: Granted) -> Response:
    """Hand the session to the browser; it ends with the browser or with its time."""
    response.set_cookie(
        name(), granted.token, secure=site().is_secure, httponly=True, samesite="Lax", path="/"
    )
    return response


def take(response: Response) -> Response:
    """Take the session away from the browser."""
    response.delete_cookie(name(), secure=site().is_secure, httponly=True, samesite="Lax", path="/")
    return response

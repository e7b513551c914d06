"""Headers of every answer: a content policy per page class, no caching of what is confidential.

The classes are those of the front end's rules: nothing ever allows ``unsafe-eval`` or inline
scripts. A route of another class than ``plain`` says so with :func:`page_class`.
"""

from collections.abc import Callable
from typing import Any, Final, Literal, TypeVar

from flask import Flask, Response, current_app, request

from server.http.site import site

PageClass = Literal["plain", "view", "designer", "dmn", "formeditor", "file"]

_COMMON: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'; "
)

POLICIES: Final[dict[str, str]] = {
    "plain": _COMMON + "img-src 'self'; style-src 'self'",
    "view": _COMMON + "img-src 'self'; style-src 'self'",
    "designer": _COMMON + "img-src 'self' data:; style-src 'self'; style-src-attr 'unsafe-inline'",
    "dmn": _COMMON + "img-src 'self' data:; style-src 'self'; style-src-attr 'unsafe-inline'",
    "formeditor": _COMMON
    + "img-src 'self' data:; style-src 'self'; style-src-attr 'unsafe-inline'",
    "file": "default-src 'none'; sandbox",
}

_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

_View = TypeVar("_View", bound=Callable[..., Any])


def page_class(kind: PageClass) -> Callable[[_View], _View]:
    """Declare the class of a route whose pages are not plain."""

    def declare(view: _View) -> _View:
        view.page_class = kind  # type: ignore[attr-defined]
        return view

    return declare


def install(app: Flask) -> None:
    """Put the headers on every answer of the application."""
    app.after_request(_add)


def _add(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers[name] = value
    view = current_app.view_functions.get(request.endpoint or "")
    policy = POLICIES[getattr(view, "page_class", "plain")]
    response.headers.setdefault("Content-Security-Policy", policy)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("HX-Request")
        response.vary.add("Cookie")
    if site().is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response

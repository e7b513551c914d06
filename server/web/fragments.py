"""One route, one context, page or part: the same template gives both."""

from contextlib import nullcontext
from typing import Any

from flask import render_template, request

from server.http.site import reading, signed

PAGE = "layouts/page.html"
FRAGMENT = "layouts/fragment.html"


def render(template: str, **context: Any) -> str:
    """The whole page, or only its ``main`` block when a part of a page asks for it.

    A template begins with ``{% extends layout %}``; the part is the block ``main`` itself, so
    page and part cannot differ. What the frame of a page asks is read in one view.
    """
    is_part = bool(request.headers.get("HX-Request")) and not request.headers.get("HX-Boosted")
    with reading() if signed() else nullcontext():
        return render_template(template, layout=FRAGMENT if is_part else PAGE, **context)

"""The editors of decision tables and of forms, each on a page of its own content policy."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain import pack_paths
from server.domain.access import Permission
from server.domain.errors import NotFound
from server.http.access import requires
from server.http.headers import page_class
from server.web import studio_frame
from server.web.fragments import render
from server.web.studio_frame import KEY

pages = Blueprint("studio_editors", __name__, url_prefix="/studio")

#: what another pack provides, or what is to leave this one, is not edited but read
_READ_ONLY = frozenset({"inherited", "removed"})


@pages.get(f"/{KEY}/table")
@requires(Permission.PACK_PUBLISH)
@page_class("dmn")
def table(pack: str) -> Response | str:
    """Decision tables."""
    return _editor(pack, "dmn", "studio/table.html")


@pages.get(f"/{KEY}/form")
@requires(Permission.PACK_PUBLISH)
@page_class("formeditor")
def form(pack: str) -> Response | str:
    """A form."""
    return _editor(pack, "form", "studio/form.html")


def _editor(pack: str, kind: str, template: str) -> Response | str:
    path = request.args.get("file", "")
    if not path or pack_paths.kind_of(path) != kind:
        raise NotFound
    frame = studio_frame.frame(pack, path)
    if frame.current is None or frame.current.file.state in _READ_ONLY:
        return redirect(url_for("studio.text", pack=pack, file=path), 303)
    return render(template, frame=frame, **studio_frame.words())

"""新建政策包: from the template or from another pack, as drafts that pass the check."""

from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.adapters.pack_copies import TEMPLATE, Wanted
from server.domain.access import Permission
from server.domain.errors import Conflict, Invalid
from server.domain.texts import _
from server.http.access import requires
from server.http.problems import status_of
from server.http.site import acting, now, reading, site
from server.services.packs import new_packs
from server.web import studio_frame
from server.web.fragments import render

pages = Blueprint("studio_new", __name__, url_prefix="/studio")

_FIELDS = ("title", "key", "locality", "mark", "base", "valid_from")


@pages.get("/new")
@requires(Permission.PACK_PUBLISH)
def show() -> str:
    with reading() as ctx:
        day = ctx.today.isoformat()
    return _page({"valid_from": day, "base": TEMPLATE})


@pages.post("/new")
@requires(Permission.PACK_PUBLISH)
def begin() -> Response | tuple[str, int]:
    typed = {name: request.form.get(name, "").strip()[:200] for name in _FIELDS}
    try:
        wanted = _wanted(typed)
        with reading() as ctx:
            new_packs.refuse(ctx, wanted)
            base = new_packs.source(ctx, typed["base"] or TEMPLATE)
        begun = new_packs.begin(site().tools, base, wanted)
        with acting() as ctx:
            new_packs.store(ctx, begun)
    except (Invalid, Conflict) as refused:
        return _page(typed, refused), status_of(refused)
    flash(_("已建立“{title}”，检查通过。改好名单和期限以后再发布").format(title=wanted.title))
    return redirect(url_for("studio.show", pack=wanted.key), 303)


def _wanted(typed: dict[str, str]) -> Wanted:
    try:
        valid_from = date.fromisoformat(typed["valid_from"])
    except ValueError:
        valid_from = now().date()
    history = _(
        "# {title}变更记录\n\n## 1.0\n\n- 影响的期间：{day}起登记的事项。\n- 影响的环节：全部。\n"
    )
    return Wanted(
        key=typed["key"],
        title=typed["title"],
        valid_from=valid_from,
        mark=typed["mark"],
        locality=typed["locality"] or _("本地"),
        history=history.format(title=typed["title"], day=valid_from.isoformat()),
    )


def _page(typed: dict[str, str], refused: Invalid | Conflict | None = None) -> str:
    with reading() as ctx:
        bases = new_packs.bases(ctx)
    findings = list(refused.findings) if isinstance(refused, Invalid) else []
    errors = {each.field: each.message for each in findings if each.field in _FIELDS}
    others = [each for each in findings if each.field not in _FIELDS]
    return render(
        "studio/new.html",
        typed={**dict.fromkeys(_FIELDS, ""), **typed},
        bases=bases,
        errors=errors,
        problems=list(errors.items()),
        message=refused.message if refused and not errors else "",
        others=others,
        **studio_frame.words(),
    )

"""版本: what is published, for those who design it; nothing of any case but counts."""

from collections.abc import Sequence
from datetime import date
from uuid import uuid4

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Invalid, NotFound
from server.domain.findings import Finding
from server.domain.texts import _
from server.domain.version_spans import spans
from server.http.access import requires
from server.http.site import reading, site
from server.queries import pack_versions, version_answers
from server.services.context import Context
from server.services.packs import definitions, published_files, versions
from server.web import verb_forms
from server.web.fragments import render
from server.web.studio_frame import link
from server.web.verb_forms import Done

pages = Blueprint("packs", __name__)

_Page = Response | str | tuple[str, int]

_KEY = "<string(maxlength=80):key>"


@pages.get("/packs")
@requires(Permission.PACK_PUBLISH)
def index() -> str:
    """The newest version of every pack."""
    with reading() as ctx:
        found = pack_versions.published(ctx.session)
        waiting = pack_versions.waiting(ctx.session)
        answers = version_answers.unread(ctx.session, ctx.actor.person_id)
        today = ctx.today
    packs = list({each.key: None for each in found})
    of = {key: [each for each in found if each.key == key] for key in packs}
    return render(
        "packs/index.html",
        packs=of,
        standing={key: pack_versions.standing(of[key], today) for key in packs},
        spans={key: spans(of[key]) for key in packs},
        proposed=waiting,
        answers=answers,
    )


@pages.get(f"/packs/{_KEY}")
@requires(Permission.PACK_PUBLISH)
def history(key: str) -> str:
    """Every version of one pack."""
    with reading() as ctx:
        found = pack_versions.published(ctx.session, key)
        running = pack_versions.running(ctx.session, key)
        standing = pack_versions.standing(found, ctx.today)
        waiting = pack_versions.waiting(ctx.session, key)
        answers = version_answers.unread(ctx.session, ctx.actor.person_id)
        refused = version_answers.refused(ctx.session, key)
    if not found:
        raise NotFound
    return render(
        "packs/history.html",
        versions=found,
        running=running,
        standing=standing,
        spans=spans(found),
        proposed=waiting,
        answers=[each for each in answers if each.pack == key],
        refused=refused,
        link=link,
    )


@pages.get(f"/packs/{_KEY}/<int:version>")
@requires(Permission.PACK_PUBLISH)
def show(key: str, version: int) -> str:
    return _page(key, version)


@pages.post(f"/packs/{_KEY}/<int:version>")
@requires(Permission.PACK_PUBLISH)
def check(key: str, version: int) -> str:
    """The newest version checked anew, as a publication would be."""
    with reading() as ctx:
        files = published_files.newest_files(ctx, key)
    return _page(key, version, definitions.check(site().tools, files)[1])


@pages.post(f"/packs/{_KEY}/<int:version>/retire")
@requires(Permission.PACK_PUBLISH, fresh=True)
def retire(key: str, version: int) -> _Page:
    """Let nobody open a case under it from a day on."""
    typed = {name: request.form.get(name, "") for name in ("on", "reason")}

    def act(ctx: Context) -> Done:
        versions.retire(ctx, key, version, on=_day(typed["on"]), reason=typed["reason"])
        said = _("该版本自{day}起停止施行，正在办理的事项不受影响").format(day=typed["on"])
        return Done(to=url_for(".history", key=key), said=said)

    try:
        return verb_forms.followed(act)
    except Invalid as refused:
        wrong = refused.findings or [_finding("", refused.message)]
        return _page(key, version, typed=typed, wrong=wrong), 422


@pages.post(f"/packs/{_KEY}/<int:version>/take-up")
@requires(Permission.PACK_PUBLISH)
def take_up(key: str, version: int) -> Response:
    """Its content as the draft of the next version."""

    def act(ctx: Context) -> Done:
        changed = versions.take_up(ctx, key, version)
        said = _("已把第{n}版的内容存为草稿（{m}个文件），检查、演练后发布")
        return Done(to=url_for("studio.show", pack=key), said=said.format(n=version, m=changed))

    return verb_forms.followed(act)


def _page(
    key: str,
    version: int,
    findings: tuple[Finding, ...] | None = None,
    *,
    typed: dict[str, str] | None = None,
    wrong: Sequence[Finding] = (),
) -> str:
    with reading() as ctx:
        found = pack_versions.published(ctx.session, key)
        running = pack_versions.running(ctx.session, key)
        standing = pack_versions.standing(found, ctx.today)
    shown = next((each for each in found if each.version == version), None)
    if shown is None:
        raise NotFound
    return render(
        "packs/show.html",
        pack=shown,
        is_newest=shown is found[0],
        findings=findings,
        stands=standing[version],
        span=spans(found)[version],
        running=running.get(version, 0),
        typed=typed or {"on": "", "reason": ""},
        errors={each.field: each.message for each in wrong},
        once=uuid4().hex,
        link=link,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = _("写明停止施行的日期")
        raise Invalid(message, [_finding("on", message)]) from None


def _finding(field: str, message: str) -> Finding:
    return Finding(code="VERSION_FIELD", field=field, message=message)

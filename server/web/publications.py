"""发布: what a designer is about to make law, with its day, its reason and what the check said."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Conflict, Invalid
from server.domain.findings import Finding, Severity, has_errors
from server.domain.texts import _
from server.http.access import requires
from server.http.site import acting, reading, site
from server.services import limits
from server.services.packs import comparing, pack_drafts, proposed_versions
from server.services.packs.definitions import Why
from server.services.packs.pack_drafts import Candidate
from server.web import studio_frame
from server.web.fragments import render

pages = Blueprint("publications", __name__)

_Page = Response | str | tuple[str, int]
_KEY: Final = "<string(maxlength=80):key>"
_FIELDS: Final = ("valid_from", "version", "reason", "basis", "accept_warnings")
_LONGEST: Final = 2000


@pages.get(f"/packs/{_KEY}/publish")
@requires(Permission.PACK_PUBLISH, fresh=True)
def show(key: str) -> str:
    return _page(key, _candidate(key, None), {})


@pages.post(f"/packs/{_KEY}/publish")
@requires(Permission.PACK_PUBLISH, fresh=True)
def publish(key: str) -> _Page:
    """Release the drafts as the next version, in force from the day that is given."""
    typed = {name: request.form.get(name, "").strip()[:_LONGEST] for name in _FIELDS}
    with reading() as ctx:
        today = ctx.today
    wrong = list(_wrong(typed, today))
    if wrong:
        return _page(key, _candidate(key, None), typed, wrong), 422
    found = _candidate(key, typed)
    why = Why(reason=typed["reason"], basis=typed["basis"])
    release = proposed_versions.propose_drafts if _by_two() else pack_drafts.publish
    try:
        with acting() as ctx:
            limits.count(ctx, limits.PUBLISH)
            done = release(ctx, found, accept_warnings=typed["accept_warnings"], why=why)
    except Invalid as refused:
        return _page(key, found, typed, [_finding("", refused.message)]), 422
    except Conflict as refused:
        return _page(key, _candidate(key, None), typed, [_finding("", refused.message)]), 409
    if not done.version:
        flash(_("已提出，由另一名流程设计人员核准后发布"))
        return redirect(url_for("version_proposals.show", key=key), 303)
    flash(_("已发布第{n}版，{day}起施行").format(n=done.version, day=typed["valid_from"]))
    return redirect(url_for("packs.history", key=key), 303)


def _by_two() -> bool:
    """Does this site ask for a second person (UP-23)?"""
    return site().tools.config.two_publish


def _candidate(key: str, typed: Mapping[str, str] | None) -> Candidate:
    dated = None
    if typed is not None:
        dated = {
            "valid_from": date.fromisoformat(typed["valid_from"]),
            "version": typed["version"],
        }
    with reading() as ctx:
        return pack_drafts.candidate(ctx, key, dated=dated)


def _wrong(typed: Mapping[str, str], today: date) -> list[Finding]:
    found = []
    try:
        if date.fromisoformat(typed["valid_from"]) < today:
            found.append(_finding("valid_from", _("施行日期不能早于今日")))
    except ValueError:
        found.append(_finding("valid_from", _("写明施行日期")))
    for name, message in (
        ("version", _("写明版本名，例如1.2")),
        ("reason", _("写明为什么修改")),
        ("basis", _("写明依据的文件和条款；只是改正文字的，写明“文字改正”")),
    ):
        if not typed[name]:
            found.append(_finding(name, message))
    return found


def _page(
    key: str, found: Candidate, typed: Mapping[str, str], wrong: list[Finding] | None = None
) -> str:
    frame = studio_frame.frame(key)
    pack, findings = found.checked
    with reading() as ctx:
        today = ctx.today
        proposed = proposed_versions.waiting(ctx, key)
        changes = comparing.against_newest(ctx, site().tools, found.drafted)
    given = {
        "valid_from": max(today, pack.valid_from if pack else today).isoformat(),
        "version": pack.version if pack else "",
        **dict.fromkeys(("reason", "basis", "accept_warnings"), ""),
        **typed,
    }
    return render(
        "packs/publish.html",
        frame=frame,
        findings=findings,
        is_refused=has_errors(findings),
        warnings=[each for each in findings if each.severity is Severity.WARNING],
        changes=changes,
        typed=given,
        errors={each.field: each.message for each in wrong or ()},
        longest=_LONGEST,
        is_by_two=_by_two(),
        proposed=proposed,
        **studio_frame.words(),
    )


def _finding(field: str, message: str) -> Finding:
    return Finding(code="VERSION_FIELD", field=field, message=message)

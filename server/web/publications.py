"""发布: what a designer is about to make law, with its day, its reason and what the check said."""

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import uuid4

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Conflict, Invalid
from server.domain.findings import Finding, Severity, has_errors
from server.domain.texts import _
from server.http.access import requires
from server.http.site import reading, site
from server.queries import pack_versions, version_answers
from server.queries.pack_versions import Ahead
from server.services import limits
from server.services.context import Context
from server.services.packs import comparing, pack_drafts, proposed_versions
from server.services.packs.definitions import Why
from server.services.packs.pack_drafts import Candidate
from server.web import studio_frame, verb_forms
from server.web.fragments import render
from server.web.verb_forms import Done

pages = Blueprint("publications", __name__)

_Page = Response | str | tuple[str, int]
_KEY: Final = "<string(maxlength=80):key>"
_FIELDS: Final = ("valid_from", "version", "reason", "basis", "accept_warnings", "overtaken")
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
    if wrong := _wrong(typed) or _overtaken(key, typed):
        return _page(key, _candidate(key, None), typed, wrong), 422
    found = _candidate(key, typed)
    why = Why(reason=typed["reason"], basis=typed["basis"])
    release = proposed_versions.propose_drafts if _by_two() else pack_drafts.publish

    def act(ctx: Context) -> Done:
        limits.count(ctx, limits.PUBLISH)
        done = release(ctx, found, accept_warnings=typed["accept_warnings"], why=why)
        return _done(key, done.version, typed["valid_from"])

    try:
        return verb_forms.followed(act)
    except Invalid as refused:
        return _page(key, found, typed, [_finding("", refused.message)]), 422
    except Conflict as refused:
        return _page(key, _candidate(key, None), typed, [_finding("", refused.message)]), 409


def _done(key: str, version: int, day: str) -> Done:
    if not version:
        said = _("已提出，由另一名流程设计人员核准后发布")
        return Done(to=url_for("version_proposals.show", key=key), said=said)
    said = _("已发布第{n}版，{day}起施行").format(n=version, day=day)
    return Done(to=url_for("packs.history", key=key), said=said)


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


def _overtaken(key: str, typed: Mapping[str, str]) -> list[Finding]:
    """Who publishes what an earlier publication takes over from says that he knows it."""
    ahead = _ahead(key, typed)
    if ahead.overtaking is None or typed["overtaken"] == str(ahead.overtaking.version):
        return []
    message = _("第{n}版{day}起接替这一版：改施行日期，或者勾选“知道”").format(
        n=ahead.overtaking.version, day=ahead.overtaking.valid_from.isoformat()
    )
    return [_finding("overtaken", message)]


def _ahead(key: str, typed: Mapping[str, str]) -> Ahead:
    with reading() as ctx:
        try:
            since = date.fromisoformat(typed["valid_from"])
        except ValueError:
            since = ctx.today
        return pack_versions.ahead(ctx.session, key, since, ctx.today)


def _wrong(typed: Mapping[str, str]) -> list[Finding]:
    found = []
    with reading() as ctx:
        today = ctx.today
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
        answers = version_answers.unread(ctx.session, ctx.actor.person_id)
        changes = comparing.against_newest(ctx, site().tools, found.drafted)
    given = {
        "valid_from": max(today, pack.valid_from if pack else today).isoformat(),
        "version": pack.version if pack else "",
        **dict.fromkeys(("reason", "basis", "accept_warnings", "overtaken"), ""),
        **typed,
    }
    return render(
        "packs/publish.html",
        frame=frame,
        findings=findings,
        is_refused=has_errors(findings),
        warnings=[each for each in findings if each.severity is Severity.WARNING],
        changes=changes,
        ahead=_ahead(key, given),
        typed=given,
        errors={each.field: each.message for each in wrong or ()},
        longest=_LONGEST,
        once=uuid4().hex,
        is_by_two=_by_two(),
        proposed=proposed,
        answers=[each for each in answers if each.pack == key],
        **studio_frame.words(),
    )


def _finding(field: str, message: str) -> Finding:
    return Finding(code="VERSION_FIELD", field=field, message=message)

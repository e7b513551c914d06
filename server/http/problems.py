"""Errors as answers: RFC 9457 problems for programs and islands, a page in plain words for people.

The one table from the exceptions of the domain to HTTP numbers. What nobody expected becomes an
incident with an id; the answer never says more than that.
"""

import logging
import re
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from server.domain import errors
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.http.access import API
from server.http.site import now, person, signed, site
from server.services import reads

#: the first class an error belongs to says its number
STATUS: Final = (
    (errors.NotSignedIn, 401),
    (errors.SignInRefused, 401),
    (errors.Forbidden, 403),
    (errors.NotFound, 404),
    (errors.Stale, 412),
    (errors.TooOften, 429),
    (errors.Invalid, 422),
    (errors.RongcuoError, 409),
)

_TITLES: Final = {
    400: _("请求有误"),
    401: _("需要登录"),
    403: _("没有权限"),
    404: _("没有找到"),
    405: _("不支持该操作"),
    409: _("内容已有变化"),
    412: _("内容已有变化"),
    413: _("内容过大"),
    415: _("不支持该格式"),
    422: _("填写的内容有误"),
    429: _("操作过于频繁"),
    500: _("程序出错"),
    503: _("暂时不能使用"),
    507: _("存储空间不足"),
}

#: what is on record as denied, and what only asks for the password
_DENIALS: Final = (errors.Forbidden, errors.NotFound)
_QUESTIONS: Final = (errors.FreshNeeded, errors.SecretOutdated, errors.SignInRefused)

#: an id; nothing else of an address is put on record
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Answer every error of the application."""
    app.register_error_handler(errors.RongcuoError, _refused)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(Exception, unexpected)


def status_of(error: errors.RongcuoError) -> int:
    """The HTTP number of an error of the domain."""
    return next(number for kind, number in STATUS if isinstance(error, kind))


def wants_document() -> bool:
    """Does the other side read a problem document rather than a page."""
    if request.path.startswith(API):
        return True
    accepted = request.accept_mimetypes
    return accepted.best_match(["text/html", "application/json"]) == "application/json"


def problem(
    status: int, detail: str, *, code: str = "", findings: tuple[Finding, ...] = ()
) -> Response:
    """A problem document (RFC 9457); ``problems`` has one entry per finding."""
    document: dict[str, Json] = {
        "type": f"urn:rongcuo:{code}" if code else "about:blank",
        "title": _TITLES.get(status, HTTPStatus(status).phrase),
        "status": status,
        "detail": detail,
    }
    if findings:
        document["problems"] = [entry(finding) for finding in findings]
    response = jsonify(document)
    response.status_code = status
    response.content_type = "application/problem+json"
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def entry(finding: Finding) -> dict[str, Json]:
    """A finding as an entry of ``problems``."""
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "file": finding.file,
        "element": finding.element,
        "field": finding.field,
        "message": finding.message,
        "fix": finding.fix,
    }


def title(status: int) -> str:
    """What a number is called on a page."""
    return _TITLES.get(status, _("出现问题"))


def answer(
    status: int, detail: str, *, code: str = "", findings: tuple[Finding, ...] = ()
) -> Response:
    """The same error as a document or as a page, whichever the other side reads."""
    if wants_document():
        return problem(status, detail, code=code, findings=findings)
    page = render_template(
        "errors/problem.html",
        status=status,
        title=title(status),
        detail=detail,
        findings=findings,
    )
    return Response(page, status=status, mimetype="text/html")


def _refused(error: errors.RongcuoError) -> AnyResponse:
    _note(error)
    if not wants_document():
        elsewhere = _elsewhere(error)
        if elsewhere:
            return _sent(elsewhere)
    findings = error.findings if isinstance(error, errors.Invalid) else ()
    response = answer(status_of(error), error.message, code=error.code, findings=findings)
    if isinstance(error, errors.TooOften):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _note(error: errors.RongcuoError) -> None:
    """Put a denial on record before it is told; what was begun has been rolled back (AU-3)."""
    if signed() is None or not isinstance(error, _DENIALS) or isinstance(error, _QUESTIONS):
        return
    given = {name: str(value) for name, value in (request.view_args or {}).items()}
    ids = {name: value for name, value in given.items() if _ID.fullmatch(value)}
    rule = request.url_rule.rule if request.url_rule else ""
    reads.noted(
        site().tools,
        person(),
        now(),
        verb="denied",
        target=f"{request.method} {rule}",
        case_id=ids.get("case_id") or ids.get("case"),
        detail={"code": error.code, **ids},
    )


def _elsewhere(error: errors.RongcuoError) -> str:
    """Where a person goes on who has to enter his password first; empty for everything else."""
    back = request.full_path.rstrip("?") if request.method == "GET" else ""
    if isinstance(error, errors.NotSignedIn):
        return url_for("account.sign_in", next=back or None)
    if isinstance(error, errors.FreshNeeded):
        return url_for("account.sign_in_again", next=back or None)
    if isinstance(error, errors.SecretOutdated):
        return url_for("account.change_secret")
    return ""


def _sent(address: str) -> AnyResponse:
    """Off to another page; a part of a page cannot follow a redirect by itself."""
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)


def _forged(_error: CSRFError) -> Response:
    return answer(400, _("页面已过期或者不是从本系统打开的，请刷新后重试"), code="csrf")


def _http(error: HTTPException) -> AnyResponse:
    status = error.code or 500
    if status < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    details = {
        404: _("没有找到该内容，或者您无权查看"),
        405: _("这个地址不支持该操作"),
        413: _("提交的内容超过上限"),
        415: _("提交的内容不是系统接受的格式"),
    }
    response = answer(status, details.get(status, _("请求有误，请检查后重试")))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _unstorable(_error: DataError) -> Response:
    """What came holds characters or numbers that no column can hold: nothing like it is there."""
    status = 404 if request.method == "GET" else 422
    return answer(status, _("内容含有不能使用的字符或者过大的数字，请检查后重试"), code="invalid")


def unexpected(error: Exception) -> Response:
    """What nobody expected: an incident with a number, and nothing else is told."""
    incident = uuid4().hex[:12]
    _log.error("incident %s", incident, exc_info=error)
    detail = _("程序出错，已记录（编号{id}），请稍后重试或者联系运行人员").format(id=incident)
    return answer(500, detail, code="incident")

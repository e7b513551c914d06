"""Signing in and out, and what everybody decides about his own account."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from server.config import SIGN_IN_FAILURES, SIGN_IN_LOCK
from server.domain.access import SYSTEM, Permission
from server.domain.errors import Invalid, SignInRefused
from server.domain.findings import Finding
from server.domain.texts import _
from server.http import cookies
from server.http.access import requires
from server.http.site import acting, drilling, me, now, reading, signed, site
from server.services.context import reading as looking
from server.services.drills import drill
from server.services.identity import passwords, people, profile, proposal_lists, proposals, sessions
from server.services.identity.profile import Preferences
from server.services.identity.sessions import Granted
from server.web.context import first_place, moment
from server.web.fragments import render

pages = Blueprint("account", __name__)

#: how long a browser remembers large type before anybody signs in, in seconds
_A_YEAR = 365 * 24 * 3600

_Answer = AnyResponse | str | tuple[str, int]


@pages.get("/")
@requires(Permission.ANYBODY)
def home() -> AnyResponse:
    return redirect(first_place() if signed() else url_for(".sign_in"), 303)


@pages.get("/sign-in")
@requires(Permission.ANYBODY)
def sign_in() -> _Answer:
    if signed():
        return redirect(_local(request.args.get("next", "")), 303)
    return _sign_in_page(request.args.get("login", ""), request.args.get("next", ""))


@pages.post("/sign-in")
@requires(Permission.ANYBODY)
def enter() -> _Answer:
    login, back = request.form.get("login", ""), request.form.get("next", "")
    try:
        granted = sessions.sign_in(
            site().tools,
            now(),
            login=login,
            secret=request.form.get("secret", ""),
            address=_address(),
        )
    except SignInRefused as refused:
        return _sign_in_page(login, back, refused.message), 401
    # whoever knew the form's cookie before must not know it now
    session.clear()
    _tell(granted)
    return cookies.give(_to(_local(back)), granted)


@pages.get("/sign-in/again")
@requires(Permission.ACCOUNT)
def sign_in_again() -> str:
    return render("account/again.html", back=request.args.get("next", ""), error="")


@pages.post("/sign-in/again")
@requires(Permission.ACCOUNT)
def enter_again() -> _Answer:
    back = request.form.get("next", "")
    try:
        granted = sessions.sign_in_again(
            site().tools, now(), me(), secret=request.form.get("secret", ""), address=_address()
        )
    except SignInRefused as refused:
        return render("account/again.html", back=back, error=refused.message), 401
    return cookies.give(_to(_local(back)), granted)


@pages.post("/sign-out")
@requires(Permission.ACCOUNT, with_first_secret=True)
def sign_out() -> AnyResponse:
    sessions.sign_out(site().tools, now(), me())
    session.clear()
    return cookies.take(_to(url_for(".sign_in")))


@pages.get("/me", endpoint="me")
@requires(Permission.ACCOUNT)
def my_account(email: str | None = None, wrong: str = "") -> str:
    with reading() as ctx:
        return render(
            "account/me.html",
            email=profile.address(ctx) if email is None else email,
            wrong=wrong,
            posts_held=people.posts_on(ctx, me().person_id, ctx.today),
            listed=sessions.listed(ctx, me().person_id),
            to_decide=sum(entry.may_approve for entry in proposal_lists.waiting(ctx)),
        )


@pages.post("/me/preferences")
@requires(Permission.ACCOUNT)
def prefer() -> AnyResponse:
    wanted = Preferences(
        large_type=request.form.get("large_type") == "1",
        shortcuts=request.form.get("shortcuts") == "1",
    )
    with acting() as ctx:
        profile.prefer(ctx, wanted)
    flash(_("已保存"))
    return _to(url_for(".me"))


@pages.post("/me/email")
@requires(Permission.ACCOUNT)
def change_email() -> _Answer:
    given = request.form.get("email", "")
    try:
        with acting() as ctx:
            profile.change_address(ctx, given)
    except Invalid as refused:
        return my_account(given[:254], refused.message), 422
    flash(_("已保存"))
    return _to(url_for(".me"))


@pages.post("/me/sessions/<uuid:session_id>/end")
@requires(Permission.ACCOUNT)
def end_session(session_id: object) -> AnyResponse:
    with acting() as ctx:
        sessions.end(ctx, str(session_id))
    flash(_("已结束该登录"))
    return _to(url_for(".me"))


@pages.post("/me/sessions/end")
@requires(Permission.ACCOUNT)
def end_other_sessions() -> AnyResponse:
    with acting() as ctx:
        count = sessions.sign_out_all(ctx, me().person_id, me().id)
    flash(_("已结束其他{n}处登录").format(n=count))
    return _to(url_for(".me"))


@pages.get("/organisation/people/<person_id>/sessions")
@requires(Permission.SECURITY_ADMINISTER, fresh=True)
def sessions_of(person_id: str) -> str:
    with reading() as ctx:
        return render(
            "account/sessions_of.html",
            person=people.person(ctx, person_id),
            listed=sessions.listed(ctx, person_id),
        )


@pages.post("/organisation/people/<person_id>/sessions/end")
@requires(Permission.SECURITY_ADMINISTER, fresh=True)
def end_sessions_of(person_id: str) -> AnyResponse:
    with acting() as ctx:
        count = sessions.sign_out_all(ctx, person_id)
    flash(_("已结束{n}处登录").format(n=count))
    return _to(url_for(".sessions_of", person_id=person_id))


@pages.get("/me/password")
@requires(Permission.ACCOUNT, with_first_secret=True)
def change_secret() -> str:
    return _secret_page()


@pages.post("/me/password")
@requires(Permission.ACCOUNT, with_first_secret=True)
def set_secret() -> _Answer:
    old, new = request.form.get("old", ""), request.form.get("new", "")
    try:
        # guessing the old one counts like guessing at the sign-in
        granted = sessions.sign_in_again(site().tools, now(), me(), secret=old, address=_address())
    except SignInRefused:
        message = _("原口令不正确，或者失败次数过多，请稍后再试")
        return _secret_page([Finding(code="SECRET_WRONG", field="old", message=message)]), 422
    try:
        _check_repeated(new, request.form.get("again", ""))
        with acting() as ctx:
            passwords.change_own(ctx, old, new, session_id=me().id)
    except Invalid as refused:
        answer: AnyResponse = make_response(_secret_page(refused.findings), 422)
    else:
        flash(_("口令已更改，其他地方的登录已全部结束"))
        answer = _to(first_place())
    return cookies.give(answer, granted)


@pages.get("/forgotten")
@requires(Permission.ANYBODY)
def forgotten() -> str:
    return render_template("account/forgotten.html", asked=False)


@pages.post("/forgotten")
@requires(Permission.ANYBODY)
def ask_for_reset() -> str:
    login = request.form.get("login", "")
    proposals.ask_for_reset(site().tools, now(), login=login, address=_address())
    return render_template("account/forgotten.html", asked=True)


@pages.post("/large-type")
@requires(Permission.ANYBODY)
def large_type() -> AnyResponse:
    large = request.form.get("large", "")
    if signed():
        with acting() as ctx:
            profile.prefer(ctx, Preferences(large_type=large == "1"))
    response = _to(_local(request.form.get("next", "")))
    response.set_cookie(
        "large_type",
        "1" if large == "1" else "0",
        max_age=_A_YEAR,
        secure=site().is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def _sign_in_page(login: str, back: str, error: str = "") -> str:
    with looking(site().tools, SYSTEM, now()) as ctx:
        accounts = drill.accounts(ctx)
    found = drilling()
    return render_template(
        "account/sign_in.html",
        login=login,
        back=back,
        error=error,
        groups=[(title, list(group)) for title, group in groupby(accounts, attrgetter("group"))],
        chosen=next((entry for entry in accounts if entry.login == login), None),
        demo_secret=found.shown_password if found else "",
        failures=SIGN_IN_FAILURES,
        minutes=int(SIGN_IN_LOCK.total_seconds() // 60),
    )


def _secret_page(findings: Sequence[Finding] = ()) -> str:
    return render(
        "account/password.html",
        wrong={finding.field: finding for finding in reversed(findings)},
        is_first=me().must_change_secret,
    )


def _check_repeated(new: str, again: str) -> None:
    if new != again:
        problem = Finding(code="SECRET_TWICE", field="again", message=_("两次输入的新口令不一致"))
        raise Invalid(problem.message, [problem])


def _tell(granted: Granted) -> None:
    """The last sign-in and what failed since, once, on the first page after it (ID-8)."""
    last, failures = granted.last_sign_in, granted.failures_since
    told = _("上次登录：{when}").format(when=moment(last)) if last else _("这是您第一次登录")
    if not failures:
        flash(_("{told}。此后没有登录失败").format(told=told) if last else told)
        return
    since = _("此后") if last else _("此前")
    warning = _("{told}。{since}登录失败{n}次。若不是您本人所为，请更改口令并告知安全保密管理员")
    flash(warning.format(told=told, since=since, n=failures), "amber")


def _address() -> str:
    return request.remote_addr or ""


def _to(address: str) -> AnyResponse:
    return redirect(address, 303)


def _local(address: str) -> str:
    """The address to go on to: a path of this site, whatever somebody put into the link."""
    parts = urlsplit(address.replace("\\", "/"))
    is_path = address.startswith("/") and not (parts.scheme or parts.netloc)
    return address if is_path and address.isprintable() else url_for(".home")

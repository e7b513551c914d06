import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert
from werkzeug.test import TestResponse

from server.config import SIGN_IN_FAILURES
from server.domain.access import SYSTEM
from server.domain.proposals import ProposalKind
from server.models.installation import drill
from server.services.context import Tools, reading, transaction
from server.services.identity import passwords, people, proposal_lists, proposals
from server.services.identity.passwords import Ready
from tests.factories.site import MONDAY, SECRET, Clock, token

LOGIN = "county1.case_supervision.1"

FIRST = "kf7m2-9xq4w-c3v8b-h5n6t"
TOKEN = re.compile(r'name="csrf_token" value="[^"]+"|"X-CSRFToken": "[^"]+"')
NEW = "河边 三棵 老柳树 和 石桥"

SignIn = Callable[[str], FlaskClient]


def test_somebody_signs_in_and_is_told_so(sign_in: SignIn) -> None:
    page = sign_in(LOGIN).get("/me")
    assert page.status_code == 200
    assert "这是您第一次登录" in page.text
    assert LOGIN in page.text


def test_signing_out_needs_a_new_sign_in(sign_in: SignIn) -> None:
    client = sign_in(LOGIN)
    left = client.post("/sign-out", data={"csrf_token": token(client, "/me")})
    assert (left.status_code, left.location) == (303, "/sign-in")
    assert client.get("/me").location == "/sign-in?next=/me"


def test_a_refusal_keeps_the_login_and_never_the_password(stranger: FlaskClient) -> None:
    page = enter(stranger, login=LOGIN, secret="falsches Wort")
    assert page.status_code == 401
    assert f'value="{LOGIN}"' in page.text
    assert "falsches Wort" not in page.text
    assert "Set-Cookie" not in page.headers or "session_token" not in page.headers["Set-Cookie"]


def test_every_refusal_is_the_same_page(stranger: FlaskClient) -> None:
    pages = {
        enter(stranger, login=login, secret="x").text.replace(login, "")
        for login in (LOGIN, "nobody.at.all")
    }
    assert len({page.split("csrf_token")[0] for page in pages}) == 1


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/me", "/me"),
        ("/cases/1?tab=papers", "/cases/1?tab=papers"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/me\r\nSet-Cookie: a=b", "/"),
        ("", "/"),
        ("http:///evil", "/"),
    ],
)
def test_one_goes_on_to_a_path_of_this_site_only(
    stranger: FlaskClient, wanted: str, reached: str
) -> None:
    assert enter(stranger, login=LOGIN, secret=SECRET, next=wanted).location == reached


def test_the_cookie_is_for_http_alone_and_this_site(stranger: FlaskClient) -> None:
    cookies = enter(stranger, login=LOGIN, secret=SECRET).headers.getlist("Set-Cookie")
    given = next(cookie for cookie in cookies if cookie.startswith("session_token"))
    assert "HttpOnly" in given
    assert "SameSite=Lax" in given


def test_without_the_forms_token_nobody_signs_in(stranger: FlaskClient) -> None:
    assert stranger.post("/sign-in", data={"login": LOGIN, "secret": SECRET}).status_code == 400


def test_the_last_sign_in_and_failures_are_told_on_the_first_page(
    sign_in: SignIn, clock: Clock, stranger: FlaskClient
) -> None:
    sign_in(LOGIN)
    clock.forward(hours=1)
    enter(stranger, login=LOGIN, secret="wrong")
    enter(stranger, login=LOGIN, secret=SECRET)
    page = stranger.get("/me")
    assert "上次登录：2026-03-02 08:30。此后登录失败1次" in page.text
    assert "上次登录：2026-03-02 08:30。此后" not in stranger.get("/me").text


def test_large_type_is_there_before_and_after_signing_in(stranger: FlaskClient) -> None:
    given = {"large": "1", "next": "/sign-in", "csrf_token": token(stranger, "/sign-in")}
    switched = stranger.post("/large-type", data=given)
    assert (switched.status_code, switched.location) == (303, "/sign-in")
    assert '<html lang="zh-CN" class="large">' in stranger.get("/sign-in").text
    enter(stranger, login=LOGIN, secret=SECRET)
    assert 'class="large"' in stranger.get("/me").text
    given = {"large": "0", "next": "/me", "csrf_token": token(stranger, "/me")}
    stranger.post("/large-type", data=given)
    assert 'class="large"' not in stranger.get("/me").text


def test_what_one_prefers_is_kept(sign_in: SignIn) -> None:
    client = sign_in(LOGIN)
    given = {"large_type": "1", "csrf_token": token(client, "/me")}
    assert client.post("/me/preferences", data=given).status_code == 303
    page = client.get("/me").text
    assert 'name="large_type" value="1" checked' in page
    assert 'name="shortcuts" value="1" checked' not in page


def test_other_sessions_are_listed_and_ended(sign_in: SignIn) -> None:
    here, there = sign_in(LOGIN), sign_in(LOGIN)
    page = here.get("/me").text
    assert page.count("浏览器") == 2
    assert page.count("本次登录") == 1
    given = {"csrf_token": token(here, "/me")}
    assert here.post("/me/sessions/end", data=given).status_code == 303
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 303


def test_one_session_is_ended_by_its_own_button(sign_in: SignIn) -> None:
    here, there = sign_in(LOGIN), sign_in(LOGIN)
    page = here.get("/me").text
    address = page.split('action="/me/sessions/')[1].split('"')[0]
    given = {"csrf_token": token(here, "/me")}
    assert here.post(f"/me/sessions/{address}", data=given).status_code == 303
    assert there.get("/me").status_code == 303


def test_nobody_ends_a_session_of_somebody_else(sign_in: SignIn) -> None:
    other, mine = sign_in("county1.case_supervision.2"), sign_in(LOGIN)
    sign_in("county1.case_supervision.2")
    address = other.get("/me").text.split('action="/me/sessions/')[1].split('"')[0]
    given = {"csrf_token": token(mine, "/me")}
    assert mine.post(f"/me/sessions/{address}", data=given).status_code == 404


def test_a_new_password_ends_every_other_session(sign_in: SignIn, stranger: FlaskClient) -> None:
    here, there = sign_in(LOGIN), sign_in(LOGIN)
    changed = change(here, old=SECRET, new=NEW, again=NEW)
    assert changed.status_code == 303
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 303
    assert enter(stranger, login=LOGIN, secret=SECRET).status_code == 401
    assert enter(stranger, login=LOGIN, secret=NEW).status_code == 303


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"old": "wrong", "new": NEW, "again": NEW},
            "原口令不正确",
        ),
        ({"old": SECRET, "new": "short", "again": "short"}, "口令至少12个字符"),
        ({"old": SECRET, "new": "password123456", "again": "password123456"}, "太常见"),
        (
            {"old": SECRET, "new": NEW, "again": "河边"},
            "两次输入的新口令不一致",
        ),
        ({"old": SECRET, "new": SECRET, "again": SECRET}, "新口令不能与原口令相同"),
    ],
)
def test_a_password_that_will_not_do_comes_back_at_its_field(
    sign_in: SignIn, given: dict[str, str], told: str
) -> None:
    refused = change(sign_in(LOGIN), **given)
    assert refused.status_code == 422
    assert told in refused.text
    assert 'aria-invalid="true"' in refused.text


def test_guessing_the_old_password_locks_like_guessing_at_the_sign_in(
    sign_in: SignIn, stranger: FlaskClient
) -> None:
    client = sign_in(LOGIN)
    for _number in range(SIGN_IN_FAILURES):
        assert change(client, old="wrong", new=NEW, again=NEW).status_code == 422
    assert change(client, old=SECRET, new=NEW, again=NEW).status_code == 422
    assert enter(stranger, login=LOGIN, secret=SECRET).status_code == 401


def test_the_password_is_asked_again_and_one_goes_back(sign_in: SignIn) -> None:
    client = sign_in(LOGIN)
    given = {"secret": SECRET, "next": "/me", "csrf_token": token(client, "/sign-in/again")}
    entered = client.post("/sign-in/again", data=given)
    assert (entered.status_code, entered.location) == (303, "/me")
    assert client.get("/me").status_code == 200


def test_a_wrong_password_the_second_time_is_told(sign_in: SignIn) -> None:
    client = sign_in(LOGIN)
    given = {"secret": "wrong", "next": "/me", "csrf_token": token(client, "/sign-in/again")}
    entered = client.post("/sign-in/again", data=given)
    assert entered.status_code == 401
    assert "账号或口令不正确" in entered.text


def test_outside_a_drill_no_account_is_shown(stranger: FlaskClient) -> None:
    page = stranger.get("/sign-in").text
    assert SECRET not in page
    assert "选用" not in page


def test_a_first_password_has_to_be_replaced_before_anything_else(
    stranger: FlaskClient, demo_tools: Tools
) -> None:
    with transaction(demo_tools, SYSTEM, MONDAY) as ctx:
        person = people.person_by_login(ctx, LOGIN).id
        stored = passwords.hashed(demo_tools.config, FIRST)
        passwords.set_first(ctx, person, Ready(secret=FIRST, stored=stored))
    assert enter(stranger, login=LOGIN, secret=FIRST).status_code == 303
    assert stranger.get("/me").location == "/me/password"
    assert "初始口令" in stranger.get("/me/password").text
    assert change(stranger, old=FIRST, new=NEW, again=NEW).status_code == 303
    assert stranger.get("/me").status_code == 200


def test_asking_for_a_new_password_answers_the_same_whoever_it_is(
    stranger: FlaskClient, demo_tools: Tools
) -> None:
    pages = set()
    for login in (LOGIN, "nobody.at.all", ""):
        given = {"login": login, "csrf_token": token(stranger, "/forgotten")}
        answer = stranger.post("/forgotten", data=given)
        assert answer.status_code == 200
        pages.add(TOKEN.sub("", answer.text))
    assert len(pages) == 1
    with reading(demo_tools, SYSTEM, MONDAY) as ctx:
        admin = people.actor(ctx, "p.security_admin.head")
    with reading(demo_tools, admin, MONDAY) as ctx:
        assert [entry.person_login for entry in proposal_lists.waiting(ctx)] == [LOGIN]


def test_whoever_is_asked_to_approve_sees_it_on_his_own_page(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    with reading(demo_tools, SYSTEM, MONDAY) as ctx:
        admin = people.actor(ctx, "p.security_admin.head")
        person = people.person_by_login(ctx, LOGIN).id
    with transaction(demo_tools, admin, MONDAY) as ctx:
        proposals.propose(ctx, ProposalKind.RESET_SECRET, person_id=person, reason="忘记口令")
    assert "有1项" in sign_in("p.security_admin.1").get("/me").text
    assert "须您作为第二人批准" not in sign_in("p.security_admin.head").get("/me").text
    assert "须您作为第二人批准" not in sign_in(LOGIN).get("/me").text


def test_the_page_of_a_drill_lists_accounts_and_a_link_fills_the_form(
    stranger: FlaskClient, demo_tools: Tools
) -> None:
    with demo_tools.database.begin() as connection:
        connection.execute(
            insert(drill).values(
                id=1, marked_at=MONDAY, clock_at=MONDAY, ahead=0.0, demo_password="known"
            )
        )
    page = stranger.get("/sign-in").text
    assert SECRET in page
    assert f'href="/sign-in?login={LOGIN}"' in page
    chosen = stranger.get(f"/sign-in?login={LOGIN}").text
    assert f'value="{LOGIN}"' in chosen
    assert "已选用" in chosen


def test_the_security_administrator_ends_everything_of_somebody(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    theirs, admin = sign_in(LOGIN), sign_in("p.security_admin.head")
    with reading(demo_tools, SYSTEM, MONDAY) as ctx:
        person = people.person_by_login(ctx, LOGIN).id
    page = f"/organisation/people/{person}/sessions"
    assert "浏览器" in admin.get(page).text
    assert theirs.get(page).status_code == 403
    assert admin.post(f"{page}/end", data={"csrf_token": token(admin, page)}).status_code == 303
    assert "没有登录" in admin.get(page).text
    assert theirs.get("/me").status_code == 303


def enter(client: FlaskClient, **given: str) -> TestResponse:
    """Send the form of the sign-in page."""
    return client.post("/sign-in", data={**given, "csrf_token": token(client, "/sign-in")})


def change(client: FlaskClient, **given: str) -> TestResponse:
    """Send the form of a new password."""
    return client.post("/me/password", data={**given, "csrf_token": token(client, "/me/password")})

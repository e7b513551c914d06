from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import select, text, update

from server.config import (
    ADDRESS_FAILURES,
    PAUSED_AT_ONCE,
    SESSION_IDLE,
    SESSION_LIFE,
    SESSIONS_PER_PERSON,
    SIGN_IN_FAILURES,
    SIGN_IN_LOCK,
    TOKENS_PER_PERSON,
    HashCost,
)
from server.domain.access import SYSTEM, Actor
from server.domain.calendar import CHINA_TIME
from server.domain.errors import NotFound, NotSignedIn, SignInRefused
from server.models.audit import AuditEvent
from server.models.base import Base
from server.models.identity import Person
from server.models.installation import drill
from server.services import audit
from server.services.context import Tools, reading, transaction
from server.services.identity import passwords, people, sessions, staffing
from server.services.identity.sessions import Granted, Signed

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)
LOGIN = "county1.case_supervision.1"
OTHER = "county1.case_supervision.2"
SECRET = "三月 早晨 的河 与桥"


def test_the_right_password_gives_a_session(tools: Tools) -> None:
    granted = sign_in(tools)

    signed = current(tools, granted)
    assert signed == granted.signed
    assert signed is not None
    assert (signed.login, signed.kind, signed.fresh_at) == (LOGIN, "browser", NOW)
    assert granted.expires_at == NOW + SESSION_LIFE
    assert (granted.last_sign_in, granted.failures_since) == (None, 0)


def test_letter_case_and_width_of_the_login_make_no_difference(tools: Tools) -> None:
    assert sign_in(tools, login=" County1.Case_Supervision.１ ").signed.login == LOGIN


def test_every_refusal_reads_the_same(tools: Tools) -> None:
    told = {refused(tools, login=login, secret=secret) for login, secret in WRONG}
    with transaction(tools, SYSTEM, NOW) as ctx:
        ctx.session.execute(update(Person).where(Person.login == OTHER).values(state="disabled"))
    told.add(refused(tools, login=OTHER))
    lock(tools)
    told.add(refused(tools))
    assert len(told) == 1


def test_every_refusal_costs_one_look_at_a_password_and_the_same_statements(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str | None] = []
    matches = passwords.matches

    def watched(config: object, stored: str | None, secret: str) -> bool:
        looked.append(stored)
        return matches(tools.config, stored, secret)

    monkeypatch.setattr(passwords, "matches", watched)
    refused(tools, secret="falsch")
    refused(tools, login="nobody")
    assert len(looked) == 2
    assert looked[1] is None


def test_an_unknown_account_takes_a_hash_of_the_same_cost(tools: Tools) -> None:
    dear = replace(tools.config, hash_cost=HashCost(rounds=1, kibibytes=128, lanes=1))
    assert not passwords.matches(dear, None, SECRET)
    assert "m=128" in passwords.hashed(dear, SECRET)


def test_failures_lock_the_account_also_for_the_right_password(tools: Tools) -> None:
    lock(tools)
    refused(tools)
    last = NOW + timedelta(minutes=SIGN_IN_FAILURES - 1)
    refused(tools, now=last + SIGN_IN_LOCK - timedelta(seconds=1))
    assert sign_in(tools, now=last + SIGN_IN_LOCK).failures_since == SIGN_IN_FAILURES + 2


def test_one_failure_fewer_does_not_lock(tools: Tools) -> None:
    for _number in range(SIGN_IN_FAILURES - 1):
        refused(tools, secret="wrong")
    assert sign_in(tools).failures_since == SIGN_IN_FAILURES - 1
    assert sign_in(tools).failures_since == 0


def test_one_persons_failures_lock_nobody_else(tools: Tools) -> None:
    lock(tools)
    assert sign_in(tools, login=OTHER).signed.login == OTHER


def test_many_attempts_at_once_get_no_more_guesses_than_the_limit(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    hits: list[str] = []
    matches = passwords.matches

    def watched(config: object, stored: str | None, secret: str) -> bool:
        hits.append("looked")
        return matches(tools.config, stored, secret)

    monkeypatch.setattr(passwords, "matches", watched)
    together(8, lambda: refused(tools, secret="wrong"))
    with reading(tools, SYSTEM, NOW) as ctx:
        rows = ctx.session.execute(
            text("SELECT subject, count(*) FROM sign_in_failure GROUP BY subject")
        )
        counts = {subject.split(":")[0]: count for subject, count in rows}
    assert counts == {"login": SIGN_IN_FAILURES, "locked": 3, "address": 8}
    refused(tools)


def test_an_address_that_guesses_waits_and_is_never_locked(tools: Tools) -> None:
    waits: list[float] = []
    patient = replace(tools, pause=waits.append)
    for number in range(ADDRESS_FAILURES):
        refused(patient, login=f"nobody{number}")
    assert waits == []
    assert sign_in(patient).signed.login == LOGIN
    assert waits == [2.0]
    assert sign_in(patient, address="10.0.0.2").signed.login == LOGIN
    assert waits == [2.0]
    assert sign_in(patient, now=NOW + SIGN_IN_LOCK).signed.login == LOGIN
    assert waits == [2.0]


def test_whoever_guesses_cannot_make_every_thread_wait(tools: Tools) -> None:
    for number in range(ADDRESS_FAILURES):
        refused(tools, login=f"nobody{number}")
    waiting = [Event() for _thread in range(PAUSED_AT_ONCE)]
    starts, go_on = iter(waiting), Event()

    def pause(_seconds: float) -> None:
        next(starts).set()
        go_on.wait()

    patient = replace(tools, pause=pause)
    threads = [Thread(target=sign_in, args=(patient,)) for _number in range(PAUSED_AT_ONCE)]
    for thread, begun in zip(threads, waiting, strict=True):
        thread.start()
        begun.wait()
    refused(patient)
    go_on.set()
    for thread in threads:
        thread.join()
    with reading(tools, SYSTEM, NOW) as ctx:
        assert ctx.session.execute(text("SELECT count(*) FROM session")).scalar() == PAUSED_AT_ONCE


@pytest.mark.parametrize("kind", ["browser", "token"])
def test_a_session_ends_with_its_life(tools: Tools, kind: sessions.Kind) -> None:
    granted = sign_in(tools, kind=kind)
    moment = NOW
    while moment < NOW + SESSION_LIFE - timedelta(minutes=1):
        moment += timedelta(minutes=1)
        if (moment - NOW).seconds % 1200 == 0:
            assert current(tools, granted, moment, kind) is not None
    assert current(tools, granted, NOW + SESSION_LIFE - timedelta(seconds=1), kind) is not None
    assert current(tools, granted, NOW + SESSION_LIFE, kind) is None


def test_an_idle_browser_is_signed_out_and_an_idle_token_is_not(tools: Tools) -> None:
    browser, token = sign_in(tools), sign_in(tools, kind="token")
    assert current(tools, browser, NOW + SESSION_IDLE) is None
    assert current(tools, token, NOW + SESSION_IDLE, "token") is not None


def test_use_keeps_a_browser_signed_in(tools: Tools) -> None:
    granted = sign_in(tools)
    assert current(tools, granted, NOW + timedelta(minutes=29)) is not None
    assert current(tools, granted, NOW + timedelta(minutes=58)) is not None


def test_use_is_written_at_most_once_a_minute(tools: Tools) -> None:
    granted = sign_in(tools)
    seen = []
    for seconds in (1, 59, 60, 90, 119, 121):
        current(tools, granted, NOW + timedelta(seconds=seconds))
        seen.append(listed(tools)[0].seen_at - NOW)
    assert [moment.seconds for moment in seen] == [0, 0, 60, 60, 60, 121]


def test_a_setting_shortens_the_life_of_open_sessions(tools: Tools) -> None:
    granted = sign_in(tools)
    short = replace(tools, config=replace(tools.config, session_life=timedelta(minutes=10)))
    assert current(short, granted, NOW + timedelta(minutes=9)) is not None
    assert current(short, granted, NOW + timedelta(minutes=10)) is None


def test_a_browser_takes_no_token_and_a_program_no_cookie(tools: Tools) -> None:
    assert current(tools, sign_in(tools), kind="token") is None
    assert current(tools, sign_in(tools, kind="token")) is None
    assert sessions.current(tools, NOW, "", "browser") is None


def test_no_token_and_no_password_is_stored(tools: Tools) -> None:
    granted = sign_in(tools)
    refused(tools, secret="ein falsches Wort", login="passwort getippt")
    with tools.database.connect() as connection:
        stored = "\n".join(
            str(tuple(row))
            for table in Base.metadata.sorted_tables
            for row in connection.execute(select(table))
        )
    for secret in (granted.token, SECRET, "ein falsches Wort", "passwort getippt"):
        assert secret not in stored


def test_signing_out_ends_this_session_only(tools: Tools) -> None:
    first, second = sign_in(tools), sign_in(tools)
    sessions.sign_out(tools, NOW, first.signed)
    assert current(tools, first) is None
    assert current(tools, second) is not None


def test_a_disabled_person_is_out_at_once(tools: Tools) -> None:
    granted = sign_in(tools)
    with transaction(tools, SYSTEM, NOW) as ctx:
        ctx.session.execute(update(Person).where(Person.login == LOGIN).values(state="disabled"))
    assert current(tools, granted) is None


@pytest.mark.parametrize(
    ("kind", "limit"), [("browser", SESSIONS_PER_PERSON), ("token", TOKENS_PER_PERSON)]
)
def test_the_oldest_gives_way(tools: Tools, kind: sessions.Kind, limit: int) -> None:
    all_of_them = [
        sign_in(tools, kind=kind, now=NOW + timedelta(seconds=number)) for number in range(limit)
    ]
    assert all(current(tools, granted, kind=kind) for granted in all_of_them)
    sign_in(tools, kind=kind, now=NOW + timedelta(minutes=1))
    assert [current(tools, granted, kind=kind) is None for granted in all_of_them] == [
        True,
        *[False] * (limit - 1),
    ]


def test_the_next_sign_in_tells_of_the_last_one_and_of_failures(tools: Tools) -> None:
    sign_in(tools)
    refused(tools, secret="wrong", now=NOW + timedelta(hours=1))
    granted = sign_in(tools, now=NOW + timedelta(hours=2))
    assert (granted.last_sign_in, granted.failures_since) == (NOW, 1)
    with reading(tools, granted_actor(granted), NOW + timedelta(hours=2)) as ctx:
        newest = sessions.listed(ctx, granted.signed.person_id)[0]
    assert (newest.previous_at, newest.failures) == (NOW, 1)


def test_the_access_chain_has_who_came_who_failed_and_who_went(tools: Tools) -> None:
    granted = sign_in(tools)
    refused(tools, secret="wrong")
    sessions.sign_out(tools, NOW, granted.signed)
    with reading(tools, SYSTEM, NOW) as ctx:
        rows = ctx.session.execute(
            select(AuditEvent.verb, AuditEvent.actor_id, AuditEvent.target)
            .where(AuditEvent.chain == audit.ACCESS)
            .order_by(AuditEvent.seq)
        ).all()
        assert audit.verify(ctx.session, audit.ACCESS).count == 3
    person = granted.signed.person_id
    assert [tuple(row) for row in rows] == [
        ("sign_in", person, f"person:{person}"),
        ("sign_in.refused", "system", f"person:{person}"),
        ("sign_out", person, f"person:{person}"),
    ]


def test_without_a_record_nobody_is_signed_in(tools: Tools) -> None:
    with tools.database.begin() as connection:
        connection.execute(text("DELETE FROM audit_head WHERE chain = 'access'"))
    with pytest.raises(Exception, match="No row was found"):
        sign_in(tools)
    with reading(tools, SYSTEM, NOW) as ctx:
        assert ctx.session.execute(text("SELECT count(*) FROM session")).scalar() == 0


def test_entering_the_password_again_makes_the_session_fresh_under_a_new_token(
    tools: Tools,
) -> None:
    granted = sign_in(tools)
    later = NOW + timedelta(minutes=20)
    again = sessions.sign_in_again(tools, later, granted.signed, secret=SECRET, address="10.0.0.1")
    assert again.signed.id == granted.signed.id
    assert again.signed.fresh_at == later
    assert again.signed.created_at == NOW
    assert current(tools, granted, later) is None
    assert current(tools, again, later) == again.signed


def test_a_wrong_password_the_second_time_changes_nothing_and_counts(tools: Tools) -> None:
    granted = sign_in(tools)
    for _number in range(SIGN_IN_FAILURES):
        with pytest.raises(SignInRefused):
            sessions.sign_in_again(tools, NOW, granted.signed, secret="x", address="10.0.0.1")
    assert current(tools, granted) == granted.signed
    refused(tools)


def test_an_ended_session_cannot_be_made_fresh(tools: Tools) -> None:
    granted = sign_in(tools)
    sessions.sign_out(tools, NOW, granted.signed)
    with pytest.raises(NotSignedIn):
        sessions.sign_in_again(tools, NOW, granted.signed, secret=SECRET, address="10.0.0.1")


def test_a_request_under_way_is_refused_once_its_session_ended(tools: Tools) -> None:
    granted = sign_in(tools)
    with transaction(tools, granted_actor(granted), NOW) as ctx:
        sessions.confirm(ctx, granted.signed)
    sessions.sign_out(tools, NOW, granted.signed)
    with (
        pytest.raises(NotSignedIn),
        transaction(tools, granted_actor(granted), NOW) as ctx,
    ):
        sessions.confirm(ctx, granted.signed)


def test_ending_a_session_waits_for_the_use_case_that_runs_in_it(tools: Tools) -> None:
    granted = sign_in(tools)
    order: list[str] = []

    def leave() -> None:
        sessions.sign_out(tools, NOW, granted.signed)
        order.append("out")

    out = Thread(target=leave)
    with transaction(tools, granted_actor(granted), NOW) as ctx:
        sessions.confirm(ctx, granted.signed)
        out.start()
        out.join(0.2)
        order.append("act")
    out.join()
    assert order == ["act", "out"]


def test_a_post_ends_after_what_its_holder_does_meanwhile(tools: Tools) -> None:
    granted = sign_in(tools)
    order: list[str] = []
    with reading(tools, SYSTEM, NOW) as ctx:
        post = people.posts_on(ctx, granted.signed.person_id, ctx.today)[0]

    def end() -> None:
        with transaction(tools, SYSTEM, NOW) as other:
            staffing.end_post(other, post.id, NOW.date() - timedelta(days=1))
        order.append("ended")

    ending = Thread(target=end)
    with transaction(tools, granted_actor(granted), NOW) as ctx:
        sessions.confirm(ctx, granted.signed)
        ending.start()
        ending.join(0.2)
        order.append("act")
    ending.join()
    assert order == ["act", "ended"]
    with transaction(tools, granted_actor(granted), NOW) as ctx:
        sessions.confirm(ctx, granted.signed)
        assert post.id not in {
            held.id for held in people.posts_on(ctx, granted.signed.person_id, ctx.today)
        }


def test_a_person_lists_and_ends_his_own_sessions_and_nobody_elses(tools: Tools) -> None:
    mine, token, other = sign_in(tools), sign_in(tools, kind="token"), sign_in(tools, login=OTHER)
    with transaction(tools, granted_actor(mine), NOW) as ctx:
        assert {row.id for row in sessions.listed(ctx, mine.signed.person_id)} == {
            mine.signed.id,
            token.signed.id,
        }
        sessions.end(ctx, token.signed.id)
        with pytest.raises(NotFound):
            sessions.end(ctx, other.signed.id)
        with pytest.raises(NotFound):
            sessions.listed(ctx, other.signed.person_id)
    assert current(tools, token, kind="token") is None
    assert current(tools, other) is not None


def test_the_security_administrator_lists_and_ends_anybodys(tools: Tools) -> None:
    granted = sign_in(tools)
    with reading(tools, SYSTEM, NOW) as ctx:
        admin = people.actor(ctx, "p.security_admin.head")
    with transaction(tools, admin, NOW) as ctx:
        assert [row.id for row in sessions.listed(ctx, granted.signed.person_id)]
        sessions.end(ctx, granted.signed.id)
    assert current(tools, granted) is None


def test_signing_out_everywhere_spares_the_session_named(tools: Tools) -> None:
    kept, gone = sign_in(tools), sign_in(tools)
    with transaction(tools, granted_actor(kept), NOW) as ctx:
        assert sessions.sign_out_all(ctx, kept.signed.person_id, kept.signed.id) == 1
    assert current(tools, kept) is not None
    assert current(tools, gone) is None


def test_moving_the_clock_of_a_drill_signs_nobody_out(tools: Tools) -> None:
    with transaction(tools, SYSTEM, NOW) as ctx:
        ctx.session.execute(
            drill.insert().values(
                id=1, marked_at=NOW, clock_at=NOW, ahead=0.0, demo_password="none"
            )
        )
    granted = sign_in(tools)
    with transaction(tools, SYSTEM, NOW) as ctx:
        ctx.session.execute(update(drill).values(ahead=86400.0 * 30))
    month = timedelta(days=30)
    found = current(tools, granted, NOW + month + timedelta(minutes=5))
    assert found is not None
    assert found.fresh_at == NOW + month
    assert current(tools, granted, NOW + month + timedelta(minutes=35)) is None


def test_a_hash_of_another_cost_is_renewed_at_the_next_sign_in(tools: Tools) -> None:
    dearer = replace(
        tools, config=replace(tools.config, hash_cost=HashCost(rounds=2, kibibytes=64, lanes=1))
    )
    sign_in(dearer)
    with reading(tools, SYSTEM, NOW) as ctx:
        stored = ctx.session.scalar(select(Person.secret_hash).where(Person.login == LOGIN))
    assert stored is not None
    assert "t=2" in stored
    assert sign_in(tools).signed.login == LOGIN


WRONG = [(LOGIN, "wrong"), ("nobody", SECRET), ("", ""), (LOGIN, ""), (LOGIN, SECRET + " ")]


def sign_in(
    tools: Tools,
    *,
    login: str = LOGIN,
    now: datetime = NOW,
    kind: sessions.Kind = "browser",
    address: str = "10.0.0.1",
) -> Granted:
    """Sign in with the right password."""
    return sessions.sign_in(tools, now, login=login, secret=SECRET, address=address, kind=kind)


def refused(tools: Tools, *, login: str = LOGIN, secret: str = SECRET, now: datetime = NOW) -> str:
    """What is told when a sign-in is refused."""
    with pytest.raises(SignInRefused) as caught:
        sessions.sign_in(tools, now, login=login, secret=secret, address="10.0.0.1")
    return f"{caught.value.message}{caught.value.detail}{caught.value.code}"


def lock(tools: Tools) -> None:
    """Fail as often as locks the account, one minute after the other."""
    for number in range(SIGN_IN_FAILURES):
        refused(tools, secret="wrong", now=NOW + timedelta(minutes=number))


def current(
    tools: Tools, granted: Granted, now: datetime = NOW, kind: sessions.Kind = "browser"
) -> Signed | None:
    """Who the token of a grant belongs to."""
    return sessions.current(tools, now, granted.token, kind)


def listed(tools: Tools) -> tuple[sessions.Listed, ...]:
    """The open sessions of the person."""
    with reading(tools, SYSTEM, NOW) as ctx:
        actor = people.actor(ctx, LOGIN)
    with reading(tools, actor, NOW) as ctx:
        return sessions.listed(ctx, actor.person_id)


def granted_actor(granted: Granted) -> Actor:
    """The actor of a session."""
    return Actor(person_id=granted.signed.person_id, name=granted.signed.name)


def together(count: int, act: Callable[[], object]) -> None:
    """Do the same in many threads that start at one moment."""
    barrier = Barrier(count)

    def run() -> None:
        barrier.wait()
        act()

    threads = [Thread(target=run) for _number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture(autouse=True)
def with_secrets(tools: Tools) -> None:
    """Everybody can sign in with the same password."""
    with transaction(tools, SYSTEM, NOW) as ctx:
        passwords.set_for_all(ctx, SECRET)

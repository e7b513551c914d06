from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Row, select

from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, RongcuoError
from server.domain.requests import RequestKind
from server.models.case import case_request
from server.models.outbox import notification
from server.models.time import deadline
from server.services.context import Context
from server.services.verbs import deadline_clock, requests
from tests.factories.invariants import broken_chain
from tests.factories.tiny import ACCEPT, APPLICANT, AUDIT, COLLEAGUE, DESK, HEAD, STRANGER, Tiny

NEXT = datetime(2026, 2, 13, 9, 0, tzinfo=CHINA_TIME)


def test_an_extension_is_asked_by_the_desk_and_granted_by_the_approver(tiny: Tiny) -> None:
    case_id = tiny.open()
    request_id = tiny.act(DESK, asking(case_id, 2))
    assert state(tiny, case_id) == date(2026, 2, 26)
    assert told(tiny, request_id, "asked") == [tiny.person(HEAD)]
    tiny.act(HEAD, lambda ctx: requests.consent(ctx, request_id, answer="同意"), NEXT)
    assert state(tiny, case_id) == date(2026, 2, 28)
    clock = tiny.facts(case_id).clock_of("registration")
    assert clock is not None
    stored = row(tiny, request_id)
    assert (stored.state, stored.decided_by, stored.answer) == (
        "consented",
        tiny.person(HEAD),
        "同意",
    )
    assert stored.before["due_on"] == "2026-02-26"
    assert told(tiny, request_id, "consented") == [tiny.person(DESK)]
    assert broken_chain(tiny.tools) is None


def test_the_extension_says_who_asked_and_who_approved(tiny: Tiny) -> None:
    case_id = tiny.open()
    request_id = tiny.act(DESK, asking(case_id, 2))
    tiny.act(HEAD, lambda ctx: requests.consent(ctx, request_id))
    with tiny.tools.readers() as session:
        changes = session.scalars(select(deadline.c.changes)).one()
    (change,) = changes
    assert (change["by"], change["approved_by"]) == (tiny.person(DESK), tiny.person(HEAD))
    assert change["note"] == "案情复杂"


def test_a_request_is_consented_to_once(tiny: Tiny) -> None:
    case_id = tiny.open()
    request_id = tiny.act(DESK, asking(case_id, 2))
    tiny.act(HEAD, lambda ctx: requests.consent(ctx, request_id, seen=1))
    for verb in (requests.consent, requests.withdraw):
        with pytest.raises(Conflict):
            tiny.act(HEAD, doing(verb, request_id))
    with pytest.raises(Conflict):
        tiny.act(HEAD, lambda ctx: requests.refuse(ctx, request_id, answer="不"))


def test_when_the_clock_moved_meanwhile_the_consent_is_refused_and_says_how(tiny: Tiny) -> None:
    case_id = tiny.open()
    request_id = tiny.act(DESK, asking(case_id, 2))
    tiny.act(DESK, lambda ctx: deadline_clock.stop(ctx, case_id, "registration", reason="illness"))
    with pytest.raises(Conflict) as refused:
        tiny.act(HEAD, lambda ctx: requests.consent(ctx, request_id))
    assert "到期日现为“恢复后确定”" in refused.value.message
    assert row(tiny, request_id).state == "asked"
    tiny.act(DESK, doing(requests.withdraw, request_id))
    assert row(tiny, request_id).state == "withdrawn"
    tiny.act(DESK, asking(case_id, 2))


def test_a_clock_that_is_over_is_not_extended_any_more(tiny: Tiny) -> None:
    case_id = tiny.open()
    request_id = tiny.act(DESK, asking(case_id, 2))
    tiny.do(DESK, case_id, "register", ACCEPT)
    with pytest.raises(Conflict):
        tiny.act(HEAD, lambda ctx: requests.consent(ctx, request_id))


@pytest.mark.parametrize(
    ("login", "n", "refusal"),
    [
        (HEAD, 2, Forbidden),
        (APPLICANT, 2, NotFound),
        (AUDIT, 2, NotFound),
        (STRANGER, 2, NotFound),
        (DESK, 60, Invalid),
    ],
)
def test_who_may_not_ask_or_for_too_much_is_refused(
    tiny: Tiny, login: str, n: int, refusal: type[RongcuoError]
) -> None:
    case_id = tiny.open()
    with pytest.raises(refusal):
        tiny.act(login, asking(case_id, n))


def test_only_the_approver_decides_and_only_the_asker_withdraws(tiny: Tiny) -> None:
    case_id = tiny.open()
    request_id = tiny.act(DESK, asking(case_id, 2))
    for login, refusal in ((DESK, Forbidden), (COLLEAGUE, Forbidden), (STRANGER, NotFound)):
        with pytest.raises(refusal):
            tiny.act(login, doing(requests.consent, request_id))
    with pytest.raises(NotFound):
        tiny.act(APPLICANT, doing(requests.withdraw, request_id))
    with pytest.raises(Forbidden):
        tiny.act(HEAD, doing(requests.withdraw, request_id))
    with pytest.raises(Invalid):
        tiny.act(HEAD, lambda ctx: requests.refuse(ctx, request_id, answer=" "))
    tiny.act(HEAD, lambda ctx: requests.refuse(ctx, request_id, answer="时间够用"))
    assert row(tiny, request_id).answer == "时间够用"
    assert state(tiny, case_id) == date(2026, 2, 26)


def test_the_same_is_not_asked_twice_and_a_reason_is_needed(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(Invalid):
        tiny.act(DESK, asking(case_id, 2, reason=" "))
    tiny.act(DESK, asking(case_id, 2))
    with pytest.raises(Conflict):
        tiny.act(COLLEAGUE, asking(case_id, 1))


def test_for_whoever_is_recused_there_is_no_request(tiny: Tiny) -> None:
    case_id = tiny.open()
    request_id = tiny.act(DESK, asking(case_id, 2))
    for login in (DESK, HEAD):
        tiny.recuse(case_id, login)
    with pytest.raises(NotFound):
        tiny.act(HEAD, doing(requests.consent, request_id))
    with pytest.raises(NotFound):
        tiny.act(DESK, doing(requests.withdraw, request_id))


def asking(
    case_id: str, n: int, *, reason: str = "案情复杂", rule_key: str = "registration"
) -> Callable[[Context], str]:
    payload = {"rule_key": rule_key, "n": n}
    return lambda ctx: requests.ask(ctx, case_id, RequestKind.EXTEND, payload, reason=reason)


def doing(verb: Callable[..., None], request_id: str) -> Callable[[Context], None]:
    return lambda ctx: verb(ctx, request_id)


def row(tiny: Tiny, request_id: str) -> Row[tuple[Any, ...]]:
    with tiny.tools.readers() as session:
        return session.execute(select(case_request).where(case_request.c.id == request_id)).one()


def told(tiny: Tiny, request_id: str, what: str) -> list[str]:
    with tiny.tools.readers() as session:
        wanted = select(notification.c.recipient_id).where(
            notification.c.dedupe_key.startswith(f"request:{request_id}:{what}")
        )
        return list(session.scalars(wanted))


def state(tiny: Tiny, case_id: str) -> date | None:
    found = tiny.facts(case_id).clock_of("registration")
    assert found is not None
    return found.due_on

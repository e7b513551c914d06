from collections.abc import Callable
from datetime import timedelta

import pytest

from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, RongcuoError
from server.services.case import incidents
from server.services.context import Context
from server.services.verbs import case_verbs, parties, timers, work
from server.services.verbs.appointed import Named
from tests.factories.invariants import broken_chain, violations
from tests.factories.tiny import ACCEPT, APPLICANT, COLLEAGUE, DESK, HEAD, NOW, STRANGER, Tiny

VERBS = (case_verbs.suspend, case_verbs.resume, case_verbs.cancel)


def test_a_suspended_case_stands_still_until_it_goes_on(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(HEAD, doing(case_verbs.suspend, case_id))
    facts = tiny.facts(case_id)
    assert (facts.status, facts.status_reason) == ("suspended", "等待核对")
    with pytest.raises(Conflict):
        tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    assert timers.sweep(tiny.tools, NOW + timedelta(days=60)).done == []
    tiny.act(HEAD, doing(case_verbs.resume, case_id))
    facts = tiny.facts(case_id)
    assert (facts.status, facts.status_reason) == ("open", "")
    tiny.do(DESK, case_id, "register", ACCEPT)
    assert violations(tiny.tools, case_id) == []


def test_a_cancelled_case_waits_for_nothing_and_never_comes_back(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.act(HEAD, doing(case_verbs.cancel, case_id))
    facts = tiny.facts(case_id)
    assert (facts.status, facts.status_reason, facts.outcome) == ("cancelled", "等待核对", None)
    assert facts.work == ()
    assert not any(clock.is_open for clock in facts.clocks)
    assert violations(tiny.tools, case_id) == []
    for verb in VERBS:
        with pytest.raises(Conflict):
            tiny.act(HEAD, doing(verb, case_id))
    assert broken_chain(tiny.tools) is None


def test_a_suspended_case_can_be_cancelled(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.act(HEAD, doing(case_verbs.suspend, case_id))
    tiny.act(HEAD, doing(case_verbs.cancel, case_id))
    assert tiny.facts(case_id).status == "cancelled"


@pytest.mark.parametrize(
    ("login", "refusal"),
    [(DESK, Forbidden), (COLLEAGUE, Forbidden), (APPLICANT, Forbidden), (STRANGER, NotFound)],
)
def test_only_the_head_of_the_competent_office_steers(
    tiny: Tiny, login: str, refusal: type[RongcuoError]
) -> None:
    case_id = tiny.open()
    for verb in VERBS:
        with pytest.raises(refusal):
            tiny.act(login, doing(verb, case_id))


def test_the_head_does_not_steer_his_own_matter(tiny: Tiny) -> None:
    case_id = tiny.open()
    himself = Named(role="subject", person_id=tiny.person(HEAD))
    tiny.program(lambda ctx: parties.concern(ctx, case_id, [himself]))
    with pytest.raises(Forbidden):
        tiny.act(HEAD, doing(case_verbs.cancel, case_id))


def test_a_reason_is_asked_for(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(Invalid):
        tiny.act(HEAD, lambda ctx: case_verbs.suspend(ctx, case_id, reason=" "))


def test_a_fault_is_mended_by_the_operator_and_a_pause_ended_by_the_head(tiny: Tiny) -> None:
    case_id = tiny.open()
    incidents.suspend(tiny.tools, NOW, case_id, RuntimeError("fault"))
    with pytest.raises(Conflict):
        tiny.act(HEAD, doing(case_verbs.resume, case_id))
    tiny.program(lambda ctx: incidents.resolve(ctx, case_id))
    tiny.act(HEAD, doing(case_verbs.suspend, case_id))
    with pytest.raises(Conflict):
        tiny.program(lambda ctx: incidents.resolve(ctx, case_id))
    assert tiny.facts(case_id).status == "suspended"


def doing(verb: Callable[..., None], case_id: str) -> Callable[[Context], None]:
    return lambda ctx: verb(ctx, case_id, reason="等待核对")

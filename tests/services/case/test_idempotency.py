from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from server.domain.errors import Conflict, Invalid, NotFound
from server.models.access import idempotency as table
from server.models.case import case
from server.services.case import idempotency
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.verbs import cases
from tests.factories.tiny import APPLICANT, APPLICATION, COLLEAGUE, DESK, NOW, STRANGER, Tiny

ROUTE = "POST /somewhere"
HASH = "a" * 64
DONE = Answer(status=201, body={"id": "1"}, headers={"ETag": '"1"'})


def test_the_first_request_is_answered_by_nobody_and_the_second_gets_the_same(tiny: Tiny) -> None:
    assert tiny.act(DESK, answering("k")) is None
    assert tiny.act(DESK, answering("k")) == DONE
    assert kept(tiny) == 1


def test_another_body_under_the_same_key_is_refused(tiny: Tiny) -> None:
    tiny.act(DESK, answering("k"))
    with pytest.raises(Invalid):
        tiny.act(DESK, answering("k", body_hash="b" * 64))


def test_a_key_belongs_to_one_person_and_one_route(tiny: Tiny) -> None:
    assert tiny.act(DESK, answering("k")) is None
    assert tiny.act(COLLEAGUE, answering("k")) is None
    assert tiny.act(DESK, answering("k", route="POST /elsewhere")) is None


@pytest.mark.parametrize("key", ["", "x" * 201, "a\x00b", "a\nb"])
def test_a_key_nobody_can_print_is_refused(tiny: Tiny, key: str) -> None:
    with pytest.raises(Invalid):
        tiny.act(DESK, answering(key))
    assert kept(tiny) == 0


def test_a_key_of_200_characters_passes(tiny: Tiny) -> None:
    tiny.act(DESK, answering("x" * 200))
    assert tiny.act(DESK, answering("x" * 200)) == DONE


def test_what_was_refused_may_be_tried_again_under_its_key(tiny: Tiny) -> None:
    def refused(ctx: Context) -> None:
        idempotency.answered(ctx, ROUTE, "k", HASH)
        raise Conflict("busy")

    with pytest.raises(Conflict):
        tiny.act(DESK, refused)
    assert tiny.act(DESK, answering("k")) is None


def test_an_effect_that_forgot_its_answer_is_not_done_again(tiny: Tiny) -> None:
    tiny.act(DESK, lambda ctx: idempotency.answered(ctx, ROUTE, "k", HASH))
    with pytest.raises(Conflict):
        tiny.act(DESK, answering("k"))


def test_an_answer_is_forgotten_after_the_configured_time(tiny: Tiny) -> None:
    later = NOW + tiny.tools.config.answers_kept + timedelta(seconds=1)
    tiny.act(DESK, answering("old"))
    tiny.act(DESK, answering("young"), later - timedelta(hours=1))
    assert tiny.program(idempotency.forget_old, later) == 1
    assert tiny.act(DESK, answering("young"), later) == DONE


def test_a_key_that_is_too_old_counts_as_new_before_it_is_swept(tiny: Tiny) -> None:
    tiny.act(DESK, answering("k"))
    later = NOW + tiny.tools.config.answers_kept + timedelta(seconds=1)
    assert tiny.act(DESK, answering("k", body_hash="b" * 64), later) is None
    assert kept(tiny) == 1


def test_an_answer_about_a_case_is_given_to_who_may_still_see_it_only(tiny: Tiny) -> None:
    case_id = tiny.open()
    about = Answer(status=200, body={}, case_id=case_id)
    tiny.act(STRANGER, answering("k", answer=about))
    tiny.act(DESK, answering("k", answer=about))
    assert tiny.act(DESK, answering("k")) == about
    with pytest.raises(NotFound):
        tiny.act(STRANGER, answering("k"))


def test_four_at_once_under_one_key_open_one_case_and_get_one_answer(tiny: Tiny) -> None:
    barrier, answers = Barrier(4), list[Answer | None]()

    def once(ctx: Context) -> Answer:
        answer = idempotency.answered(ctx, ROUTE, "k", HASH)
        if answer is None:
            case_id = cases.open_case(ctx, "tiny_matter", APPLICATION)
            answer = Answer(status=201, body={"id": case_id}, case_id=case_id)
            idempotency.keep(ctx, ROUTE, "k", HASH, answer)
        return answer

    def run() -> None:
        barrier.wait()
        answers.append(tiny.act(APPLICANT, once))

    threads = [Thread(target=run) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(answers) == 4
    assert answers == answers[:1] * 4
    with tiny.tools.readers() as session:
        assert session.scalar(select(func.count()).select_from(case)) == 1


def answering(
    key: str, *, route: str = ROUTE, body_hash: str = HASH, answer: Answer = DONE
) -> Callable[[Context], Answer | None]:
    """Ask what was answered, and keep an answer when nothing was."""

    def verb(ctx: Context) -> Answer | None:
        before = idempotency.answered(ctx, route, key, body_hash)
        if before is None:
            idempotency.keep(ctx, route, key, body_hash, answer)
        return before

    return verb


def kept(tiny: Tiny) -> int:
    with tiny.tools.readers() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0

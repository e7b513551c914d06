from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain import requests
from server.domain.access import Actor, PostHeld
from server.domain.errors import Conflict, Forbidden, Invalid, RongcuoError
from server.domain.requests import Request, RequestState

OFFICE, OTHER = "office", "other"

ACTS: dict[str, Callable[[Request, Actor], RequestState]] = {
    "consent": requests.consent,
    "refuse": lambda request, actor: requests.refuse(request, actor, "不符"),
    "withdraw": requests.withdraw,
}

people = st.builds(
    lambda name, unit, is_head, behalf: Actor(
        person_id=name,
        on_behalf_of=behalf,
        posts=(PostHeld(unit_id=unit, kind="office", is_head=is_head),),
    ),
    st.sampled_from(("asker", "one", "two")),
    st.sampled_from((OFFICE, OTHER)),
    st.booleans(),
    st.sampled_from((None, "asker", "two")),
)


@given(
    st.lists(st.tuples(st.sampled_from(sorted(ACTS)), people), max_size=8),
    st.booleans(),
)
def test_a_request_is_answered_once_and_never_by_whoever_asked(
    acts: list[tuple[str, Actor]], by_head: bool
) -> None:
    request = asked(by_head=by_head)
    answered: list[tuple[str, Actor]] = []
    for name, actor in acts:
        try:
            state = ACTS[name](request, actor)
        except (Conflict, Forbidden):
            continue
        answered.append((name, actor))
        request = Request(state=state, asked_by="asker", office_id=OFFICE, by_head=request.by_head)
    assert len(answered) <= 1
    for name, actor in answered:
        is_asker = actor.person_id == "asker"
        assert is_asker == (name == "withdraw")
        if name != "withdraw":
            assert actor.on_behalf_of != "asker"
            (post,) = actor.posts
            assert post.unit_id == OFFICE
            assert post.is_head or not by_head


@pytest.mark.parametrize("state", [each for each in RequestState if each is not RequestState.ASKED])
def test_what_is_decided_stays_so(state: RequestState) -> None:
    request = Request(state=state, asked_by="asker", office_id=OFFICE)
    for act in ACTS.values():
        for actor in (head("one"), head("asker")):
            with pytest.raises(Conflict):
                act(request, actor)
    assert not requests.may_decide(request, head("one"))


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [
        (Actor(person_id="one"), Forbidden),
        (Actor(person_id="one", posts=(PostHeld(unit_id=OFFICE, kind="office"),)), Forbidden),
    ],
)
def test_who_is_not_asked_does_not_decide(actor: Actor, refusal: type[RongcuoError]) -> None:
    with pytest.raises(refusal):
        requests.consent(asked(), actor)


def test_a_refusal_says_why() -> None:
    with pytest.raises(Invalid) as refused:
        requests.refuse(asked(), head("one"), " ")
    assert [each.field for each in refused.value.findings] == ["answer"]


def asked(*, by_head: bool = True) -> Request:
    return Request(state=RequestState.ASKED, asked_by="asker", office_id=OFFICE, by_head=by_head)


def head(name: str) -> Actor:
    return Actor(person_id=name, posts=(PostHeld(unit_id=OFFICE, kind="office", is_head=True),))

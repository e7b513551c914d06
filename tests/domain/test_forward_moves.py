from server.domain import movement
from server.domain.forward_moves import Plan, is_alone

EDGES = {
    "start": ["a"],
    "a": ["choice", "late", "aside"],
    "late": ["b"],
    "aside": ["note"],
    "choice": ["b", "c"],
    "b": ["fork"],
    "c": ["a"],
    "fork": ["d", "e"],
    "d": ["d2"],
    "d2": ["join"],
    "e": ["join"],
    "join": ["f"],
    "f": ["b", "end"],
}
PLAN = Plan(
    edges=EDGES,
    starts=("start",),
    blocks={"fork": (1, 2), "join": (2, 1)},
    beside=frozenset({"aside"}),
)
AFTER = movement.come_after(EDGES, ["start"])


def test_steps_of_one_token_before_a_block_are_reached_from_each_other() -> None:
    for here, there in (("a", "b"), ("a", "c"), ("b", "c"), ("c", "b")):
        assert is_alone(PLAN, here, there, AFTER), (here, there)


def test_no_block_ahead_is_jumped_over_one_behind_is_done_again() -> None:
    assert not is_alone(PLAN, "b", "f", AFTER)
    assert is_alone(PLAN, "f", "b", AFTER)


def test_inside_a_block_nothing_is_reached_even_in_its_own_branch() -> None:
    for here, there in (("b", "d"), ("d", "d2"), ("d", "e"), ("d", "f")):
        assert not is_alone(PLAN, here, there, AFTER), (here, there)


def test_what_follows_an_event_beside_the_step_is_not_reached() -> None:
    assert not is_alone(PLAN, "a", "note", AFTER)


def test_what_no_way_leads_to_is_not_reached() -> None:
    assert not is_alone(PLAN, "a", "nowhere", AFTER)

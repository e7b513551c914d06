"""Only JSON crosses the port, copied once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.engine.runtime.values import clean, copied, same

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(max_size=5)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=3).filter(lambda key: key != "typename"), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@settings(max_examples=60)
@given(value=_JSON)
def test_json_is_copied_whole_and_equals_itself(value: Json) -> None:
    made = clean({"v": value})["v"]
    assert same(made, value)
    assert same(copied(made), value)
    if isinstance(value, dict | list):
        assert made is not value
        assert copied(made) is not made


@pytest.mark.parametrize("value", [{1}, b"x", 1j, object(), {"k": {2: 1}}, [(1,)], float("inf")])
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(Invalid):
        clean({"v": value})


def test_nesting_without_end_is_refused() -> None:
    deep: list[Json] = []
    for _level in range(200):
        deep = [deep]
    with pytest.raises(Invalid):
        clean({"v": deep})


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), (0, False), (1, 1.0), ([1], [True]), ({"a": [0]}, {"a": [False]})]
)
def test_values_of_another_type_are_not_the_same(one: Json, other: Json) -> None:
    assert one == other
    assert not same(one, other)


def test_the_order_of_keys_makes_no_difference() -> None:
    assert same({"a": 1, "b": [2]}, {"b": [2], "a": 1})

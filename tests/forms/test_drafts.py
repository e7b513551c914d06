"""Unfinished answers as they are kept: whatever comes, the form can be shown with it again."""

from hypothesis import given
from hypothesis import strategies as st

from server.domain.expressions import Json
from server.forms.drafts import kept

SCHEMA: dict[str, Json] = {
    "type": "default",
    "components": [
        {"type": "textfield", "key": "name", "label": "名称"},
        {"type": "textfield", "key": "fixed", "label": "固定", "readonly": True},
        {"type": "checklist", "key": "reasons", "values": [{"value": "a", "label": "甲"}]},
        {"type": "group", "path": "place", "components": [{"type": "number", "key": "size"}]},
        {
            "type": "dynamiclist",
            "path": "members",
            "components": [{"type": "textfield", "key": "person"}],
        },
    ],
}

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
KEYS = st.sampled_from(["name", "fixed", "reasons", "place", "members", "size", "other"])


def test_what_fits_is_kept_however_wrong_it_is() -> None:
    typed: dict[str, Json] = {
        "name": "半句",
        "reasons": ["a", "没有这个"],
        "place": {"size": "不是数"},
        "members": [{"person": ""}, {}],
    }

    assert kept(SCHEMA, typed) == typed


def test_what_is_no_field_or_cannot_stand_in_one_is_left_out() -> None:
    typed: dict[str, Json] = {
        "name": ["不是文字"],
        "fixed": "改了",
        "reasons": "不是清单",
        "place": [1],
        "members": [{"person": {"a": 1}}, "不是行"],
        "other": 1,
    }

    assert kept(SCHEMA, typed) == {"members": [{}]}


@given(st.dictionaries(KEYS, ANY))
def test_keeping_twice_is_keeping_once(typed: dict[str, Json]) -> None:
    once = kept(SCHEMA, typed)

    assert kept(SCHEMA, once) == once
    assert set(once) <= {"name", "reasons", "place", "members"}

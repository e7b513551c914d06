"""What a plain form sends back: rows added and removed, people looked for, odd input kept."""

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from server.web.plain_forms.posted import Posted, posted

SCHEMA: dict[str, Any] = {
    "components": [
        {"type": "textfield", "key": "title", "id": "a"},
        {"type": "number", "key": "amount", "id": "b"},
        {"type": "select", "key": "kind", "id": "c", "values": [{"value": 1, "label": "一"}]},
        {"type": "textfield", "key": "fixed", "id": "d", "readonly": True},
        {
            "type": "dynamiclist",
            "path": "members",
            "id": "e",
            "components": [
                {"type": "textfield", "key": "member", "id": "f"},
                {"type": "checkbox", "key": "chairs", "id": "g"},
            ],
        },
        {"type": "filepicker", "key": "files", "id": "h", "multiple": True},
    ]
}
TWO = {
    "rows.members": "2",
    "a.members[0].member": "甲",
    "a.members[1].member": "乙",
    "a.members[1].chairs": "true",
}
ROWS = [{"member": "甲", "chairs": False}, {"member": "乙", "chairs": True}]


def test_rows_come_back_in_their_order() -> None:
    assert sent(TWO).answers["members"] == ROWS


def test_a_row_is_added_at_the_end_and_the_page_goes_on_there() -> None:
    found = sent({**TWO, "add": "members"})
    assert found.answers["members"] == [*ROWS, {}]
    assert found.step_at == "members[2]"
    assert found.is_step


def test_a_row_is_taken_out_with_what_stood_in_it() -> None:
    found = sent({**TWO, "remove": "members[0]"})
    assert found.answers["members"] == ROWS[1:]
    assert found.is_step


@pytest.mark.parametrize(
    "button",
    [
        {"add": "title"},
        {"add": "nothing"},
        {"remove": "members[9]"},
        {"remove": "nothing[0]"},
        {"find": "members[0].member"},
    ],
)
def test_a_button_for_what_is_not_there_changes_nothing_and_submits_nothing(
    button: dict[str, str],
) -> None:
    found = sent({**TWO, **button})
    assert found.answers["members"] == ROWS
    assert found.is_step


@pytest.mark.parametrize("count", ["-1", "x", "", "1e3", "999999999"])
def test_an_odd_number_of_rows_is_none(count: str) -> None:
    assert sent({"rows.members": count}).answers["members"] == []


def test_more_rows_than_a_list_may_have_are_not_read() -> None:
    assert len(sent({"rows.members": "5000"}).answers["members"]) == 200


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("0.5", 0.5),
        (" 7 ", 7),
        ("十二", "十二"),
        ("1e9", "1e9"),
        ("007", "007"),
        ("9" * 30, "9" * 30),
        ("", None),
    ],
)
def test_a_number_is_read_and_anything_else_is_kept_as_typed(text: str, value: Any) -> None:
    assert sent({"a.amount": text}).answers["amount"] == value


def test_an_option_that_is_no_text_comes_back_as_it_was() -> None:
    assert sent({"a.kind": "=1"}).answers["kind"] == 1
    assert sent({"a.kind": "=no json"}).answers["kind"] == "=no json"


def test_locked_fields_and_fields_of_the_page_are_no_answers() -> None:
    found = sent({"csrf_token": "t", "version": "3"}).answers
    assert set(found) == {"title", "amount", "kind", "members", "files"}


def test_what_nobody_asked_for_is_kept_so_that_it_is_refused() -> None:
    made_up = {
        "a.fixed": "x",
        "a.unknown": "y",
        "a.members[0].secret": "z",
        "a.members[5].member": "w",
    }
    found = sent({**TWO, **made_up}).answers
    names = {key.removeprefix("a."): value for key, value in made_up.items()}
    assert {key: found[key] for key in names} == names
    assert found["members"] == ROWS


def test_files_are_kept_dropped_and_added() -> None:
    given = MultiDict([("a.files", "1"), ("a.files", "2"), ("drop.files", "1")])
    assert posted(SCHEMA, given, {"files": ["3"]}).answers["files"] == ["2", "3"]


def test_what_was_typed_to_find_somebody_is_kept_by_its_place() -> None:
    found = sent({**TWO, "search.members[0].member": "纪委", "find": "members[0].member"})
    assert found.searches == {"members[0].member": "纪委"}


def sent(fields: dict[str, str]) -> Posted:
    return posted(SCHEMA, MultiDict(fields))

"""Edits of YAML: they mean what was asked, and nothing else of the file moves."""

import random
from collections.abc import Iterator
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.adapters import yaml_edits, yaml_files
from server.domain.errors import Invalid, NotFound

PACKS = sorted((Path(__file__).parents[2] / "processes").glob("*/pack.yaml"))

SHEET = """\
# 开头的说明
key: sample                        # 等于文件夹名
version: "1.0"

deadlines:
  # 审查
  review:
    title: 审查申请   # 名称
    met_by: [reviewed]
    interval: {n: 5, unit: working}      # 第十条
    when: '=a = "b"'

  feedback: {title: 反馈结果, basis: {default: 没有}}

lists:
  situations:
    items:
      - {code: T01, text: 一}      # 第一项
      # 第二项以前的说明
      - code: T02
        text: |
          两行
          文字
      - {code: T03, text_missing: true}
rules: []
"""


def edited(path: list[str | int], value: object, text: str = SHEET) -> str:
    return yaml_edits.set_at(text.encode(), path, value).decode()


def changed_lines(before: str, after: str) -> list[str]:
    matched = SequenceMatcher(a=before.split("\n"), b=after.split("\n"), autojunk=False)
    return [
        line
        for tag, _i1, _i2, j1, j2 in matched.get_opcodes()
        if tag != "equal"
        for line in after.split("\n")[j1:j2]
    ]


def test_a_number_changes_in_its_line_and_the_comment_stays() -> None:
    after = edited(["deadlines", "review", "interval", "n"], 6)
    assert after == SHEET.replace("n: 5", "n: 6")


def test_a_whole_entry_set_to_what_it_is_changes_nothing() -> None:
    value, _findings = yaml_files.load("", SHEET.encode())
    assert edited([], value) == SHEET
    assert edited(["lists", "situations"], value["lists"]["situations"]) == SHEET


def test_a_text_keeps_its_quotes() -> None:
    assert 'version: "1.1"\n' in edited(["version"], "1.1")
    assert "when: '=a = \"it''s\"'\n" in edited(["deadlines", "review", "when"], '=a = "it\'s"')


@pytest.mark.parametrize(
    "text", ["yes", "12", "2024-01-01", "a: b", "a #b", "- a", "", " a", "=x", "[a", "null", "\n"]
)
def test_a_text_that_would_read_as_something_else_is_quoted(text: str) -> None:
    after = edited(["deadlines", "feedback", "title"], text)
    assert yaml_files.load("", after.encode())[0]["deadlines"]["feedback"]["title"] == text


def test_a_new_key_stands_behind_the_one_it_follows_in_the_value() -> None:
    value = {
        "title": "审查申请",
        "origin": "filed",
        "met_by": ["reviewed"],
        "interval": {"n": 5, "unit": "working"},
        "when": '=a = "b"',
        "ladder": [{"at": 0, "to": "assignee"}],
    }
    after = edited(["deadlines", "review"], value)
    assert changed_lines(SHEET, after) == [
        "    origin: filed",
        "    ladder: [{at: 0, to: assignee}]",
    ]
    assert "    title: 审查申请   # 名称\n    origin: filed\n    met_by" in after


def test_a_new_entry_is_written_as_its_neighbours_are() -> None:
    after = edited(["deadlines", "report"], {"title": "报告", "valid_from": date(2024, 1, 1)})
    assert changed_lines(SHEET, after) == ["  report: {title: 报告, valid_from: 2024-01-01}"]
    beside = yaml_edits.remove_at(SHEET.encode(), ["deadlines", "feedback"])
    after = yaml_edits.set_at(beside, ["deadlines", "report"], {"title": "报告"}).decode()
    assert "\n  report:\n    title: 报告\n" in after


def test_a_part_that_is_missing_is_made_at_the_end() -> None:
    after = edited(["papers", "notice"], {"title": "告知书"})
    assert after == SHEET + "\npapers: {notice: {title: 告知书}}\n"


def test_an_entry_goes_with_the_comment_in_its_line_and_no_other() -> None:
    after = yaml_edits.remove_at(SHEET.encode(), ["lists", "situations", "items", 0]).decode()
    assert after == SHEET.replace("      - {code: T01, text: 一}      # 第一项\n", "")
    after = yaml_edits.remove_at(SHEET.encode(), ["deadlines", "review", "interval", "n"]).decode()
    assert after == SHEET.replace("n: 5, ", "")


def test_the_last_entry_of_a_part_leaves_it_empty() -> None:
    after = yaml_edits.remove_at(SHEET.encode(), ["lists", "situations"]).decode()
    assert yaml_files.load("", after.encode())[0]["lists"] == {}


def test_items_change_places_with_the_comments_in_their_lines() -> None:
    path = ["lists", "situations", "items"]
    after = yaml_edits.move_at(SHEET.encode(), path, 2, 0).decode()
    items = yaml_files.load("", after.encode())[0]["lists"]["situations"]["items"]
    assert [item["code"] for item in items] == ["T03", "T01", "T02"]
    assert "- {code: T01, text: 一}      # 第一项" in after
    assert yaml_edits.move_at(after.encode(), path, 0, 2).decode() == SHEET


def test_an_item_taken_out_of_the_middle_leaves_the_others_untouched() -> None:
    items = yaml_files.load("", SHEET.encode())[0]["lists"]["situations"]["items"]
    after = edited(["lists", "situations", "items"], [items[0], {**items[2], "text": "三"}])
    assert "# 第一项\n" in after
    assert "T02" not in after
    assert "- {code: T03, text_missing: true, text: 三}" in after


def test_an_item_is_put_where_it_should_stand() -> None:
    path = ["lists", "situations", "items"]
    after = yaml_edits.insert_at(SHEET.encode(), path, 1, {"code": "T09", "text": "九"}).decode()
    assert changed_lines(SHEET, after) == ["      - {code: T09, text: 九}"]
    after = edited(["rules"], [{"form": "a"}])
    assert changed_lines(SHEET, after) == ["rules: [{form: a}]"]


def test_a_key_is_renamed_in_its_place_unless_the_name_is_taken() -> None:
    after = yaml_edits.rename_key(SHEET.encode(), ["deadlines", "review"], "screening").decode()
    assert after == SHEET.replace("  review:\n", "  screening:\n")
    with pytest.raises(Invalid):
        yaml_edits.rename_key(SHEET.encode(), ["deadlines", "review"], "feedback")


def test_a_pair_without_braces_gets_them_when_it_grows() -> None:
    after = edited(["a", 0, "c"], 1, "a: [b: 2]   # x\n")
    assert after == "a: [{b: 2, c: 1}]   # x\n"


def test_text_of_several_lines_stays_readable() -> None:
    after = edited(["lists", "situations", "items", 1, "text"], "三\n行\n")
    assert "        text: |\n          三\n          行\n" in after


def test_what_is_not_there_and_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(NotFound):
        yaml_edits.remove_at(SHEET.encode(), ["deadlines", "none"])
    with pytest.raises(NotFound):
        yaml_edits.set_at(SHEET.encode(), ["rules", 3, "form"], "a")
    with pytest.raises(NotFound):
        yaml_edits.move_at(SHEET.encode(), ["rules"], 0, 1)
    with pytest.raises(Invalid):
        yaml_edits.set_at(SHEET.encode(), ["version", "a"], "a")
    with pytest.raises(Invalid):
        yaml_edits.set_at(b"a: *x", ["a"], 1)
    with pytest.raises(Invalid):
        yaml_edits.insert_at(SHEET.encode(), ["version"], 0, "a")


def test_line_ends_and_the_byte_order_mark_of_a_file_stay() -> None:
    content = b"\xef\xbb\xbf" + SHEET.replace("\n", "\r\n").encode()
    after = yaml_edits.set_at(content, ["deadlines", "review", "roll"], "none")
    assert after.startswith(b"\xef\xbb\xbf# ")
    assert b"\n" not in after.replace(b"\r\n", b"")


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.parent.name)
def test_an_edit_of_a_shipped_pack_changes_only_the_lines_it_concerns(pack: Path) -> None:
    before = pack.read_text("utf-8")
    value, _findings = yaml_files.load("", before.encode())
    draw = random.Random(pack.parent.name)
    places = list(_places(value, ()))
    for path in draw.sample(places, min(len(places), 4)):
        marked = yaml_edits.set_at(before.encode(), path, "改：过=的").decode()
        assert len(changed_lines(before, marked)) <= 1, path
    for part, entries in value.items():
        if not isinstance(entries, dict) or len(entries) < 2:
            continue
        key = draw.choice(list(entries))
        without = yaml_edits.remove_at(before.encode(), [part, key]).decode()
        assert set(without.split("\n")) <= set(before.split("\n"))
        again, _none = yaml_files.load(
            "", yaml_edits.set_at(without.encode(), [part, key], entries[key])
        )
        assert again == value


def _places(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _places(inner, (*path, index))
    elif isinstance(value, str) and "\n" not in value:
        yield path


_WORDS = st.text(min_size=0, max_size=8) | st.sampled_from(
    ["a", "中文，字", '=a = "b"', "1", "x: y"]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | _WORDS | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("abcdefgh"), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("pqrs"), _VALUES), min_size=1, max_size=5))
def test_whatever_is_written_reads_as_it_was_meant(steps: list[tuple[str, object]]) -> None:
    content = b"first: 1   # stays\n"
    for key, value in steps:
        content = yaml_edits.set_at(content, [key], value)
        assert content.startswith(b"first: 1   # stays\n")
        assert yaml_files.load("", content)[0][key] == value

"""The facts of ENGINE section 5a, each as a test, and what the memo may and may not keep."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.errors import ExpressionFailed
from server.domain.expressions import Json
from server.engine.feel import Feel
from server.engine.isolate import Isolate

#: half past eight in the morning in China
NOW = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)


def value(feel: Feel, text: str, **context: Json) -> Json:
    answer = feel.values([text], context, now=NOW)[0]
    assert answer.warnings == ()
    return answer.value


def kinds(feel: Feel, text: str, **context: Json) -> set[str]:
    warnings = feel.values([text], context, now=NOW)[0].warnings
    return {warning.partition(":")[0] for warning in warnings}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2", 3),
        ("1 / 2", 0.5),
        ("10 / 2", 5),
        ('"a" + "b"', "ab"),
        ("[1, 2][2]", 2),
        ('{a: 1, "b c": "x"}', {"a": 1, "b c": "x"}),
        ("null", None),
        ("1 = 1", True),
        ('date("2026-03-02")', "2026-03-02"),
        ('date and time("2026-03-02T08:30:00+08:00")', "2026-03-02T08:30:00+08:00"),
        ('time("08:30:00")', "08:30:00"),
        ('duration("P1M")', "P1M"),
        ('duration("PT36H")', "P1DT12H"),
        ('date("2026-03-02") - date("2026-03-01")', "P1D"),
        ("[date(2026, 3, 2)]", ["2026-03-02"]),
        ("10 ** 21", 10**21),
    ],
)
def test_values_come_out_as_plain_data(feel: Feel, text: str, expected: Json) -> None:
    found = value(feel, text)
    assert found == expected
    assert type(found) is type(expected)


def test_one_bad_expression_does_not_hide_the_others(feel: Feel) -> None:
    first, second, third = feel.values(["1 +", "nope", "2"], {})
    assert (first.value, second.value, third.value) == (None, None, 2)
    assert first.warnings
    assert second.warnings
    assert third.warnings == ()


def test_a_batch_is_one_call(feel: Feel, isolate: Isolate) -> None:
    texts = [f"x > {number}" for number in range(50)]
    feel.parse_all([(text, False) for text in texts])
    before = isolate.calls
    feel.values(texts, {"x": 10})
    assert isolate.calls == before + 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("nope", "NO_VARIABLE_FOUND"),
        ("nope(1)", "NO_FUNCTION_FOUND"),
        ("x.y", "NO_PROPERTY_FOUND"),
        ("c.z", "NO_CONTEXT_ENTRY_FOUND"),
        ('1 + "a"', "INVALID_TYPE"),
        ("random number()", "NO_FUNCTION_FOUND"),
        ("[1..3]", "NOT_STORABLE"),
        ("function(a) a", "NOT_STORABLE"),
        ("count", "NOT_STORABLE"),
        ("10 ** 400", "NOT_STORABLE"),
    ],
)
def test_what_cannot_be_trusted_is_null_with_a_warning(feel: Feel, text: str, kind: str) -> None:
    answer = feel.values([text], {"x": None, "c": {"a": 1}}, now=NOW)[0]
    assert answer.value is None
    assert kind in kinds(feel, text, x=None, c={"a": 1})


def test_unknown_is_not_false_so_its_warning_must_be_looked_at(feel: Feel) -> None:
    answer = feel.values(['not(nope = "x")'], {})[0]
    assert answer.value is True
    assert answer.warnings


def test_a_text_is_not_a_date_unless_its_type_says_so(feel: Feel) -> None:
    test = 'd < date("2026-03-01")'
    assert feel.values([test], {"d": "2026-02-03"})[0].value is not True
    typed = feel.values([test], {"d": "2026-02-03"}, types={"d": "date"})[0]
    assert (typed.value, typed.warnings) == (True, ())


@pytest.mark.parametrize(
    ("kind", "text", "test"),
    [
        ("date", "2026-02-03", "x.month = 2"),
        ("dateTime", "2026-02-03T08:00:00+08:00", "x.hour = 8"),
        ("time", "08:15:00", "x.minute = 15"),
        ("duration", "P5D", 'x > duration("P4D")'),
        ("duration", "P2M", "x.months = 2"),
    ],
)
def test_declared_types_become_values_of_that_type(
    feel: Feel, kind: str, text: str, test: str
) -> None:
    assert feel.values([test], {"x": text}, types={"x": kind})[0].value is True
    assert feel.values(["x"], {"x": text}, types={"x": kind})[0].value == text
    assert feel.values(["x = null"], {"x": None}, types={"x": kind})[0].value is True
    listed = feel.values(["every i in x satisfies i = x[1]"], {"x": [text] * 2}, types={"x": kind})
    assert listed[0].value is True


def test_a_value_that_is_not_of_its_type_is_a_fault_for_whoever_reads_it(feel: Feel) -> None:
    reads, other = feel.values(["d > 1", "a"], {"d": "tomorrow", "a": 1}, types={"d": "date"})
    assert any(warning.startswith("TYPE_MISMATCH") for warning in reads.warnings)
    assert other.warnings == ()


def test_numbers_are_doubles(feel: Feel) -> None:
    assert value(feel, "0.1 + 0.2 = 0.3") is False
    assert value(feel, "decimal(0.1 + 0.2, 2) = 0.3") is True
    assert value(feel, "10 + 20 = 30") is True
    assert value(feel, "1 / 0") is None


def test_integers_that_would_lose_digits_are_refused(feel: Feel) -> None:
    assert value(feel, "x", x=2**53) == 2**53
    for unsafe in (2**53 + 1, -(2**53) - 1):
        with pytest.raises(ExpressionFailed, match="失真"):
            feel.values(["x"], {"x": {"deep": [unsafe]}})


def test_a_text_compared_with_a_number_is_turned_into_one(feel: Feel) -> None:
    assert value(feel, '"5" > 3') is True


def test_null_in_comparisons_and_in_logic(feel: Feel) -> None:
    assert value(feel, "x > 3", x=None) is None
    assert value(feel, "x and false", x=None) is False
    assert value(feel, "x and true", x=None) is None
    assert feel.unary_tests([("> 3", None)], {})[0].value is not True


def test_unary_tests(feel: Feel) -> None:
    cells: list[tuple[str, Any, bool]] = [
        ('"a", "b"', "b", True),
        ('not("a")', "b", True),
        ("not(2)", 2, False),
        ("1, 2, 3", 2, True),
        ("[1..5]", 5, True),
        ("[1..5)", 5, False),
        ("true", True, True),
        ("true", False, False),
        ("-", None, True),
        ("", "x", True),
        ("  ", 5, True),
        ("null", None, True),
        ("null", "x", False),
        ("> limit", 5, True),
        ("? > 3 and ? < limit + 3", 5, True),
    ]
    found = feel.unary_tests([(text, given) for text, given, _passes in cells], {"limit": 4})
    assert [each.value is True for each in found] == [passes for *_rest, passes in cells]
    assert all(each.warnings == () for each in found)


def test_names_in_chinese_work(feel: Feel) -> None:
    assert value(feel, "金额 > 3 and 干部管理权限 = 县", 金额=5, 干部管理权限="a", 县="a") is True
    assert value(feel, "受理 日期.年", **{"受理 日期": {"年": 2026}}) == 2026


def test_now_and_today_are_those_of_the_command_in_china(feel: Feel) -> None:
    assert value(feel, "now()") == "2026-03-02T08:30:00+08:00"
    late = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
    assert feel.values(["today()"], {}, now=late)[0].value == "2026-03-03"
    assert value(feel, 'today() > date("2026-03-01")') is True


@pytest.mark.parametrize("text", ["now()", "today()", "if false then now() else today()"])
def test_without_a_clock_the_clock_is_refused(feel: Feel, text: str) -> None:
    assert feel.values([text], {})[0].warnings


def test_a_moment_without_an_offset_is_a_mistake_of_the_caller(feel: Feel) -> None:
    with pytest.raises(ValueError, match="offset"):
        feel.values(["1"], {}, now=NOW.replace(tzinfo=None))


def test_a_prototype_is_never_reached(feel: Feel) -> None:
    for text in ("x.constructor", "x.__proto__", '"a".constructor', "x.toString"):
        assert feel.values([text], {"x": {}})[0].value is None


@pytest.mark.parametrize(
    ("text", "names", "builtins"),
    [
        ("if a then b else c", {"a", "b", "c"}, set()),
        ("false and a > 1", {"a"}, set()),
        ("for x in xs, y in 1..n return x + y + partial[1] + k", {"xs", "n", "k"}, set()),
        ("for x in null return x + z", {"z"}, set()),
        ("some s in ss satisfies s.a > d", {"ss", "d"}, set()),
        ("every s in ss satisfies f(s)", {"ss", "f"}, set()),
        ("{a: 1, b: a + c}", {"c"}, set()),
        ("{b: a, a: 1}", {"a"}, set()),
        ("(function(n, m: number) n + m + k)(1, 2)", {"k"}, set()),
        ("xs[item.a > limit]", {"xs", "limit"}, set()),
        ("xs[a > 1]", {"xs", "a"}, set()),
        ("f(first: x, second: 1)", {"f", "x"}, set()),
        ("count(xs) > 1 and now() > d", {"xs", "d"}, {"count", "now"}),
        ("x instance of tThing", {"x"}, set()),
        ("a.b.c", {"a"}, set()),
        ('x in ("a", > b)', {"x", "b"}, set()),
        ("// a note\nx", {"x"}, set()),
        ("string length(申请人)", {"申请人"}, {"string length"}),
    ],
)
def test_free_names_are_those_read_and_not_bound(
    feel: Feel, text: str, names: set[str], builtins: set[str]
) -> None:
    parsed = feel.parse(text)
    assert (set(parsed.names), set(parsed.builtins), parsed.errors) == (names, builtins, ())


@pytest.mark.parametrize(
    ("text", "paths", "compared"),
    [
        ("routing.level", {"routing", "routing.level"}, set()),
        ('origin = "self"', {"origin"}, {("origin", "self")}),
        ('"self" != (origin)', {"origin"}, {("origin", "self")}),
        ('a.b in ("x", "y", > 3)', {"a", "a.b"}, {("a.b", "x"), ("a.b", "y")}),
        ('a in ["x"]', {"a"}, {("a", "x")}),
        ('list contains(a, "x")', {"a"}, {("a[]", "x")}),
        ('list contains(["x", "y"], a)', {"a"}, {("a", "x"), ("a", "y")}),
        (
            'every m in members satisfies m.vote = "for"',
            {"members", "members[]", "members[].vote"},
            {("members[].vote", "for")},
        ),
        (
            'some f in g.xs satisfies some c in f.ys satisfies c = "x"',
            {"g", "g.xs", "g.xs[]", "g.xs[].ys", "g.xs[].ys[]"},
            {("g.xs[].ys[]", "x")},
        ),
        ('count(xs[item.a = "x"]) > 0', {"xs", "xs[]", "xs[].a"}, {("xs[].a", "x")}),
        ('{m: 1, b: m = "x"}', set(), set()),
        ('function(a) a = "x"', set(), set()),
        ('today() = "x"', set(), set()),
    ],
)
def test_paths_and_the_texts_they_are_compared_with_are_told(
    feel: Feel, text: str, paths: set[str], compared: set[tuple[str, str]]
) -> None:
    parsed = feel.parse(text)
    assert (set(parsed.paths), set(parsed.compared)) == (paths, compared)


@pytest.mark.parametrize(
    ("text", "texts", "sources"),
    [
        ('if a then "x" else if b then c.d else ("z")', {"x", "z"}, {"c.d"}),
        ("routing.office", set(), {"routing.office"}),
        ('"x"', {"x"}, set()),
        ("a + b", set(), set()),
        ("if a then null else b", set(), {"b"}),
    ],
)
def test_what_an_expression_can_come_to_is_told(
    feel: Feel, text: str, texts: set[str], sources: set[str]
) -> None:
    parsed = feel.parse(text)
    assert (set(parsed.texts), set(parsed.sources)) == (texts, sources)
    assert parsed.is_open == (text == "a + b")


def test_the_tests_of_a_cell_compare_its_value(feel: Feel) -> None:
    assert feel.parse('"x", not("y")', unary=True).compared == {("?", "x")}
    assert feel.parse('not("x", "y")', unary=True).compared == {("?", "x"), ("?", "y")}
    assert feel.parse('? = "x"', unary=True).compared == {("?", "x")}


def test_the_tested_value_is_no_name(feel: Feel) -> None:
    assert feel.parse("? > a, b", unary=True).names == {"a", "b"}
    assert feel.parse("", unary=True).errors == ()
    assert feel.parse("").errors


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a >", "语法"),
        ("2 3", "第3个字符"),
        ('"open', "语法"),
        ("a" * 2_001, "2000"),
        ("(" * 41 + "1" + ")" * 41, "40"),
        ("x > 1234567890123456", "15"),
        ("x > 1e400", "科学"),
        ("{f: function(n) f(n - 1)}.f(3)", "自己"),
    ],
)
def test_what_may_not_be_published_is_said_in_words(feel: Feel, text: str, words: str) -> None:
    errors = feel.parse(text).errors
    assert any(words in error for error in errors)


@pytest.mark.parametrize(
    ("text", "unary"),
    [
        ("a == 1", False),
        ("= a", False),
        ("a = = 1", False),
        ("a > = 1", False),
        ("a != = 2", False),
        ("> 3", False),
        ("a >= 3 and <= 5", False),
        ("f(= a)", False),
        ("a[> 3]", False),
        ("if = a then 1 else 2", False),
        ("some x in xs satisfies = x", False),
        ("x in not(> 3)", False),
        ("(= a)", False),
        ("{a: = 1}", False),
        ("a = (> 3)", False),
        ("a = [1..3]", False),
        ("1 < a < 9", False),
        ("(a < 1) >= 0", False),
        ("== 3", True),
        ("? == 3", True),
        ("> 3, = = 4", True),
    ],
)
def test_half_a_comparison_is_no_condition(feel: Feel, text: str, *, unary: bool) -> None:
    assert any("比较" in error for error in feel.parse(text, unary=unary).errors)


@pytest.mark.parametrize(
    ("text", "unary"),
    [
        ("a in > 3", False),
        ("a in (>3, <1)", False),
        ("a in ((>3))", False),
        ("a in [>3, <1]", False),
        ("a in =3", False),
        ("(>3) = (>3)", False),
        ('range("[1..3]") = [1..3]', False),
        ("[1..3] = [1..3]", False),
        ("a = b = true", False),
        ("a = -1", False),
        ("a > 1 and a < 9", False),
        ("count(xs[item > 1]) > 0", False),
        ("= 3", True),
        ("> 3, < 4", True),
        ("not(= 3)", True),
        ("? > 3 and ? < 5", True),
    ],
)
def test_whole_comparisons_and_tests_of_a_value_stay_legal(
    feel: Feel, text: str, *, unary: bool
) -> None:
    assert feel.parse(text, unary=unary).errors == ()


def test_a_pattern_that_backtracks_for_ever_is_found_at_parsing(feel: Feel) -> None:
    assert feel.parse('if x = 1 then true else matches(x, "(x+x+)+y")').errors
    texts = ['replace(x, "^(申|申)*$", "")', 'matches(x, "^1[0-9]{10}$")', 'matches(x, "(")']
    slow, *others = feel.parse_all([(text, False) for text in texts])
    assert slow.errors
    assert [(each.errors, set(each.names)) for each in others] == [((), {"x"})] * 2


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000 + "1",
        "[" * 20_000,
        " + ".join(["1"] * 20_000),
        "-" * 3_000 + "1",
        "x > 12345678901234567",
        '"' + "a" * 3_000 + '"',
    ],
)
def test_pathological_text_never_reaches_the_isolate(
    feel: Feel, isolate: Isolate, text: str
) -> None:
    before = isolate.calls
    with pytest.raises(ExpressionFailed):
        feel.values([text], {})
    with pytest.raises(ExpressionFailed):
        feel.unary_tests([(text, 1)], {})
    assert isolate.calls == before


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='ab1 ()[]{}".,:+-*/<>=?@ifnot\u7533', max_size=60))
def test_any_text_is_answered_or_refused_and_parsing_agrees(text: str) -> None:
    feel = Feel()
    parsed = feel.parse(text)
    try:
        answer = feel.values([text], {})[0]
    except ExpressionFailed:
        assert parsed.errors
        return
    if any("语法" in error for error in parsed.errors):
        assert answer.value is None


def test_the_same_question_is_answered_from_memory(feel: Feel, isolate: Isolate) -> None:
    feel.values(["x > 1"], {"x": 2, "y": 1})
    before = isolate.calls
    assert feel.values(["x > 1"], {"x": 2, "y": 5})[0].value is True
    assert isolate.calls == before
    assert feel.values(["x > 1"], {"x": 0})[0].value is False
    assert isolate.calls == before + 1


def test_memory_tells_apart_what_json_tells_apart(feel: Feel) -> None:
    for plain in (1, True, "1", 1.5, None, [1], {"a": 1}):
        assert value(feel, "x", x=plain) == plain
        assert type(value(feel, "x", x=plain)) is type(plain)
    assert feel.values(["x"], {})[0].warnings
    assert value(feel, "x", x=None) is None


def test_memory_tells_types_and_inputs_apart(feel: Feel) -> None:
    text = 'x = date("2026-01-01")'
    assert feel.values([text], {"x": "2026-01-01"}, types={"x": "date"})[0].value is True
    assert feel.values([text], {"x": "2026-01-01"})[0].value is not True
    assert [each.value for each in feel.unary_tests([("> 3", 4), ("> 3", 2)], {})] == [True, False]


def test_a_remembered_value_cannot_be_changed_by_its_reader(feel: Feel) -> None:
    value(feel, "x", x=[1]).append(2)
    assert value(feel, "x", x=[1]) == [1]


def test_what_reads_the_clock_is_asked_again(feel: Feel) -> None:
    assert feel.values(["today()"], {}, now=NOW)[0].value == "2026-03-02"
    later = datetime(2026, 5, 1, tzinfo=UTC)
    assert feel.values(["today()"], {}, now=later)[0].value == "2026-05-01"


def test_a_fault_is_seen_each_time(feel: Feel, isolate: Isolate) -> None:
    feel.values(["nope"], {})
    before = isolate.calls
    assert feel.values(["nope"], {})[0].warnings
    assert isolate.calls == before + 1


def test_prefetching_makes_the_next_question_free_and_never_raises(
    feel: Feel, isolate: Isolate
) -> None:
    feel.prefetch(["x > 1", "x > 2", "nope", "x +", "d < today()"], {"x": 2, "d": None}, NOW)
    before = isolate.calls
    assert [each.value for each in feel.values(["x > 1", "x > 2"], {"x": 2})] == [True, False]
    assert isolate.calls == before
    assert feel.values(["nope"], {"x": 2})[0].warnings
    feel.prefetch(["(" * 3_000], {})
    feel.prefetch(["x"], {"x": 2**60})
    feel.prefetch([], {})


def test_memory_is_bounded(isolate: Isolate) -> None:
    feel = Feel(isolate, memo=8)
    for number in range(30):
        value(feel, "x", x=number)
    assert len(feel._memo) == 8


@pytest.fixture
def feel(isolate: Isolate) -> Feel:
    return Feel(isolate)


@pytest.fixture(scope="module")
def isolate() -> Iterator[Isolate]:
    made = Isolate()
    yield made
    made.close()

"""Places, contexts and hiding, and how many trips to the evaluator they cost."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from server.domain.expressions import Json, Parsed, Value
from server.engine.feel import Feel
from server.forms.fields import read
from server.forms.visibility import blank, complete, hidden, places, prune, written

FEEL = Feel()
FIELDS = read(
    [
        {"type": "textfield", "key": "a", "conditional": {"hide": "=b = true"}},
        {"type": "checkbox", "key": "b"},
        {
            "type": "group",
            "components": [{"type": "taglist", "key": "c", "conditional": {"hide": "=b = true"}}],
        },
        {
            "type": "dynamiclist",
            "path": "rows",
            "components": [
                {"type": "textfield", "key": "x", "conditional": {"hide": '=this.y = "1"'}},
                {"type": "textfield", "key": "y"},
            ],
        },
    ]
)


def test_unanswered_fields_stand_there_as_the_browser_has_them() -> None:
    assert complete(FIELDS, {}) == {"a": None, "b": False, "c": [], "rows": []}
    assert complete(FIELDS, {"rows": [{}], "a": "1"}) == {
        "a": "1",
        "b": False,
        "c": [],
        "rows": [{"x": None, "y": None}],
    }
    assert complete(FIELDS, {})["c"] is not complete(FIELDS, {})["c"]


def test_hiding_costs_one_call_for_the_form_and_one_per_row_with_conditions() -> None:
    counter = Counting()
    data = complete(FIELDS, {"b": True, "rows": [{"y": "1"}, {"y": "2"}]})

    gone = hidden(places(FIELDS, data, {}), counter)

    assert {written(each.path) for each in gone} == {"a", "c", "rows[0].x"}
    assert counter.calls == 3


def test_the_answers_of_the_form_stand_over_the_variables_of_the_case() -> None:
    data = complete(FIELDS, {"b": False})

    assert not hidden(places(FIELDS, data, {"b": True}), FEEL)


def test_only_exactly_true_hides() -> None:
    fields = read(
        [
            {
                "type": "textfield",
                "key": "a",
                "conditional": {"hide": "=if flag = null then 1 else 2"},
            }
        ]
    )

    assert not hidden(places(fields, complete(fields, {}), {"flag": None}), FEEL)


def test_pruning_takes_out_and_blanking_empties() -> None:
    data = {"a": "1", "box": {"b": "2", "c": True}, "rows": [{"x": "3"}, {"x": "4"}]}
    gone = frozenset({("a",), ("box", "b"), ("rows", 1, "x")})

    assert prune(data, gone) == {"box": {"c": True}, "rows": [{"x": "3"}, {}]}
    assert blank(data, gone) == {
        "a": None,
        "box": {"b": None, "c": True},
        "rows": [{"x": "3"}, {"x": None}],
    }
    assert blank(data, frozenset({("box",), ("rows",)})) == {
        "a": "1",
        "box": {"b": None, "c": None},
        "rows": [],
    }


def test_a_path_is_written_as_people_read_it() -> None:
    assert written(("members", 0, "person", "name")) == "members[0].person.name"


class Counting:
    """The real evaluator, counting its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def values(
        self,
        expressions: Sequence[str],
        context: Mapping[str, Json],
        *,
        now: datetime | None = None,
        types: Mapping[str, str] | None = None,
    ) -> list[Value]:
        self.calls += 1
        return FEEL.values(expressions, context, now=now, types=types)

    def unary_tests(
        self,
        tests: Sequence[tuple[str, Json]],
        context: Mapping[str, Json],
        *,
        now: datetime | None = None,
        types: Mapping[str, str] | None = None,
    ) -> list[Value]:
        self.calls += 1
        return FEEL.unary_tests(tests, context, now=now, types=types)

    def parse(self, expression: str, *, unary: bool = False) -> Parsed:
        return FEEL.parse(expression, unary=unary)

    def parse_all(self, expressions: Sequence[tuple[str, bool]]) -> list[Parsed]:
        return FEEL.parse_all(expressions)

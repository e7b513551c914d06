import pytest

from server.domain.expressions import Json
from server.engine.decisions.boxes import InputClause
from server.engine.decisions.domains import values_of
from server.engine.decisions.graph import Graph
from server.engine.decisions.reader import read_model
from server.engine.feel import Feel
from tests.factories import dmn

CONTEXT = (
    '<itemDefinition name="tPerson"><itemComponent name="level"><typeRef>tLevel</typeRef>'
    '</itemComponent><itemComponent name="party"><typeRef>boolean</typeRef></itemComponent>'
    "</itemDefinition>"
)


@pytest.mark.parametrize(
    ("text", "kind", "allowed", "expected"),
    [
        ("other", "", '"a", "b"', ["a", "b"]),
        ("other", "tLevel", "", ["county", "city"]),
        ("x", "", "", ["county", "city"]),
        ("x", "", '"a", null', ["a", None]),
        ("x", "", "[1..5]", ["county", "city"]),
        ("person.level", "", "", ["county", "city"]),
        ("person.party", "", "", [True, False]),
        ("person.none", "", "", None),
        ("flag", "", "", [True, False]),
        ("number", "", "", None),
        ("upper case(x)", "", "", None),
        ("many", "", "", None),
    ],
)
def test_values_come_from_the_column_the_type_or_the_variable(
    text: str, kind: str, allowed: str, expected: list[Json] | None
) -> None:
    model = read_model(
        dmn.model(
            dmn.item("tBase", allowed='"county", "city"'),
            dmn.item("tLevel", base="tBase"),
            dmn.item("tMany", allowed='"a"', collection=True),
            CONTEXT,
            dmn.input_data("x", "tLevel"),
            dmn.input_data("person", "tPerson"),
            dmn.input_data("flag", "boolean"),
            dmn.input_data("number", "number"),
            dmn.input_data("many", "tMany"),
            dmn.decision(
                "d", dmn.literal("1"), needs=["i_x", "i_person", "i_flag", "i_number", "i_many"]
            ),
        )
    )
    graph = Graph((model,))
    column = InputClause(text=text, type=kind, allowed=allowed)
    assert values_of(graph, graph.find("d"), column, Feel()) == expected

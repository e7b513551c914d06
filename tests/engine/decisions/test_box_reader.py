import pytest

from server.domain.errors import DecisionFailed
from server.engine.decisions.boxes import Table, Text
from server.engine.decisions.reader import read_model
from tests.factories import dmn


def test_a_table_is_read_with_defaults_of_the_standard() -> None:
    text = dmn.model(dmn.decision("d", dmn.table(["x"], ["o"], [("", "1")])))
    body = read_model(text.replace(' hitPolicy="UNIQUE"', "")).nodes[0].body
    assert isinstance(body, Table)
    assert (body.policy, body.aggregation) == ("UNIQUE", "")
    assert (body.rules[0].number, body.rules[0].inputs[0].text) == (1, "")


def test_comments_and_sections_do_not_change_the_text() -> None:
    literal = "<literalExpression><text><!-- 2 + -->1<![CDATA[ < 2]]></text></literalExpression>"
    body = read_model(dmn.model(dmn.decision("d", literal))).nodes[0].body
    assert isinstance(body, Text)
    assert body.text == "1 < 2"


def test_deep_nesting_ends_in_words() -> None:
    def nested(depth: int) -> str:
        return dmn.model(dmn.decision("d", "<list>" * depth + "</list>" * depth))

    assert read_model(nested(40)).nodes[0].body is not None
    with pytest.raises(DecisionFailed, match="嵌套过深"):
        read_model(nested(45))

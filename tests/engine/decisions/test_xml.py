import pytest
from lxml import etree

from server.domain.errors import DecisionFailed
from server.engine.decisions.xml import (
    attribute,
    child,
    children,
    is_model,
    read,
    tag,
    text_of,
    type_of,
)
from tests.factories import dmn


def test_small_ways_to_read() -> None:
    root = read(dmn.model(dmn.decision("a", dmn.literal(" 1 "), kind="number")))
    decision = child(root, "decision")
    assert decision is not None
    assert attribute(decision, "id") == "a"
    assert type_of(child(decision, "variable")) == "number"
    assert text_of(child(decision, "literalExpression")) == "1"
    assert [tag(each) for each in children(root, "decision", "input")] == ["decision"]
    assert (attribute(None, "x"), text_of(None), child(root, "x")) == ("", "", None)
    assert tag(etree.Element("{urn:x}decision")) == ""


@pytest.mark.parametrize("namespace", ["", "urn:x", "http://www.omg.org/spec/BPMN/20100524/MODEL"])
def test_only_models_of_the_standard_are_models(namespace: str) -> None:
    assert not is_model(namespace)


def test_tables_may_have_more_elements_than_diagrams_but_not_any_number() -> None:
    wide = dmn.model(dmn.decision("d", dmn.table(["x"] * 5, ["o"], [("1",) * 6] * 1_900)))
    assert len(list(read(wide).iter())) > 20_000
    huge = dmn.model("<decision/>" * 60_001)
    with pytest.raises(DecisionFailed, match="元素"):
        read(huge)

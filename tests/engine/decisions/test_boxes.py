from server.engine.decisions.boxes import (
    AGGREGATIONS,
    POLICIES,
    Conditional,
    List,
    Text,
    boxes,
    parts,
)


def test_every_box_inside_is_found_outermost_first() -> None:
    one, two, three = (Text(text=str(number)) for number in (1, 2, 3))
    inner = Conditional(test=one, then=two, otherwise=None)
    outer = List(items=(inner, None, three))
    assert list(boxes(outer)) == [outer, inner, one, two, three]
    assert list(parts(outer)) == [inner, three]
    assert list(boxes(None)) == []


def test_the_seven_policies_and_four_aggregations_of_the_standard() -> None:
    assert len(POLICIES) == 7
    assert set(AGGREGATIONS) == {"", "SUM", "MIN", "MAX", "COUNT"}

import pytest

from server.domain.errors import DecisionFailed
from server.engine.decisions.boxes import Table
from server.engine.decisions.graph import Graph, GraphBroken, compile_decision, texts, too_large
from server.engine.decisions.reader import read_model
from tests.factories import dmn


def graph(*files: str) -> Graph:
    return Graph(tuple(read_model(text) for text in files))


def test_a_decision_is_found_by_id_then_name_then_label() -> None:
    found = graph(
        dmn.model(
            dmn.decision("a", dmn.literal("1"), label="b"),
            dmn.decision("b", dmn.literal("2"), label="管辖"),
        )
    )
    assert found.find("b").id == "b"
    assert found.find("管辖").id == "b"
    assert found.has("a")
    assert not found.has("c")


def test_the_first_file_is_searched_first_and_two_of_a_name_are_told() -> None:
    one = dmn.model(dmn.decision("a", dmn.literal("1")), namespace="urn:1")
    two = dmn.model(dmn.decision("a", dmn.literal("2")), namespace="urn:2")
    other = dmn.model(dmn.decision("z", dmn.literal("3")), namespace="urn:3")
    assert graph(one, two).find("a").ns == "urn:1"
    with pytest.raises(DecisionFailed, match="几个决策"):
        graph(other, one, two).find("a")


def test_what_is_reached_comes_before_what_needs_it() -> None:
    found = graph(
        dmn.model(
            dmn.input_data("x"),
            dmn.decision("a", dmn.literal("1"), needs=["b", "c"]),
            dmn.decision("b", dmn.literal("1"), needs=["c"]),
            dmn.decision("c", dmn.literal("1"), needs=["i_x"]),
            dmn.decision("aside", dmn.literal("1")),
        )
    )
    assert [node.id for node in found.reached(found.find("a"))] == ["i_x", "c", "b", "a"]


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ([dmn.decision("a", dmn.literal("1"), needs=["a"])], "cycle"),
        ([dmn.decision("a", dmn.literal("1"), needs=["none"])], "missing"),
        (
            [
                dmn.decision("a" if n == 0 else f"d{n}", dmn.literal("1"), needs=[f"d{n + 1}"])
                for n in range(11)
            ]
            + [dmn.decision("d11", dmn.literal("1"))],
            "deep",
        ),
    ],
)
def test_a_broken_graph_says_how(parts: list[str], kind: str) -> None:
    found = graph(dmn.model(*parts))
    with pytest.raises(GraphBroken) as broken:
        found.reached(found.find("a"))
    assert (broken.value.kind, broken.value.element) == (kind, "a")


def test_depth_is_that_of_the_longest_way() -> None:
    chain = [dmn.decision(f"d{n}", dmn.literal("1"), needs=[f"d{n + 1}"]) for n in range(10)]
    found = graph(
        dmn.model(
            dmn.decision("a", dmn.literal("1"), needs=["d5", "d0"]),
            *chain,
            dmn.decision("d10", dmn.literal("1")),
        )
    )
    assert len(found.reached(found.find("d0"))) == 11
    with pytest.raises(GraphBroken, match="10层"):
        found.reached(found.find("a"))


def test_only_inputs_that_may_matter_are_read() -> None:
    found = graph(
        dmn.model(
            dmn.input_data("x", label="标签"),
            dmn.input_data("y"),
            dmn.decision("a", dmn.literal("x"), needs=["i_x"]),
        )
    )
    program = compile_decision(found, found.find("a"))
    assert [name for name in ("x", "标签", "i_x", "y", "z") if program.reads(name)] == [
        "x",
        "标签",
        "i_x",
    ]


def test_the_same_content_has_the_same_hash() -> None:
    text = dmn.model(dmn.decision("a", dmn.literal("1")))
    one, two = (compile_decision(graph(text), graph(text).find("a")) for _turn in range(2))
    assert one.hash == two.hash
    changed = graph(text.replace(">1<", ">2<"))
    assert compile_decision(changed, changed.find("a")).hash != one.hash


def test_every_text_of_a_node_is_listed_with_its_element() -> None:
    table = dmn.table(["x"], [("o", "", '"z"')], [('"a"', "1")])
    node = graph(dmn.model(dmn.decision("a", f"<list>{table}{dmn.literal('2', 'l')}</list>"))).find(
        "a"
    )
    assert set(texts(node)) == {
        ("in1", "x"),
        ("out1", '"z"'),
        ("r1c1", '"a"'),
        ("r1c2", "1"),
        ("l", "2"),
    }


def test_a_table_that_is_too_large_is_not_sent() -> None:
    found = graph(dmn.model(dmn.decision("a", dmn.table(["x"] * 50, ["o"], []))))
    body = found.find("a").body
    assert isinstance(body, Table)
    assert "50" in too_large(body)
    with pytest.raises(DecisionFailed, match="50"):
        compile_decision(found, found.find("a"))


def test_types_are_found_in_the_file_and_in_imports() -> None:
    other = dmn.model(dmn.item("tOther"), namespace="urn:other")
    own = dmn.model(dmn.item("tOwn"), imports=[("o", "urn:other")])
    found = graph(own, other)
    assert found.item("urn:test", "tOwn") is not None
    assert found.item("urn:test", "o.tOther") is not None
    assert found.item("urn:test", "tOther") is None
    assert found.item("urn:none", "tOwn") is None

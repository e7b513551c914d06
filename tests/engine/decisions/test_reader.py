import pytest

from server.engine.decisions.reader import read_model
from tests.factories import dmn


def test_variables_carry_the_name_and_shapes_the_label() -> None:
    (node,) = read_model(dmn.model(dmn.input_data("level", "string", label="干部管理权限"))).nodes
    assert (node.kind, node.id, node.name, node.label, node.type) == (
        "input",
        "i_level",
        "level",
        "干部管理权限",
        "string",
    )


def test_ids_are_optional() -> None:
    text = dmn.model(dmn.decision("a", dmn.literal("1"))).replace(' id="a"', "")
    (node,) = read_model(text).nodes
    assert (node.id, node.key) == ("a", "urn:test#a")


def test_requirements_of_every_kind_become_keys() -> None:
    text = dmn.model(dmn.decision("a", dmn.literal("1"), needs=["i_x", "b", "k_k", "urn:o#c"]))
    assert read_model(text).nodes[0].requires == (
        "urn:test#i_x",
        "urn:test#b",
        "urn:o#c",
        "urn:test#k_k",
    )


def test_item_definitions_keep_components_and_limits() -> None:
    text = dmn.model(
        '<itemDefinition name="t" isCollection="true"><itemComponent name="a">'
        '<typeRef>string</typeRef><allowedValues><text>"x"</text></allowedValues>'
        '</itemComponent></itemDefinition><itemDefinition name="f">'
        '<functionItem outputTypeRef="number"/></itemDefinition>'
    )
    item, function = read_model(text).types
    assert (item.name, item.collection, item.components[0].allowed) == ("t", True, '"x"')
    assert (function.function, function.output) == (True, "number")


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_every_version_of_the_standard_is_read(namespace: str) -> None:
    text = dmn.model(dmn.decision("a", dmn.literal("1"))).replace(dmn.MODEL, namespace)
    assert [node.id for node in read_model(text).nodes] == ["a"]


def test_the_picture_and_foreign_elements_are_left_alone() -> None:
    text = dmn.model(
        '<extensionElements><x:y xmlns:x="urn:x"/></extensionElements>',
        dmn.decision("a", "<description>d</description>" + dmn.literal("1")),
        '<dmndi:DMNDI xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/"/>',
    )
    (node,) = read_model(text).nodes
    assert node.body is not None
    assert node.body.kind == "literal"

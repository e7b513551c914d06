from server.engine.decisions.model import Node


def test_a_node_is_named_by_its_file_and_its_id() -> None:
    node = Node(kind="decision", ns="urn:a", id="d", name="d", label="d")
    assert node.key == "urn:a#d"

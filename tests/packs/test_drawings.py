"""Diagrams are drawn to be read: by whoever looks at one on a screen or a sheet."""

from pathlib import Path

import pytest

from server.config import SHIPPED
from tests.factories.drawings import Drawing, read

DIAGRAMS = sorted((SHIPPED / "processes").glob("*/*.bpmn"))
#: of one diagram; more cannot be followed
MOST_CROSSINGS = 3


@pytest.mark.parametrize("file", DIAGRAMS, ids=lambda file: file.stem)
def test_no_flow_runs_through_a_shape_and_few_cross(file: Path) -> None:
    drawing = read(file)

    assert set(drawing.flows) == set(drawing.ends)
    assert drawing.through() == []
    assert len(drawing.crossings()) <= MOST_CROSSINGS, drawing.crossings()


def test_a_crossing_and_a_flow_through_a_shape_are_found() -> None:
    drawing = Drawing(
        boxes={"task": (40, 40, 60, 60)},
        flows={"across": [(0, 50), (100, 50)], "down": [(20, 0), (20, 100)]},
        ends={"across": ("a", "b"), "down": ("c", "d")},
        inside={},
    )

    assert drawing.crossings() == [("across", "down")]
    assert drawing.through() == [("across", "task")]

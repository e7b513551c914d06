"""The drawing of a diagram as boxes and lines: where flows cross, and what they run through."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

from lxml import etree

Point = tuple[float, float]
Line = tuple[Point, Point]
#: left, top, right, bottom
Box = tuple[float, float, float, float]

#: shapes that flows lie on by their nature
_GROUND = {"participant", "lane", "group", "textAnnotation", "dataObjectReference"}


@dataclass(frozen=True)
class Drawing:
    """Boxes of the flow nodes and lines of the sequence flows, by element id."""

    boxes: dict[str, Box]
    flows: dict[str, list[Point]]
    #: flow -> where it comes from and leads to
    ends: dict[str, tuple[str, str]]
    #: element -> the sub-process it lies in, and boundary event -> its task
    inside: dict[str, str]

    def crossings(self) -> list[tuple[str, str]]:
        """Pairs of flows that cross, once per place; those that meet in an end do not."""
        return [
            (one, other)
            for one, other in combinations(sorted(self.flows), 2)
            for line in pairwise(self.flows[one])
            for across in pairwise(self.flows[other])
            if _cross(line, across)
        ]

    def through(self) -> list[tuple[str, str]]:
        """Flows with the shape they run through that is neither their end nor around an end."""
        return [
            (flow, shape)
            for flow, points in sorted(self.flows.items())
            for shape, box in self.boxes.items()
            if shape not in self._around(flow)
            and any(_hits(each, box) for each in pairwise(points))
        ]

    def _around(self, flow: str) -> set[str]:
        return {shape for end in self.ends[flow] for shape in self._within(end)}

    def _within(self, element: str) -> Iterator[str]:
        while element:
            yield element
            element = self.inside.get(element, "")


def read(file: Path) -> Drawing:
    """The first drawing of a BPMN file."""
    root = etree.parse(file).getroot()
    kinds, ends, inside = {}, {}, {}
    for element in root.iter(etree.Element):
        name, kind = element.get("id", ""), etree.QName(element).localname
        kinds[name] = kind
        if kind == "sequenceFlow":
            ends[name] = (element.get("sourceRef", ""), element.get("targetRef", ""))
        parent = element.getparent()
        if parent is not None and etree.QName(parent).localname == "subProcess":
            inside[name] = parent.get("id", "")
    boxes, flows = {}, {}
    for shape in root.iter("{*}BPMNShape"):
        bounds = shape.find("{*}Bounds")
        drawn = shape.get("bpmnElement", "")
        if bounds is not None and kinds.get(drawn, "group") not in _GROUND:
            x, y, width, height = _numbers(bounds, "x", "y", "width", "height")
            boxes[drawn] = (x, y, x + width, y + height)
    for edge in root.iter("{*}BPMNEdge"):
        if kinds.get(drawn := edge.get("bpmnElement", "")) == "sequenceFlow":
            flows[drawn] = [_numbers(at, "x", "y") for at in edge.iter("{*}waypoint")]
    return Drawing(boxes=boxes, flows=flows, ends=ends, inside=inside)


def _numbers(element: Any, *names: str) -> Any:
    return tuple(float(element.get(name)) for name in names)


def _cross(one: Line, other: Line) -> bool:
    """Do two lines have one point in common that is an end of neither?"""
    (ax, ay), (bx, by) = one
    (cx, cy), (dx, dy) = other
    turn = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if turn == 0:
        return False
    along = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / turn
    across = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / turn
    return 0 < along < 1 and 0 < across < 1


def _hits(line: Line, box: Box) -> bool:
    """Does a line run through the inside of a box? A touched edge does not count."""
    (ax, ay), (bx, by) = line
    left, top, right, bottom = box[0] + 1, box[1] + 1, box[2] - 1, box[3] - 1
    low, high = 0.0, 1.0
    for start, way, least, most in ((ax, bx - ax, left, right), (ay, by - ay, top, bottom)):
        if way == 0:
            if not least < start < most:
                return False
            continue
        enter, leave = sorted(((least - start) / way, (most - start) / way))
        low, high = max(low, enter), min(high, leave)
    return low < high

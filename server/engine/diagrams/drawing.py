"""Places for the elements the normaliser inserts, so that the drawing stays complete."""

from lxml import etree

from server.engine.xml_gate import BPMNDI, DC, DI, tag

#: width and height of an inserted gateway or event
SIZE = 24.0
_GAP = 8.0


def shape_of(root: etree._Element, element_id: str) -> etree._Element | None:
    """The BPMNShape of this element, None when it is not drawn."""
    for shape in root.iter(tag("BPMNShape", BPMNDI)):
        if shape.get("bpmnElement") == element_id:
            return shape
    return None


def place_beside(root: etree._Element, near: str, element_id: str, *, before: bool) -> None:
    """Draw a small shape to the right of ``near``, or to the left, when that one is drawn."""
    neighbour = shape_of(root, near)
    bounds = None if neighbour is None else neighbour.find(tag("Bounds", DC))
    plane = None if neighbour is None else neighbour.getparent()
    if bounds is None or plane is None:
        return
    x, y, width, height = (_number(bounds, name) for name in ("x", "y", "width", "height"))
    shape = etree.SubElement(plane, tag("BPMNShape", BPMNDI))
    shape.set("id", f"{element_id}_di")
    shape.set("bpmnElement", element_id)
    left = x - _GAP - SIZE if before else x + width + _GAP
    box = etree.SubElement(shape, tag("Bounds", DC))
    for name, value in (
        ("x", left),
        ("y", y + height / 2 - SIZE / 2),
        ("width", SIZE),
        ("height", SIZE),
    ):
        box.set(name, f"{value:g}")


def connect(root: etree._Element, flow_id: str, source: str, target: str) -> None:
    """Draw a straight edge between the middles of two drawn shapes."""
    ends = [_middle(shape_of(root, element)) for element in (source, target)]
    plane = next(root.iter(tag("BPMNPlane", BPMNDI)), None)
    if plane is None or None in ends:
        return
    edge = etree.SubElement(plane, tag("BPMNEdge", BPMNDI))
    edge.set("id", f"{flow_id}_di")
    edge.set("bpmnElement", flow_id)
    for point in ends:
        if point is not None:
            waypoint = etree.SubElement(edge, tag("waypoint", DI))
            waypoint.set("x", f"{point[0]:g}")
            waypoint.set("y", f"{point[1]:g}")


def top_of(root: etree._Element, element_id: str) -> float | None:
    """The y coordinate of a drawn element."""
    shape = shape_of(root, element_id)
    bounds = None if shape is None else shape.find(tag("Bounds", DC))
    return None if bounds is None else _number(bounds, "y")


def _middle(shape: etree._Element | None) -> tuple[float, float] | None:
    bounds = None if shape is None else shape.find(tag("Bounds", DC))
    if bounds is None:
        return None
    x, y, width, height = (_number(bounds, name) for name in ("x", "y", "width", "height"))
    return x + width / 2, y + height / 2


def _number(bounds: etree._Element, name: str) -> float:
    try:
        return float(bounds.get(name, "0"))
    except ValueError:
        return 0.0  # the schema names the attribute

"""Whatever is torn out of a diagram or put in twice: findings, never an exception."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.factories.diagnosis import diagnose

ACCEPTED = sorted((Path(__file__).parent.parent / "corpus" / "bpmn" / "accept").iterdir())
WORDS = ("", "work", "start", "end", "Start", "ghost", "1", "-1", "a'b", "P5D", "{{x}}", "受理")


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_torn_diagram_gives_findings_and_no_exception(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(ACCEPTED))
    root = etree.fromstring(path.read_bytes())
    for _cut in range(data.draw(st.integers(1, 4))):
        tear(root, data)
    findings = diagnose({"torn.bpmn": etree.tostring(root)})
    # the engine refuses nothing that the checks let pass: that would be a gap of theirs
    assert {"GATE_FAILED", "ENGINE_REFUSED"}.isdisjoint(finding.code for finding in findings)
    assert all(finding.message for finding in findings)


def tear(root: etree._Element, data: st.DataObject) -> None:
    """Remove, repeat, move or rewrite one element or attribute."""
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    element = data.draw(st.sampled_from(elements))
    parent = element.getparent()
    match data.draw(st.sampled_from(["drop", "twice", "move", "attribute", "text", "tag"])):
        case "drop" if parent is not None:
            parent.remove(element)
        case "twice" if parent is not None:
            parent.append(etree.fromstring(etree.tostring(element)))
        case "move":
            target = data.draw(st.sampled_from(elements))
            if parent is not None and element not in (target, *target.iterancestors()):
                target.append(element)
        case "attribute":
            names = [*map(str, element.attrib), "id", "default", "attachedToRef", "messageRef"]
            element.set(data.draw(st.sampled_from(names)), data.draw(st.sampled_from(WORDS)))
        case "text":
            element.text = data.draw(st.sampled_from(WORDS))
        case "tag":
            element.tag = data.draw(st.sampled_from(elements)).tag

"""What a drawing says by the words of BPMN, without our reader, rewrites, rules or engine.

Small on purpose: tasks, gateways, conditions that compare one name with one literal, several flows
out of a task, links, calls. Reads the file as it was exported.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from lxml import etree

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_TASKS = {"task", "userTask", "manualTask"}
_CONDITION = re.compile(r"=?\s*(\w+)\s*=\s*(true|false)\s*")


class Model:
    """One process of an exported file."""

    def __init__(self, data: bytes, process: str) -> None:
        root = etree.fromstring(data)
        self._root = root
        self._process = self._find(process)

    def choices(self) -> Iterator[dict[str, bool]]:
        """Every way to answer what the conditions ask."""
        names = sorted(
            {
                match.group(1)
                for each in self._root.iter(f"{_BPMN}conditionExpression")
                if (match := _CONDITION.fullmatch(each.text or ""))
            }
        )
        for values in itertools.product((True, False), repeat=len(names)):
            yield dict(zip(names, values, strict=True))

    def played(self, answers: Mapping[str, bool]) -> list[tuple[str, int]]:
        """How often each task is worked on until nothing is left to do."""
        count: Counter[str] = Counter()
        self._play(self._process, answers, count)
        return sorted(count.items())

    def _play(
        self, process: etree._Element, answers: Mapping[str, bool], count: Counter[str]
    ) -> None:
        tokens = [each for each in process if _kind(each) == "startEvent"]
        arrived: Counter[str] = Counter()
        while tokens:
            node = tokens.pop(0)
            kind, name = _kind(node), node.get("id", "")
            if kind in _TASKS:
                count[name] += 1
            elif kind == "callActivity":
                self._play(self._find(self._called(node)), answers, count)
            elif kind == "parallelGateway":
                arrived[name] += 1
                if arrived[name] < len(self._flows(process, "targetRef", name)):
                    continue
                arrived[name] = 0
            tokens += self._next(process, node, answers)

    def _next(
        self, process: etree._Element, node: etree._Element, answers: Mapping[str, bool]
    ) -> list[etree._Element]:
        link = node.find(f"{_BPMN}linkEventDefinition")
        if link is not None and _kind(node) == "intermediateThrowEvent":
            catches = process.iterfind(f"{_BPMN}intermediateCatchEvent/{_BPMN}linkEventDefinition")
            return [self._around(each) for each in catches if each.get("name") == link.get("name")]
        leaving = self._flows(process, "sourceRef", node.get("id", ""))
        default = node.get("default", "")
        plain = [each for each in leaving if not _asked(each) and each.get("id") != default]
        held = [each for each in leaving if _asked(each) and _holds(each, answers)]
        chosen = [*held, *plain]
        if _kind(node) == "exclusiveGateway":
            chosen = chosen[:1]
        if not held:
            chosen += [each for each in leaving if each.get("id") == default]
        return [self._find(each.get("targetRef", "")) for each in chosen]

    def _around(self, element: etree._Element) -> etree._Element:
        around = element.getparent()
        assert around is not None
        return around

    def _called(self, node: etree._Element) -> str:
        inner = next((each for each in node.iter() if each.get("processId")), node)
        return str(node.get("calledElement") or inner.get("processId"))

    def _flows(self, process: etree._Element, end: str, name: str) -> list[etree._Element]:
        return [each for each in process.iter(f"{_BPMN}sequenceFlow") if each.get(end) == name]

    def _find(self, name: str) -> etree._Element:
        return next(each for each in self._root.iter() if each.get("id") == name)


def _kind(node: etree._Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _asked(flow: etree._Element) -> str:
    return str(flow.findtext(f"{_BPMN}conditionExpression") or "")


def _holds(flow: etree._Element, answers: Mapping[str, bool]) -> bool:
    match = _CONDITION.fullmatch(_asked(flow))
    assert match is not None
    return answers[match.group(1)] is (match.group(2) == "true")

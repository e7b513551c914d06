"""Two files of decisions: columns, and rules cell by cell."""

from collections.abc import Iterator

from lxml import etree

from server.checker.comparing.changes import Change, Part, Unreadable, compared
from server.domain.texts import _
from server.engine import xml_gate
from server.engine.xml_gate import local

Element = etree._Element


def compare(before: bytes, after: bytes) -> list[Change]:
    """The differences, rule by rule; a rule is known by its id.

    Raises:
        Unreadable: one of the two cannot be read.
    """
    return list(compared(dict(_parts(before)), dict(_parts(after))))


def _parts(content: bytes) -> Iterator[tuple[str, Part]]:
    root = xml_gate.read("", content).root
    if root is None:
        raise Unreadable
    for decision in _inner(root, "decision"):
        key, name = decision.get("id", ""), decision.get("name", "")
        table = next(iter(_inner(decision, "decisionTable")), None)
        if table is None:
            yield key, Part(label=name, properties={_("表达式"): _text(decision)})
            continue
        columns = [*map(_column, _inner(table, "input")), *map(_column, _inner(table, "output"))]
        yield (
            key,
            Part(
                label=_("决策表“{name}”").format(name=name),
                properties={
                    _("命中规则"): table.get("hitPolicy", "UNIQUE"),
                    _("列"): "、".join(columns),
                },
            ),
        )
        for nth, rule in enumerate(_inner(table, "rule"), 1):
            cells = [*_inner(rule, "inputEntry"), *_inner(rule, "outputEntry")]
            labels = [*columns, *[""] * max(0, len(cells) - len(columns))]
            properties = {
                label: _text(cell) or "-" for label, cell in zip(labels, cells, strict=False)
            }
            label = _("“{name}”第{n}行").format(name=name, n=nth)
            yield f"{key}#{rule.get('id') or nth}", Part(label=label, properties=properties)


def _column(element: Element) -> str:
    return (
        element.get("label")
        or element.get("name")
        or _text(next(iter(_inner(element, "inputExpression")), element))
    )


def _inner(element: Element, name: str) -> list[Element]:
    return [
        each for each in element.iterchildren() if isinstance(each.tag, str) and local(each) == name
    ]


def _text(element: Element) -> str:
    texts = (each.text or "" for each in element.iter() if isinstance(each.tag, str))
    return " ".join(" ".join(texts).split())

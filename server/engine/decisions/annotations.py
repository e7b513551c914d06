"""What a decision file says to people: the name of each table, and the remark of each row.

A remark is the row's ``description``, or its first annotation; it names the article the row
follows. Nothing of it takes part in a decision.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from server.engine.decisions.xml import attribute, children, read, tag, text_of
from server.engine.recent import Recent


@dataclass(frozen=True, kw_only=True, slots=True)
class Remarks:
    """The words of the tables of some files."""

    #: id of a decision or knowledge model -> what people call it
    labels: Mapping[str, str] = field(default_factory=dict)
    #: id of a rule -> its remark; rules without one are left out
    rules: Mapping[str, str] = field(default_factory=dict)


_cache: Final[Recent[tuple[bytes, ...], Remarks]] = Recent(64)


def remarks(files: Mapping[str, bytes]) -> Remarks:
    """The words of these files; the same content is read once.

    Raises:
        DecisionFailed: one of them cannot be read as DMN.
    """
    contents = tuple(files[name] for name in sorted(files))
    known = _cache.get(contents)
    if known is None:
        known = _read(contents)
        _cache.put(contents, known)
    return known


def _read(contents: tuple[bytes, ...]) -> Remarks:
    labels: dict[str, str] = {}
    rules: dict[str, str] = {}
    for content in contents:
        for element in read(content):
            if tag(element) in ("decision", "businessKnowledgeModel"):
                labels[attribute(element, "id")] = attribute(element, "name")
                rules |= dict(_rows(element))
    return Remarks(labels=labels, rules=rules)


def _rows(element: etree._Element) -> Iterator[tuple[str, str]]:
    for inner in element.iter():
        if isinstance(inner.tag, str) and tag(inner) == "rule":
            text = text_of(inner, "description") or _annotation(inner)
            if text:
                yield attribute(inner, "id"), text


def _annotation(rule: etree._Element) -> str:
    entries = children(rule, "annotationEntry")
    return next((text for each in entries if (text := text_of(each))), "")

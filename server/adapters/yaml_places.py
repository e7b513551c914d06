"""Where the entries of a YAML file stand in its text, to the character."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from server.adapters import yaml_files
from server.domain.errors import Invalid, NotFound
from server.domain.texts import _

Step = str | int
Path = Sequence[Step]
#: a mapping or a list; the stubs of PyYAML do not know which nodes have a style
Held = Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One value of the file and what it stands in."""

    node: Held
    #: the collection it is an entry of; None for the whole file
    parent: Held = None
    #: which entry
    index: int = 0
    #: its key, in a mapping
    key: Held = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The text of a file with its nodes."""

    text: str
    root: yaml.Node

    def at(self, path: Path) -> Place | None:
        """The place of a path; None when there is no such entry."""
        place = Place(node=self.root)
        for step in path:
            found = child(place.node, step)
            if found is None:
                return None
            place = found
        return place

    def end(self, node: Held) -> int:
        """Where its text ends, without the comments and blank lines behind it."""
        if isinstance(node, yaml.ScalarNode):
            if node.style in ("|", ">"):
                return len(self.text[: node.end_mark.index].rstrip("\r\n \t"))
            return int(node.end_mark.index)
        if node.flow_style or not node.value:
            return int(node.end_mark.index)
        last = node.value[-1]
        return self.end(last[1] if isinstance(last, tuple) else last)

    def line_start(self, index: int) -> int:
        """Where the line of a character begins."""
        return self.text.rfind("\n", 0, index) + 1

    def line_end(self, index: int) -> int:
        """Where it ends, before the line break."""
        found = self.text.find("\n", index)
        end = len(self.text) if found < 0 else found
        return end - 1 if end > index and self.text[end - 1] == "\r" else end

    def past_blank(self, index: int) -> int:
        """The next character that is neither blank nor in a comment."""
        text = self.text
        while index < len(text) and (text[index].isspace() or text[index] == "#"):
            index = self.line_end(index) if text[index] == "#" else index + 1
        return index

    def start(self, parent: Held, index: int) -> int:
        """Where an entry begins: its key, its dash, or in a flow list the item itself."""
        entry = parent.value[index]
        if isinstance(entry, tuple):
            return int(entry[0].start_mark.index)
        if parent.flow_style:
            return int(entry.start_mark.index)
        if index == 0:
            return int(parent.start_mark.index)
        return self.past_blank(self.end(parent.value[index - 1]))

    def entry_end(self, parent: Held, index: int) -> int:
        """Where an entry ends; in a block with the comment behind it on its last line."""
        entry = parent.value[index]
        end = self.end(entry[1] if isinstance(entry, tuple) else entry)
        return end if parent.flow_style else self.line_end(end)

    def is_bare(self, node: yaml.Node) -> bool:
        """Is it the one pair of ``[key: value]``, a mapping without braces?"""
        return (
            isinstance(node, yaml.MappingNode)
            and bool(node.flow_style)
            and self.text[node.start_mark.index] != "{"
        )


def sheet(content: bytes) -> Sheet:
    """The file, read as strictly as everywhere.

    Raises:
        Invalid: it is no YAML that a pack may hold, or empty.
    """
    root, findings = yaml_files.compose("", content)
    if root is None:
        raise Invalid(_("文件不是有效的YAML"), findings)
    return Sheet(content.decode("utf-8-sig"), root)


def child(node: yaml.Node, step: Step) -> Place | None:
    """One entry of a collection."""
    if isinstance(node, yaml.MappingNode):
        for index, (key, value) in enumerate(node.value):
            if key.value == str(step):
                return Place(node=value, parent=node, index=index, key=key)
    elif (
        isinstance(node, yaml.SequenceNode)
        and isinstance(step, int)
        and 0 <= step < len(node.value)
    ):
        return Place(node=node.value[step], parent=node, index=step)
    return None


def found(paper: Sheet, path: Path) -> Place:
    """The place of a path that must be there.

    Raises:
        NotFound: it is not.
    """
    place = paper.at(path)
    if place is None:
        raise NotFound
    return place


def value_of(node: yaml.Node) -> Any:
    """What a node means."""
    return SafeConstructor().construct_object(node, deep=True)


def same(one: Any, other: Any) -> bool:
    """Equal also in kind: 1 is not true, and 5 is not "5"."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)

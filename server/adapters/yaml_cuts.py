"""Where a file of YAML is cut to write a value anew, to take an entry out, or to put one in."""

from collections.abc import Sequence
from typing import Any

import yaml

from server.adapters import yaml_words
from server.adapters.yaml_places import Held, Path, Place, Sheet, found, value_of
from server.domain.errors import Invalid, NotFound
from server.domain.texts import _

#: (from, to, what stands there then)
Cut = tuple[int, int, str]


def replaced(paper: Sheet, place: Place, value: Any) -> Cut:
    """The value written anew where the old one stands."""
    node, parent = place.node, place.parent
    start, end = node.start_mark.index, paper.end(node)
    if parent is None:
        return start, end, yaml_words.flow(value)
    if parent.flow_style:
        text = yaml_words.flow(value)
        if isinstance(value, str) and isinstance(node, yaml.ScalarNode):
            text = yaml_words.scalar(value, style=node.style)
        blank = " " if paper.text[start - 1] == ":" else ""
        return start, end, f"{blank}{text}"
    if place.key is not None:
        start = paper.past_blank(place.key.end_mark.index) + 1
        indent = place.key.start_mark.column
        text = yaml_words.after_key(value, indent)
    else:
        start, indent = paper.start(parent, place.index) + 1, parent.start_mark.column
        text = yaml_words.after_dash(value, indent)
    if isinstance(node, yaml.ScalarNode) and isinstance(value, str) and "\n" not in text:
        text = f" {yaml_words.scalar(value, style=node.style)}"
    return start, max(start, end), _commented(paper, start, node, text)


def _commented(paper: Sheet, start: int, node: Held, text: str) -> str:
    """The new text with the comment that stood behind the key."""
    between = paper.text[start : max(start, node.start_mark.index)]
    comment = between.strip()
    if not comment.startswith("#") or "\n" in comment:
        return text
    first, newline, rest = text.partition("\n")
    return f"{first}  {comment}{newline}{rest}"


def removed(paper: Sheet, path: Path, place: Place) -> list[Cut]:
    """The entry taken out, with its lines where it has lines of its own."""
    parent = place.parent
    if parent is None:
        raise NotFound
    start = paper.start(parent, place.index)
    end = paper.entry_end(parent, place.index)
    count = len(parent.value)
    if paper.is_bare(parent) or (count == 1 and not parent.flow_style):
        rest: Any = {} if isinstance(parent, yaml.MappingNode) else []
        return [replaced(paper, found(paper, path[:-1]), rest)]
    if parent.flow_style:
        return _removed_from_flow(paper, parent, place.index, (start, end))
    begin = paper.line_start(start)
    if paper.text[begin:start].strip():
        # it begins behind a dash: the next one takes its place
        return [(start, paper.start(parent, place.index + 1), "")]
    after = min(len(paper.text), paper.text.find("\n", end) + 1 or end)
    if begin == start and paper.text[:begin].endswith("\n\n") and after == len(paper.text):
        begin -= 1  # the blank line that set the last section apart
    return [(begin, after, "")]


def _removed_from_flow(paper: Sheet, parent: Held, index: int, span: tuple[int, int]) -> list[Cut]:
    start, end = span
    comma = paper.past_blank(end)
    if paper.text[comma] == ",":
        after = comma + 1
        while paper.text[after] in " \t":
            after += 1
        return [(start, after, "")]
    if index == 0:
        return [(start, end, "")]
    before = paper.past_blank(paper.entry_end(parent, index - 1))
    return [(before, end, "")]


def added(
    paper: Sheet, holder: Place, key: Any, value: Any, order: Sequence[Any] = ()
) -> list[Cut]:
    """A new key behind those that ``order`` names before it, or behind all; or one more item."""
    node = holder.node
    if isinstance(node, yaml.SequenceNode) and key == len(node.value):
        if paper.is_bare(node) or not node.value:
            return [replaced(paper, holder, [value])]
        return [put(paper, holder, key, None, value)]
    if isinstance(node, yaml.SequenceNode):
        raise NotFound
    is_empty = isinstance(node, yaml.ScalarNode) or not node.value
    if is_empty or paper.is_bare(node):
        known = value_of(node)
        if known is not None and not isinstance(known, dict):
            raise Invalid(_("此处不是若干“键：值”"))
        return [replaced(paper, holder, {**(known or {}), key: value})]
    before = [str(each) for each in order][: list(order).index(key)] if key in order else []
    index = len(node.value)
    if key in order:
        index = max(
            (i + 1 for i, pair in enumerate(node.value) if pair[0].value in before), default=0
        )
    return [put(paper, holder, index, str(key), value)]


def put(paper: Sheet, holder: Place, index: int, key: str | None, value: Any) -> Cut:
    """One more entry before the one of this index, or behind the last."""
    node = holder.node
    if node.flow_style:
        text = yaml_words.flow(value) if key is None else yaml_words.flow({key: value})[1:-1]
        return _put_in_flow(paper, node, index, text)
    column = node.start_mark.column
    if key is None:
        text = f"-{yaml_words.after_dash(value, column)}"
    else:
        is_block = _is_block_beside(node, index) and isinstance(value, dict)
        text = f"{yaml_words.scalar(key)}:{yaml_words.after_key(value, column, is_block=is_block)}"
    text = text.replace("\n", _newline(paper))
    if index == 0:
        start = paper.start(node, 0)
        return start, start, f"{text}{_newline(paper)}{' ' * column}"
    end = paper.entry_end(node, index - 1)
    gap = _newline(paper) if column == 0 and isinstance(value, dict) else ""
    return end, end, f"{gap}{_newline(paper)}{' ' * column}{text}"


def _put_in_flow(paper: Sheet, node: Held, index: int, text: str) -> Cut:
    """Each on a line of its own where the others are."""
    starts = [paper.start(node, each) for each in range(len(node.value))]
    lines = {paper.line_start(each) for each in starts}
    gap = " "
    if len(lines) == len(starts) > 1:
        gap = _newline(paper) + " " * (starts[1] - paper.line_start(starts[1]))
    if index < len(starts):
        return starts[index], starts[index], f"{text},{gap}"
    end = paper.entry_end(node, index - 1)
    return end, end, f",{gap}{text}"


def _is_block_beside(node: Held, index: int) -> bool:
    beside = node.value[max(0, index - 1)][1]
    return isinstance(beside, yaml.MappingNode) and not beside.flow_style


def ordered(paper: Sheet, node: Held, order: list[int]) -> list[Cut]:
    """The entries in another order, each with the comment in its last line."""
    spans = [
        (paper.start(node, index), paper.entry_end(node, index)) for index in range(len(order))
    ]
    texts = [paper.text[start:end] for start, end in spans]
    return [(*spans[at], texts[which]) for at, which in enumerate(order) if at != which]


def _newline(paper: Sheet) -> str:
    return "\r\n" if "\r\n" in paper.text else "\n"

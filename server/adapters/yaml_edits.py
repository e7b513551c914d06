"""One entry of a YAML file changed; every other character of the file stays as it is.

A designer's comments, order and way of writing are part of the law's text, so nothing is ever
dumped anew: each edit cuts into the text at the places its nodes name. What was written is read
again by the strict reader, and an edit that does not mean exactly what was asked is refused.
"""

from difflib import SequenceMatcher
from typing import Any, Final

import orjson
import yaml

from server.adapters import yaml_cuts, yaml_files, yaml_words
from server.adapters.yaml_cuts import Cut
from server.adapters.yaml_places import (
    Path,
    Place,
    Sheet,
    child,
    found,
    same,
    sheet,
    value_of,
)
from server.domain.errors import Invalid, NotFound
from server.domain.texts import _

#: most single changes of one value; beyond, it is written anew as a whole
_MOST: Final = 60


def set_at(content: bytes, path: Path, value: Any) -> bytes:
    """The file with this value at the path; what of it was there already stays untouched.

    A key that is missing is added behind the others, what it stands in is made as well.

    Raises:
        Invalid: the file is no YAML of a pack, or the place cannot be written into.
        NotFound: the path leads through an item of a list that is not there.
    """
    wanted = _with(value_of(sheet(content).root), path, value)
    written = content
    for _turn in range(_MOST):
        paper = sheet(written)
        cuts = _next(paper, path, value)
        if not cuts:
            return _checked(written, wanted)
        written = _cut(content, paper, cuts)
    paper = sheet(content)
    return _checked(
        _cut(content, paper, [yaml_cuts.replaced(paper, found(paper, path), value)]), wanted
    )


def remove_at(content: bytes, path: Path) -> bytes:
    """The file without the entry.

    Raises:
        Invalid: the file is no YAML of a pack.
        NotFound: there is no such entry.
    """
    paper = sheet(content)
    place = found(paper, path)
    if place.parent is None:
        raise NotFound
    wanted = value_of(paper.root)
    del _holder(wanted, path)[place.key.value if place.key else place.index]
    return _checked(_cut(content, paper, yaml_cuts.removed(paper, path, place)), wanted)


def insert_at(content: bytes, path: Path, index: int, value: Any) -> bytes:
    """The file with one more item in the list at the path, before the one of this index.

    Raises:
        Invalid: the file is no YAML of a pack, or there is no list.
        NotFound: the path leads nowhere.
    """
    known = value_of(found(sheet(content), path).node)
    if not isinstance(known, list):
        raise Invalid(_("此处不是列表"))
    return set_at(content, path, [*known[:index], value, *known[index:]])


def move_at(content: bytes, path: Path, index: int, to: int) -> bytes:
    """The file with one item of the list at the path, or one entry of a mapping, moved.

    Raises:
        Invalid: the file is no YAML of a pack.
        NotFound: there is no such item, or no such new place.
    """
    paper = sheet(content)
    node = found(paper, path).node
    count = 0 if isinstance(node, yaml.ScalarNode) else len(node.value)
    if not (0 <= index < count and 0 <= to < count):
        raise NotFound
    order = [each for each in range(count) if each != index]
    order.insert(to, index)
    wanted = value_of(paper.root)
    if isinstance(node, yaml.SequenceNode):
        held = value_of(node)
        wanted = _with(wanted, path, [held[each] for each in order])
    return _checked(_cut(content, paper, yaml_cuts.ordered(paper, node, order)), wanted)


def rename_key(content: bytes, path: Path, name: str) -> bytes:
    """The file with another key for the entry at the path, which stays where it is.

    Raises:
        Invalid: the file is no YAML of a pack, or the name is taken.
        NotFound: there is no such entry.
    """
    paper = sheet(content)
    place = found(paper, path)
    if place.key is None or place.parent is None:
        raise NotFound
    if child(place.parent, name) is not None:
        raise Invalid(_("“{key}”已经有了，请换一个").format(key=name))
    wanted = value_of(paper.root)
    holder = _holder(wanted, path)
    entries = [(name if key == path[-1] else key, held) for key, held in holder.items()]
    holder.clear()
    holder.update(entries)
    key = place.key
    text = yaml_words.scalar(name, style=key.style)
    cut = (key.start_mark.index, key.end_mark.index, text)
    return _checked(_cut(content, paper, [cut]), wanted)


def _next(paper: Sheet, path: Path, value: Any) -> list[Cut]:
    """What is to be cut next so that the value stands at the path; nothing when it does."""
    place = paper.at(path)
    if place is not None:
        return _toward(paper, path, place, value)
    for known in range(len(path) - 1, -1, -1):
        holder = paper.at(path[:known])
        if holder is None:
            continue
        for step in reversed(path[known + 1 :]):
            value = {step: value}
        return yaml_cuts.added(paper, holder, path[known], value)
    raise NotFound


def _toward(paper: Sheet, path: Path, place: Place, value: Any) -> list[Cut]:
    node = place.node
    if same(value_of(node), value):
        return []
    if paper.is_bare(node) or not node.value or not value:
        return [yaml_cuts.replaced(paper, place, value)]
    if isinstance(node, yaml.MappingNode) and isinstance(value, dict):
        return _toward_mapping(paper, path, place, value)
    if isinstance(node, yaml.SequenceNode) and isinstance(value, list):
        return _toward_list(paper, path, place, value)
    return [yaml_cuts.replaced(paper, place, value)]


def _toward_mapping(paper: Sheet, path: Path, place: Place, value: dict[Any, Any]) -> list[Cut]:
    held = {key.value: node for key, node in place.node.value}
    if not held.keys() & {str(key) for key in value}:
        return [yaml_cuts.replaced(paper, place, value)]
    cuts = []
    for key, wanted in value.items():
        at = child(place.node, key)
        if at is None or same(value_of(at.node), wanted):
            continue
        inner = _toward(paper, (*path, key), at, wanted)
        if len(inner) > 1 or not isinstance(at.node, yaml.ScalarNode):
            return inner
        cuts += inner
    if cuts:
        return cuts
    for key in held:
        if key not in {str(each) for each in value}:
            return yaml_cuts.removed(paper, (*path, key), found(paper, (*path, key)))
    missing = next(key for key in value if str(key) not in held)
    return yaml_cuts.added(paper, place, missing, value[missing], order=list(value))


def _toward_list(paper: Sheet, path: Path, place: Place, value: list[Any]) -> list[Cut]:
    """The first difference: an item written anew, taken out, or put in; or another order."""
    node = place.node
    known_values = value_of(node)
    known = [_print(each) for each in known_values]
    wanted = [_print(each) for each in value]
    if sorted(known) == sorted(wanted):
        return yaml_cuts.ordered(paper, node, _order(known, wanted))
    for tag, i1, i2, j1, j2 in SequenceMatcher(a=known, b=wanted, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if tag == "replace":
            i, j = _pair(known_values, value, (i1, i2), (j1, j2))
            if i == i1 and j == j1:
                return _toward(paper, (*path, i), found(paper, (*path, i)), value[j])
            tag = "delete" if j == j1 else "insert"
        if tag == "delete":
            return yaml_cuts.removed(paper, (*path, i1), found(paper, (*path, i1)))
        return [yaml_cuts.put(paper, place, i1, None, value[j1])]
    return []


def _pair(
    known: list[Any], wanted: list[Any], here: tuple[int, int], there: tuple[int, int]
) -> tuple[int, int]:
    """Which of the items that differ are most alike, one of them the first of its side."""
    pairs = [(i, there[0]) for i in range(*here)]
    if there[1] - there[0] > here[1] - here[0]:
        pairs = [(here[0], j) for j in range(*there)]
    elif here[1] - here[0] == there[1] - there[0]:
        return here[0], there[0]
    return max(pairs, key=lambda pair: _alike(known[pair[0]], wanted[pair[1]]))


def _alike(one: Any, other: Any) -> int:
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return 0
    return sum(key in other and same(held, other[key]) for key, held in one.items())


def _order(known: list[bytes], wanted: list[bytes]) -> list[int]:
    left = list(range(len(known)))
    order = []
    for each in wanted:
        index = next(one for one in left if known[one] == each)
        left.remove(index)
        order.append(index)
    return order


def _print(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)


def _cut(content: bytes, paper: Sheet, cuts: list[Cut]) -> bytes:
    text = paper.text
    for start, end, put in sorted(cuts, reverse=True):
        text = text[:start] + put + text[end:]
    mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    return mark + text.encode()


def _with(root: Any, path: Path, value: Any) -> Any:
    """A copy of the file's value with this one at the path."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(root, list) and isinstance(step, int):
        if not 0 <= step <= len(root):
            raise NotFound
        inner = root[step] if step < len(root) else None
        return [*root[:step], _with(inner, rest, value), *root[step + 1 :]]
    if root is not None and not isinstance(root, dict):
        raise Invalid(_("此处不是若干“键：值”"))
    held = root or {}
    return {**held, step: _with(held.get(step), rest, value)}


def _holder(root: Any, path: Path) -> Any:
    for step in path[:-1]:
        root = root[step]
    return root


def _checked(content: bytes, wanted: Any) -> bytes:
    """What was written, once it reads as it should."""
    read, findings = yaml_files.load("", content)
    if findings or not same(read, wanted):
        raise Invalid(_("这一处的写法不能逐项修改，请改文本"), findings)
    return content

"""YAML as packs may write it: UTF-8, no aliases, no key twice, at most 1 MB, never an object.

The tokens come from libyaml, which is five times faster; the nodes are made here and not there,
since its own composer goes down with the whole process on a deep nesting.
"""

from collections.abc import Callable, Hashable
from typing import Any

import yaml
from yaml.composer import Composer

from server.domain.findings import Finding
from server.domain.texts import _

#: largest YAML file of a pack, in bytes (SECURITY PK-4)
MAX_YAML = 1024 * 1024
#: lists and mappings inside one another; a pack needs seven
MAX_NESTED = 40

#: reads a file as :func:`load` does
Load = Callable[[str, bytes], tuple[Any, list[Finding]]]


class _StrictLoader(Composer, yaml.CSafeLoader):
    """safe_load that refuses aliases, repeated keys and deep nesting instead of guessing."""

    def __init__(self, text: str) -> None:
        yaml.CSafeLoader.__init__(self, text)
        Composer.__init__(self)
        self._depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()
        refused = "alias" if isinstance(event, yaml.AliasEvent) else ""
        if self._depth > MAX_NESTED:
            refused = "nested"
        if refused:
            raise yaml.constructor.ConstructorError(None, None, refused, event.start_mark)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        seen: set[Hashable] = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"duplicate key {key}", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def load(file: str, content: bytes) -> tuple[Any, list[Finding]]:
    """The value of a YAML file, or the one finding why it cannot be read."""
    # _StrictLoader constructs as a SafeLoader does: no object is ever built
    return _read(file, content, lambda text: yaml.load(text, Loader=_StrictLoader))  # noqa: S506


def compose(file: str, content: bytes) -> tuple[yaml.Node | None, list[Finding]]:
    """The same file as nodes that know where in the text they stand; None when it is empty."""
    return _read(file, content, lambda text: _StrictLoader(text).get_single_node())


def _read(file: str, content: bytes, read: Callable[[str], Any]) -> tuple[Any, list[Finding]]:
    problem = ""
    if len(content) > MAX_YAML:
        return None, [_finding(file, "YAML_TOO_LARGE", _("文件超过1MB"))]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None, [_finding(file, "YAML_ENCODING", _("文件不是UTF-8编码"))]
    try:
        return read(text), []
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = _("第{line}行").format(line=mark.line + 1) if mark else ""
        problem = _("{place}不是有效的YAML：{why}").format(place=place, why=_why(error))
    except (yaml.YAMLError, ValueError):
        problem = _("不是有效的YAML")
    return None, [_finding(file, "YAML_SYNTAX", problem)]


def _why(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or ""
    if problem.startswith("duplicate key"):
        return _("键“{key}”重复").format(key=problem.removeprefix("duplicate key "))
    if problem == "alias":
        return _("不允许使用别名（*）")
    if problem == "nested":
        return _("嵌套超过{most}层").format(most=MAX_NESTED)
    return _("缩进或标点有误")


def _finding(file: str, code: str, message: str) -> Finding:
    return Finding(code=code, file=file, message=message, fix=_("改正后重新检查"))

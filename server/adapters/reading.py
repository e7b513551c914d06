"""Strict reading of a parsed YAML mapping: every unknown, missing or wrong entry is a finding.

A :class:`Node` never raises: it reports and goes on, so that one reading finds all problems.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, TypeVar

from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.packs import Basis, Feel, Given
from server.domain.texts import _

T = TypeVar("T")


@dataclass(slots=True)
class Report:
    """Collects the findings of one file."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def add(self, code: str, path: str, message: str, fix: str = "") -> None:
        """Note one problem at a YAML path such as ``deadlines.proposal.interval.n``."""
        element, _dot, rest = path.partition(".")
        self.findings.append(
            Finding(
                code=code, file=self.file, element=element, field=rest, message=message, fix=fix
            )
        )


class Node:
    """One mapping of the file with its path; what was not asked for is unknown (``finish``)."""

    def __init__(self, value: object, path: str, report: Report) -> None:
        self.path = path
        self._report = report
        self._asked: set[str] = set()
        if isinstance(value, Mapping):
            self._value: Mapping[str, Any] = {str(key): item for key, item in value.items()}
        else:
            self._value = {}
            if value is not None:
                self.wrong(path, _("应为若干“键：值”"))

    def wrong(self, path: str, expected: str) -> None:
        """Note that the value at ``path`` is not what it should be."""
        self._report.add(
            "PACK_VALUE",
            path,
            _("“{path}”的值不正确：{expected}").format(path=path, expected=expected),
            _("对照《政策包格式》改正该项"),
        )

    def at(self, key: str) -> str:
        """Path of an entry of this mapping."""
        return f"{self.path}.{key}" if self.path else key

    def raw(self, key: str) -> Any:
        """The value as YAML gave it, None when absent."""
        self._asked.add(key)
        return self._value.get(key)

    def names(self) -> tuple[str, ...]:
        """The names of all entries, in the order of the file."""
        return tuple(self._value)

    def values(self) -> dict[str, Any]:
        """All entries as YAML gave them."""
        return {key: self.raw(key) for key in self._value}

    def has(self, key: str) -> bool:
        """True when the entry stands there, even empty."""
        return key in self._value

    def _typed(self, key: str, kind: type | tuple[type, ...], default: Any, expected: str) -> Any:
        value = self.raw(key)
        if value is None:
            if default is REQUIRED:
                self._report.add(
                    "PACK_MISSING",
                    self.at(key),
                    _("缺少“{path}”").format(path=self.at(key)),
                    _("补上该项"),
                )
                return None
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            self.wrong(self.at(key), expected)
            return None if default is REQUIRED else default
        return value

    def text(self, key: str, default: Any = "") -> str:
        """A text; ``REQUIRED`` as default makes its absence a problem."""
        value = self._typed(key, str, default, _("应为文字（数字请加引号）"))
        return str(value) if value is not None else ""

    def whole(self, key: str, default: Any = None) -> int | None:
        """A whole number."""
        value = self._typed(key, int, default, _("应为整数"))
        return int(value) if value is not None else None

    def flag(self, key: str, *, default: bool) -> bool:
        """true or false."""
        return bool(self._typed(key, bool, default, _("应为 true 或 false")))

    def day(self, key: str, default: Any = None) -> date | None:
        """A date such as 2024-01-01."""
        value = self._typed(key, date, default, _("应为日期，例如2024-01-01"))
        return value if isinstance(value, date) else None

    def moment(self, key: str) -> time | None:
        """A time of day such as "08:30"; None when absent or "24:00"."""
        text = self.text(key)
        if text in ("", "24:00"):
            return None
        try:
            return time.fromisoformat(text)
        except ValueError:
            self.wrong(self.at(key), _('应为时刻，例如"08:30"'))
            return None

    def choice(self, key: str, options: tuple[str, ...], default: Any) -> str:
        """One of the named options; ``REQUIRED`` as default makes its absence a problem."""
        expected = _("应为{options}之一").format(options=_("、").join(options))
        if default is REQUIRED and self.raw(key) is None:
            self._report.add(
                "PACK_MISSING",
                self.at(key),
                _("缺少“{path}”").format(path=self.at(key)),
                _("补上该项，{expected}").format(expected=expected),
            )
            return options[-1]
        other = options[-1] if default is REQUIRED else default
        value = self.text(key, other)
        if value not in options:
            self.wrong(self.at(key), expected)
            return str(other)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        value = self.raw(key)
        if value is None:
            return ()
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
            self.wrong(self.at(key), _("应为文字的列表"))
            return ()
        return tuple(listed)

    def given(self, key: str, default: Any = "") -> Given:
        """A literal text, or FEEL when it begins with ``=``."""
        text = self.text(key, default)
        return Feel(text[1:].strip()) if text.startswith("=") else text

    def worth(self, key: str) -> Given | Json:
        """Any value as YAML gave it, FEEL when it is a text that begins with ``=``."""
        value = self.raw(key)
        return self.given(key) if isinstance(value, str) else value

    def feel(self, key: str) -> Feel | None:
        """A FEEL expression, which must begin with ``=``; None when absent."""
        value = self.given(key)
        if isinstance(value, Feel):
            return value
        if value == "":
            return None
        self.wrong(self.at(key), _("应为以“=”开头的FEEL表达式"))
        return None

    def basis(self, key: str = "basis", *, required: bool = False) -> Basis | None:
        """The legal basis, or the reason of a product default; exactly one of the two."""
        if not self.has(key):
            self._asked.add(key)
            if required:
                self._report.add(
                    "PACK_NO_BASIS",
                    self.at(key),
                    _("“{path}”没有写明依据").format(path=self.path),
                    _("写明依据的文件和条目，或者以default说明这是产品默认值及其理由"),
                )
            return None
        node = self.child(key)
        basis = Basis(
            source=node.text("source"),
            article=node.text("article"),
            quote=node.text("quote"),
            default=node.text("default"),
        )
        node.finish()
        if bool(basis.source) == bool(basis.default):
            self.wrong(self.at(key), _("source和default必须且只能写一个"))
        return basis

    def child(self, key: str) -> "Node":
        """The mapping under ``key``, empty when absent."""
        return Node(self.raw(key), self.at(key), self._report)

    def children(self, key: str) -> Iterator[tuple[str, "Node"]]:
        """Every named mapping under ``key``: (name, node)."""
        parent = self.child(key)
        for name in parent.names():
            yield name, parent.child(name)

    def rows(self, key: str) -> Iterator["Node"]:
        """Every mapping of the list under ``key``."""
        value = self.raw(key)
        if value is None:
            return
        if not isinstance(value, list):
            self.wrong(self.at(key), _("应为列表（每项以“-”开头）"))
            return
        for index, row in enumerate(value):
            yield Node(row if row is not None else "", f"{self.at(key)}[{index}]", self._report)

    def finish(self) -> None:
        """Report every entry nobody asked for: most are misspelt."""
        for key in self._value:
            if key not in self._asked:
                self._report.add(
                    "PACK_UNKNOWN_KEY",
                    self.at(key),
                    _("不认识的项“{path}”").format(path=self.at(key)),
                    _("检查拼写；可用的项见《政策包格式》"),
                )


class _Required:
    """Marker: the entry must be there."""


REQUIRED = _Required()


def table(node: Node, key: str, read: Callable[[str, Node], T]) -> dict[str, T]:
    """Read every named mapping under ``key`` with ``read`` and check it for unknown entries."""
    result: dict[str, T] = {}
    for name, child in node.children(key):
        result[name] = read(name, child)
        child.finish()
    return result


def listed(node: Node, key: str, read: Callable[[Node], T]) -> tuple[T, ...]:
    """Read every mapping of the list under ``key`` likewise."""
    result = []
    for child in node.rows(key):
        result.append(read(child))
        child.finish()
    return tuple(result)

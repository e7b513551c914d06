"""What a letter template may say: print names of a closed list, repeat and choose; nothing else.

No calls, no arithmetic, no assignment, no imports, no attributes but keys of what is given; a few
filters that need no more than the value. What people typed is text: it is always escaped.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from jinja2 import TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import Context, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

from server.domain.letters import NAMES

_FILTERS: Final = ("default", "first", "join", "last", "length")
_TESTS: Final = ("defined", "undefined", "none", "equalto", "eq", "==", "ne", "!=", "in")
_LOOP: Final = ("first", "index", "last", "length")
_ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.For,
    nodes.If,
    nodes.CondExpr,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Concat,
)


class Language(ImmutableSandboxedEnvironment):
    """The language of templates, at work: what it does not know it does not do."""

    def __init__(self) -> None:
        super().__init__(autoescape=True)
        self.globals.clear()
        self.filters = {name: FILTERS[name] for name in _FILTERS}
        self.tests = {name: TESTS[name] for name in _TESTS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of a mapping, or what a loop says of itself; anything else is blank."""
        if isinstance(obj, Mapping):
            return obj.get(attribute, Undefined(name=attribute))
        if isinstance(obj, LoopContext) and attribute in _LOOP:
            return getattr(obj, attribute)
        return Undefined(name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """An entry of a list or a mapping; anything else is blank."""
        if isinstance(obj, (Mapping, list)):
            try:
                return obj[argument]
            except (LookupError, TypeError):
                return Undefined(name=str(argument))
        return Undefined(name=str(argument))

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Nothing is called. Raises SecurityError."""
        del context, obj, args, kwargs
        raise SecurityError("a letter calls nothing")


class Spoken:
    """What the text of one part says: names it reads, and what it may not say."""

    def __init__(self, language: Language, text: str) -> None:
        #: dotted names, e.g. ``answers.opinion``
        self.reads: set[str] = set()
        #: names that no letter is given
        self.unknown: set[str] = set()
        #: constructs that are refused, by the name of their kind
        self.refused: set[str] = set()
        #: why it cannot be read at all, empty when it can
        self.broken = ""
        try:
            tree = language.parse(text)
            self._walk(tree, frozenset())
        except TemplateError as error:
            self.broken = f"{type(error).__name__}：{error.message or ''}"[:200]

    def _walk(self, node: nodes.Node, own: frozenset[str]) -> None:
        if type(node) not in _ALLOWED:
            self.refused.add(type(node).__name__)
        if isinstance(node, nodes.Name):
            self._name(node.name, own)
        if isinstance(node, nodes.Getattr):
            self._path(node, own)
        if isinstance(node, nodes.For):
            if node.recursive:
                self.refused.add("recursive")
            own |= {each.name for each in node.target.find_all(nodes.Name)} | {"loop"}
            own |= {node.target.name} if isinstance(node.target, nodes.Name) else set()
        for child in node.iter_child_nodes():
            self._walk(child, own)

    def _name(self, name: str, own: frozenset[str]) -> None:
        if name in own:
            return
        self.reads.add(name)
        if name not in NAMES:
            self.unknown.add(name)

    def _path(self, node: nodes.Getattr, own: frozenset[str]) -> None:
        path = ".".join(reversed(list(_steps(node))))
        if any(step.startswith("_") for step in path.split(".")):
            self.refused.add(path)
        if path.split(".")[0] not in own:
            self.reads.add(path)


def _steps(node: nodes.Node) -> Iterator[str]:
    while isinstance(node, nodes.Getattr):
        yield node.attr
        node = node.node
    yield node.name if isinstance(node, nodes.Name) else "_"

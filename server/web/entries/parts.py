"""What an entry of pack.yaml is made of, as far as a form has to know it.

Which keys there are is decided by the readers in ``adapters``; the tables here give each of them
a label and a control, and a test holds the two against each other, key by key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from server.domain.texts import _

#: how a part is filled in
Control = Literal[
    "text",  # a line
    "area",  # several lines
    "whole",  # a whole number
    "flag",  # yes or no
    "day",
    "choice",  # one of the options
    "ref",  # the key of another entry
    "given",  # a key or literal, or FEEL
    "refs",  # several keys of other entries
    "texts",  # one to a line
    "worth",  # any single value, as YAML writes it
    "worths",  # one to a line
    "group",  # a mapping of named parts
    "rows",  # a list of mappings
    "pairs",  # a mapping of names to values
]

Shape = Literal["table", "list", "single"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One key of an entry."""

    key: str
    label: str
    control: Control = "text"
    required: bool = False
    hint: str = ""
    #: (value, what people read), for a choice
    options: Sequence[tuple[str, str]] = ()
    #: what can be named here: a kind of entries, or forms, fields, tasks, nodes, letters, diagrams
    source: str = ""
    #: of a group or of each row; of pairs the name and the value
    parts: Sequence["Part"] = ()
    #: what counts when nothing is written
    default: str | bool | None = None
    #: an empty list says something here and is kept
    keeps_empty: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One section of pack.yaml."""

    key: str
    title: str
    #: one sentence: what these entries do
    purpose: str
    parts: Sequence[Part]
    shape: Shape = "table"
    #: what the key of an entry is, and what can be chosen for it
    key_label: str = _("标识")
    key_hint: str = ""
    key_source: str = ""
    #: parts shown in the list of entries
    columns: Sequence[str] = ("title",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Chapter:
    """Kinds that belong together on the overview."""

    title: str
    kinds: Sequence[Kind]


FEEL: Final = _("以“=”开头的表达式")

TITLE: Final = Part(key="title", label=_("名称"), required=True)
WHEN: Final = Part(key="when", label=_("适用条件"), hint=_("以“=”开头的表达式；不写就是一律适用"))


def basis(*, required: bool = True) -> Part:
    """The legal basis, or the reason of a default."""
    return Part(
        key="basis",
        label=_("依据"),
        control="group",
        required=required,
        hint=_("当地有规定的写文件和条款；原文没有写的，写明这是系统默认及其理由。两者只写一项"),
        parts=(
            Part(key="source", label=_("依据的文件"), control="ref", source="sources"),
            Part(key="article", label=_("条款")),
            Part(key="quote", label=_("原文"), control="area"),
            Part(key="default", label=_("系统默认的理由"), control="area"),
        ),
    )

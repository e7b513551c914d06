"""The names a letter template may use, and how dates and numbers read on paper.

The list is closed: a template that names anything else is refused when its pack is checked. It is
explained to designers in docs/reference/pack-format.md.
"""

from datetime import date
from typing import Final

#: every name a template is given
NAMES: Final = frozenset(
    {
        "number",
        "title",
        "to",
        "copies",
        "basis",
        "issuer",
        "issued_on",
        "replaces",
        "case",
        "subjects",
        "answers",
        "lines",
        "tables",
        "steps",
        "decision",
        "served",
    }
)

#: what stands in a number pattern for year and figure
YEAR: Final = "{year}"
FIGURE: Final = "{number}"


def on_paper(day: date) -> str:
    """The day as official papers write it: 2026年3月2日."""
    return f"{day.year}年{day.month}月{day.day}日"

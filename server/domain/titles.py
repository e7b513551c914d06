"""What a matter is called: one line of what was written when it was opened."""

from collections.abc import Iterable
from typing import Final

from server.domain.expressions import Json
from server.domain.texts import _

#: longest title, in characters
MOST: Final = 60

#: a sentence ends here
_ENDS: Final = "。！？；\n"


def title(written: Json) -> str:
    """The first sentence of a text in one line, at most 60 characters; empty for no text.

    What is cut off is marked by …, so that nobody takes it for the whole.
    """
    if not isinstance(written, str):
        return ""
    text = written.strip()
    ends = [place for sign in _ENDS if (place := text.find(sign)) >= 0]
    first = " ".join(text[: min(ends, default=len(text))].split())
    return first if len(first) <= MOST else f"{first[: MOST - 1]}…"


def first(written: Iterable[tuple[str, Json]]) -> str:
    """The title made of the first text that there is, of (label, text) by rank; empty for none.

    The first names the matter itself. A later one only stands in for it, so it comes with its
    label: a reference alone would not say what it is a reference of.
    """
    for rank, (label, text) in enumerate(written):
        found = title(text)
        if found:
            return (
                found if rank == 0 else title(_("{label}：{text}").format(label=label, text=found))
            )
    return ""

"""What a field that names somebody or something offers: people, units, or cases one may see.

People and units are no secret of a case and are chosen by id; a case is chosen by its reference,
and offered only to whoever may know of it.
"""

from collections.abc import Collection
from typing import Final, Literal

from server.domain.case_words import status_word
from server.domain.texts import _
from server.queries.case_filters import Wanted
from server.services.context import Context
from server.services.files import case_indexes, searches
from server.services.files.case_indexes import Titled
from server.services.identity import choices
from server.services.identity.choices import MOST, Choice

__all__ = ["MOST", "Kind", "offered"]

Kind = Literal["person", "unit", "case"]

#: most cases offered at once; more is found by typing
_MOST_CASES: Final = 20


def offered(
    ctx: Context, kind: Kind, *, typed: str = "", chosen: Collection[str] = (), most: int = MOST
) -> tuple[Choice, ...]:
    """What may be named: what is chosen already, then what fits what is typed."""
    if kind != "case":
        return choices.offered(ctx, kind, typed=typed, chosen=chosen, most=most)
    found = _cases(ctx, typed, min(most, _MOST_CASES))
    known = {choice.value for choice in found}
    kept = (Choice(value=each, label=each) for each in chosen if each not in known)
    return (*kept, *found)


def _cases(ctx: Context, typed: str, most: int) -> tuple[Choice, ...]:
    """The newest cases he may see, in which every word that is typed stands."""
    if most < 1:
        return ()
    wanted = searches.narrowed(ctx, Wanted(q=typed.replace("\x00", "").strip()))
    listed = case_indexes.index(ctx, wanted, page_size=most)
    return tuple(_choice(each) for each in listed.items)


def _choice(found: Titled) -> Choice:
    line = found.line
    words = (found.procedure, status_word(line.status), line.opened_on.isoformat(), line.title)
    told = _("，").join(each for each in words if each)
    label = _("{reference}（{told}）").format(reference=line.reference, told=told)
    return Choice(value=line.reference, label=label)

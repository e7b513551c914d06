"""Whom a remark calls: ``@`` and a name, found among the people who may be called.

A name that several of them have calls nobody until it is said which; a name nobody has is a slip
the writer is told of, since he believes that somebody was called.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.domain.findings import Finding
from server.domain.texts import _

#: an ``@`` that begins a name: one inside an address of mail does not
_AT: Final = re.compile(r"(?<![0-9A-Za-z._%+-])[@\uff20]")
#: what is shown of a text that names nobody
_SHOWN: Final = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """Somebody who may be called."""

    id: str
    name: str
    #: where he works, to tell him from others of his name
    where: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mentions:
    """Whom a text calls, and what is wrong with it."""

    ids: tuple[str, ...]
    problems: tuple[Finding, ...]


def found(text: str, people: Collection[Called], picked: Collection[str] = ()) -> Mentions:
    """Whom the text calls; ``picked`` were chosen by hand, and settle which of several is meant."""
    by_name: dict[str, list[Called]] = {}
    for each in people:
        by_name.setdefault(each.name, []).append(each)
    known = {each.id for each in people}
    ids, problems = dict.fromkeys(one for one in picked if one in known), []
    if set(picked) - known:
        problems.append(_problem("MENTION_UNKNOWN", _("所选的人员不在办理本事项的人员之列")))
    for at in _AT.finditer(text):
        rest = text[at.end() :]
        name = _longest(by_name, rest)
        if name is None:
            problems.append(_problem("MENTION_UNKNOWN", _unknown(rest)))
            continue
        meant = _meant(by_name[name], picked)
        if meant is None:
            problems.append(_problem("MENTION_AMBIGUOUS", _several(name, by_name[name])))
        else:
            ids |= dict.fromkeys(meant)
    return Mentions(ids=tuple(ids), problems=tuple(dict.fromkeys(problems)))


def _longest(by_name: Mapping[str, Sequence[Called]], rest: str) -> str | None:
    fits = [name for name in by_name if name and rest.startswith(name)]
    return max(fits, key=len, default=None)


def _meant(named: Sequence[Called], picked: Collection[str]) -> list[str] | None:
    """The one of this name, or those of them who were picked."""
    if len(named) == 1:
        return [named[0].id]
    return [each.id for each in named if each.id in picked] or None


def _unknown(rest: str) -> str:
    word = re.split(r"[\s，。；：、！？,.;:!?@]", rest, maxsplit=1)[0][:_SHOWN]
    return _("“@{name}”不是办理本事项的人员，没有人会收到提醒").format(name=word)


def _several(name: str, named: Sequence[Called]) -> str:
    places = _("；").join(each.where for each in named)
    return _("有{n}位“{name}”（{places}），请在“提醒谁看”中选定是哪一位").format(
        n=len(named), name=name, places=places
    )


def _problem(code: str, message: str) -> Finding:
    return Finding(code=code, field="text", message=message, fix=_("改写姓名，或者从名单中选定"))

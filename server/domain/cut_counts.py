"""Counts of cases for those who may see no case: cut to whole steps (SECURITY SY-5)."""

from typing import Final

from server.domain.texts import _

#: so many cases are one step
STEP: Final = 5


def told(count: int) -> int:
    """A count for somebody who may see no case: in whole steps, the rest cut off.

    0 stands for fewer than one step, none included. Neither a sum nor a difference of such counts
    tells a number smaller than a step: each stands for as many numbers as a step has.
    """
    return count // STEP * STEP


def told_in_words(count: int) -> str:
    """The same as people read it."""
    shown = told(count)
    return _("{n}件以上").format(n=shown) if shown else _("不足{n}件").format(n=STEP)

"""The numbers of a campaign: what is counted is added up for shares, for levels and in all.

A person or unit that is to be counted once is counted once in each of them: numbers of levels are
not the sum of those of their shares.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from server.domain.campaign_rules import Figure
from server.domain.expressions import Json

#: an amount as pages and spreadsheets show it
Amount = int | float


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing a figure counts."""

    #: the share it belongs to, None where no office that takes part answers for it
    part_id: str | None
    number: Decimal = Decimal(1)
    #: whom it is about, empty for a matter as such
    who: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far the targets of a share, a level or a campaign are."""

    targets: int = 0
    opened: int = 0
    done: int = 0
    failed: int = 0

    @property
    def rate(self) -> str:
        """Done of those who are targets, cut after one digit: all but one are never 100%."""
        if not self.targets:
            return ""
        tenths = self.done * 1000 // self.targets
        return f"{tenths // 10}.{tenths % 10}%" if tenths % 10 else f"{tenths // 10}%"

    def __add__(self, other: "Progress") -> "Progress":
        """Both together."""
        return Progress(
            targets=self.targets + other.targets,
            opened=self.opened + other.opened,
            done=self.done + other.done,
            failed=self.failed + other.failed,
        )


def number(value: Json) -> Decimal:
    """The field of an entry as a number; what is none adds nothing."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number else Decimal(0)


def amount(figure: Figure, items: Iterable[Item]) -> Amount:
    """What the figure comes to over these."""
    if figure.parties:
        return len({each.who for each in items if each.who})
    total = sum((each.number for each in items), Decimal(0))
    return int(total) if total == total.to_integral_value() else float(total)


def together(every: Sequence[Progress]) -> Progress:
    """The progress of all of them."""
    return sum(every, Progress())

"""Where a rule of a pack comes from: the document and the article, or a default said to be one."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A document the pack's rules come from."""

    key: str
    title: str
    issuer: str = ""
    published_on: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """Why a rule is as it is: an article of a source, or a product default said to be one."""

    #: key of a Source; empty for a product default
    source: str = ""
    #: article or inventory row, e.g. ``NY-12``
    article: str = ""
    quote: str = ""
    #: the reason of a product default, shown as such and never as a rule of the locality
    default: str = ""

    @property
    def is_default(self) -> bool:
        """True when this is a choice of the product, not of the locality."""
        return not self.source

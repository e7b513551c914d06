"""What can be asked for and consented to: each kind says who may ask, what it would change, and
does it.

A kind is asked the same question twice: when somebody asks, and when another one consents. If the
answers differ, the case has moved in between, and nothing is done.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

from server.domain.expressions import Json
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.identity.people import Office
from server.services.law.releases import Release
from server.services.verbs.outlook import Change, Outlook


@dataclass(frozen=True, kw_only=True, slots=True)
class Deciders:
    """Who is asked."""

    office: Office
    #: who that is today
    people: Set[str]
    #: only heads of the office
    by_head: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreseen:
    """What the act would change, as the case stands."""

    #: what it would be asked about again: stored, and compared before it is done
    before: Mapping[str, Json]
    after: Mapping[str, Json]
    outlook: Outlook


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What is kept of a request that was done, as :class:`Foreseen` says it."""

    before: Mapping[str, Json]
    after: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Posed:
    """A request as it is decided and done."""

    request_id: str
    asked_by: str
    reason: str
    #: who consents
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of act."""

    #: raises NotFound or Forbidden where the actor may not ask for it
    refuse_asking: Callable[[Context, CaseRow, Release, Mapping[str, Json]], None]
    #: who decides what the actor asks; raises Conflict where nobody could
    deciders: Callable[[Context, CaseRow, Release, Mapping[str, Json]], Deciders]
    #: raises Invalid or Conflict where it is not possible; writes nothing
    foresee: Callable[[Context, CaseRow, Release, Mapping[str, Json]], Foreseen]
    #: does it
    act: Callable[[Context, CaseRow, Release, Mapping[str, Json], Posed], None]
    #: what is asked, in a few words
    words: Callable[[Release, str, Mapping[str, Json]], str]
    #: what it changed, once it is done: from what was kept of before and after
    told: Callable[[Release, str, Mapping[str, Json], Kept], tuple[Change, ...]]
    #: two of these cannot wait in one case at once
    subject: Callable[[Mapping[str, Json]], str] = lambda _payload: ""

"""Lists of cases with the titles their packs give to procedures, periods and results."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from server.domain.case_words import outcome_title
from server.queries import case_filters, case_lists
from server.queries.case_filters import Wanted
from server.queries.case_lists import Line, Page
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions


@dataclass(frozen=True, kw_only=True, slots=True)
class Titled:
    """One case of a list, in words."""

    #: with what results are called
    line: Line
    procedure: str
    outcome: str
    #: title of the period that ends first, empty for none
    due: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """One page of a list in words."""

    page: Page
    items: tuple[Titled, ...]
    #: procedures a filter offers: key -> title
    procedures: Mapping[str, str]


def listed(ctx: Context, wanted: Wanted, *, page: int = 1, page_size: int = 50) -> Page:
    """One page of the cases the actor may know of, the newest first; results have their words."""
    actor = posts.with_posts(ctx)
    found = case_lists.page(ctx.session, actor, wanted, page=page, page_size=page_size)
    return replace(found, items=tuple(_worded(ctx, line) for line in found.items))


def index(ctx: Context, wanted: Wanted, *, page: int = 1, page_size: int = 50) -> Index:
    """One page of the cases the actor may know of, the newest first."""
    found = listed(ctx, wanted, page=page, page_size=page_size)
    return Index(
        page=found,
        items=tuple(_titled(ctx, line) for line in found.items),
        procedures={
            kind.key: definitions.release(ctx, kind.pack_version_id).pack.procedures[kind.key].title
            for kind in case_filters.kinds(ctx.session, posts.with_posts(ctx))
        },
    )


def _worded(ctx: Context, line: Line) -> Line:
    pack = definitions.release(ctx, line.pack_version_id).pack
    return replace(
        line,
        outcome_title=outcome_title(pack, line.procedure, line.outcome),
        subjects=tuple(
            replace(who, outcome_title=outcome_title(pack, line.procedure, who.outcome))
            for who in line.subjects
        ),
    )


def _titled(ctx: Context, line: Line) -> Titled:
    pack = definitions.release(ctx, line.pack_version_id).pack
    return Titled(
        line=line,
        procedure=pack.procedures[line.procedure].title,
        outcome=line.outcome_title,
        due=pack.deadlines[line.next_due.rule_key].title if line.next_due else "",
    )

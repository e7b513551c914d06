"""What registers hold about the parties of a case, for those who handle it and may know.

Which registers are looked up, and which capacities are shown them, its pack says. A party to the
case, and whoever was only asked or told, learns nothing here that the pack does not give him.
"""

from dataclasses import dataclass
from datetime import date, datetime

from server.domain.errors import ExpressionFailed
from server.domain.registers import Phase, phase
from server.queries import registers
from server.services.case import case_rows, case_state, facts, sights
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions
from server.services.verbs import register_entries, register_finds
from server.services.verbs.register_finds import Asking, Found, Parties

__all__ = ["FoundEntry", "of_case"]


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundEntry:
    """One entry with what it means here."""

    register: str
    reference: str
    #: the case it is from, where the reader may open it; empty: he may not
    case_id: str
    name: str
    entered_on: date
    entered_at: datetime
    until: date | None
    phase: Phase
    shown: tuple[tuple[str, str], ...]
    #: why it does not count, empty: it counts
    late: str


def of_case(ctx: Context, case_id: str) -> tuple[FoundEntry, ...]:
    """What the reader of a case is shown of registers, in the order of the pack and of the days.

    An expression of the pack that fails shows nothing rather than keeping the case from opening.

    Raises:
        NotFound: there is no such case, or it does not exist for him.
    """
    sight = sights.of(ctx, case_id)
    case = case_rows.found(ctx, case_id)
    release = definitions.release(ctx, case.pack_version_id)
    finds = [
        find
        for find in release.pack.procedures[case.procedure].finds
        if sight.capacities & set(find.shown_to)
    ]
    if not finds:
        return ()
    people, units = registers.parties_of(ctx.session, case_id)
    asking = Asking(
        case_id=case_id,
        case=register_entries.of_case(case),
        opened_at=case.opened_at,
        known=facts.collect(
            release, case.procedure, case_state.load(ctx, case_id).variables, {}, ctx.now
        ),
    )
    parties = Parties(people=people, units=units)
    try:
        found = register_finds.found(ctx, release, finds, parties, asking)
    except ExpressionFailed:
        return ()
    if not found:
        return ()
    from_cases = {one.entry.case_id for one in found}
    shut = registers.shut(ctx.session, posts.with_posts(ctx), from_cases)
    known = case_rows.seen_of(ctx, from_cases)
    titles = {key: rule.title for key, rule in release.pack.registers.items()}
    return tuple(
        _line(ctx, one, titles.get(one.entry.register, ""), is_known=one.entry.case_id in known)
        for one in found
        if one.entry.case_id not in shut
    )


def _line(ctx: Context, one: Found, title: str, *, is_known: bool) -> FoundEntry:
    entry = one.entry
    return FoundEntry(
        register=title,
        reference=entry.reference,
        case_id=entry.case_id if is_known else "",
        name=entry.name,
        entered_on=entry.entered_on,
        entered_at=entry.entered_at,
        until=entry.until,
        phase=phase(entry.span, ctx.today),
        shown=tuple((label, text) for label, text in entry.shown),
        late="" if one.counts else one.find.late,
    )

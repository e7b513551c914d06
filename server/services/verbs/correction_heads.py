"""Who decides what is asked in a case: a head, never the one who asked, never a party.

The head of the office it is asked in; where it has none but the one who asks, the nearest above: of
a unit the office lies in, else of the same kind of office at the next level that has one.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice

from server.domain import recusal
from server.domain.errors import Conflict
from server.domain.jurisdiction import supervising
from server.domain.texts import _
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.identity import people, same_kind
from server.services.identity.people import Office
from server.services.packs import definitions
from server.services.verbs import case_offices, parties


def deciding(
    ctx: Context,
    case_id: str,
    unit_id: str,
    without: Collection[str] | None = None,
    others: Iterable[str] = (),
) -> tuple[Office, set[str]]:
    """The office whose head decides, and who that is today.

    ``without``: people who do not decide whatever they are; the actor where nothing is said.
    ``others``: offices beside this one, asked before those above.

    Raises:
        Conflict: nobody could.
    """
    out = {ctx.actor.person_id} if without is None else set(without)
    first, *more = (unit_id, *others)
    own = people.unit(ctx, first)
    near = chain((own,), (people.unit(ctx, each) for each in more))
    # those above are looked up only where these have nobody
    for office in chain(near, islice(upwards(ctx, own), 1, None)):
        heads = able(ctx, case_id, office.id, without=out)
        if heads:
            return office, heads
    raise Conflict(_("本机构和上级机构都没有可以决定的负责人，请由本机构的其他人员提出"))


def nearest(
    ctx: Context, case: CaseRow, unit_ids: Iterable[str] = ()
) -> tuple[Office, set[str]] | None:
    """The first head who may act in the case: of these units, else of those that answer for it."""
    release = definitions.release(ctx, case.pack_version_id)
    answering = (each.unit_id for each in case_offices.answering(ctx, case, release, ""))
    for unit_id in (*unit_ids, *answering):
        try:
            return deciding(ctx, case.id, unit_id, ())
        except Conflict:
            continue
    return None


def upwards(ctx: Context, office: Office) -> Iterator[Office]:
    """The office itself, the units it lies in, and its kind at each level above."""
    yield office
    above = office
    while above.parent_id is not None:
        above = people.unit(ctx, above.parent_id)
        yield above
    same = same_kind.everywhere_above(ctx, office)
    higher = supervising(same, office)
    while higher is not None:
        yield higher
        higher = supervising(same, higher)


def able(
    ctx: Context,
    case_id: str,
    unit_id: str,
    *,
    head_only: bool = True,
    without: Collection[str] | None = None,
) -> set[str]:
    """Heads of this unit today, or anybody of it, whom nothing keeps from deciding in the case.

    ``without`` as for :func:`deciding`.
    """
    out = {ctx.actor.person_id} if without is None else set(without)
    holders = people.holders(ctx, unit_id, ctx.today, head_only=head_only)
    concerned = parties.of_case(ctx, case_id)
    able_ones = {
        each.person_id for each in holders if recusal.barred(each.person_id, "", concerned) is None
    }
    return able_ones - out

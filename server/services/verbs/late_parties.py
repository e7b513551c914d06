"""Parties that a case finds on its way: it began with an event, and whom it is about came later."""

from collections.abc import Iterable

from server.domain.roles import PARTIES
from server.services.context import Context
from server.services.verbs import parties


def concern(ctx: Context, case_id: str, found: Iterable[parties.Named]) -> None:
    """Note parties that a step names, where the case began without them.

    A second round puts whom it names in the place of those named before.
    """
    found = tuple(found)
    kept = ctx.rows(parties.SUBJECTS, case_id)
    for role in sorted(PARTIES):
        wanted = {(one.person_id, one.unit_id): one for one in found if one.role == role}
        rows = [row for row in kept if row["kind"] == role]
        gone = [row for row in rows if (row["person_id"], row["unit_id"]) not in wanted]
        for row in rows:
            wanted.pop((row["person_id"], row["unit_id"]), None)
        for one in wanted.values():
            who = {"person_id": one.person_id, "unit_id": one.unit_id, **parties.card(ctx, one)}
            if gone:
                kept.change(gone.pop(0), **who)
            else:
                kept.add(case_id=case_id, kind=role, **who)

"""The posts of several people at once, as far as standing in for each other is concerned."""

from collections.abc import Collection

from sqlalchemy import select

from server.domain.absences import Seat
from server.models.identity import Person, Post, Unit
from server.queries import tenure
from server.services.context import Context


def of(ctx: Context, people_ids: Collection[str]) -> dict[str, list[Seat]]:
    """The posts these people hold today; nobody whose account is disabled has any."""
    rows = ctx.session.execute(
        select(Post.person_id, Unit.id, Unit.kind, Unit.path)
        .join(Unit, Unit.id == Post.unit_id)
        .join(Person, Person.id == Post.person_id)
        .where(
            Post.person_id.in_(sorted(people_ids)),
            Person.state == "active",
            tenure.held(ctx.today),
        )
    )
    found: dict[str, list[Seat]] = {}
    for row in rows:
        seat = Seat(unit_id=row.id, kind=row.kind, organ=row.path.partition("/")[0])
        found.setdefault(row.person_id, []).append(seat)
    return found

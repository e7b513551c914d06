"""The offices of one kind over the levels: where a matter goes that an office must not decide."""

from server.domain.jurisdiction import Level
from server.services.context import Context
from server.services.identity import people
from server.services.identity.people import Office


def everywhere_above(ctx: Context, office: Office) -> list[Office]:
    """The open offices of this one's kind at every level its locality lies in, highest first."""
    people.foresee(ctx, [(office.kind, level) for level in Level], office.region)
    return [
        other
        for level in Level
        for other in people.offices(ctx, office.kind, level=level, region=office.region)
    ]

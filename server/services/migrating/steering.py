"""Whose business a proposal is: the heads who may steer cases that run on the version it leaves."""

from typing import Any

from sqlalchemy import Row

from server.domain.access import APPLICANT
from server.domain.errors import NotFound
from server.domain.migrations import ProposalState
from server.queries import migrations as rows
from server.services.context import Context
from server.services.packs import definitions


def offered(ctx: Context, migration_id: str) -> Row[Any]:
    """A proposal the heads were asked to act on. Raises NotFound."""
    found = rows.proposal(ctx.session, migration_id)
    if found is None or found.state != ProposalState.OFFERED:
        raise NotFound
    return found


def roles(ctx: Context, proposal: Row[Any]) -> rows.Roles:
    """By procedure of the old version: the kinds of offices whose heads steer its cases."""
    pack = definitions.release(ctx, proposal.from_id).pack
    return {
        key: frozenset(each.role.partition(".")[0] for each in procedure.starters) - {APPLICANT}
        for key, procedure in pack.procedures.items()
    }

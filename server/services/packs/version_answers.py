"""What was answered to a proposed version: whoever proposed it is told, and it stays on its page.

A designer sees no case, and notices are of cases: so he is told where versions are. Written in the
transaction of the decision.
"""

from sqlalchemy import update

from server.domain.errors import NotFound
from server.models.base import new_id
from server.models.definition import PackVersion, VersionAnswer
from server.services import audit
from server.services.context import Context


def tell(ctx: Context, row: PackVersion, *, reason: str = "") -> None:
    """Tell whoever proposed it that the actor made it law, or refused it, with the reason."""
    if row.proposed_by is None:
        raise NotFound
    ctx.session.add(
        VersionAnswer(
            id=new_id(),
            pack=row.key,
            title=row.title,
            label=row.label,
            valid_from=row.valid_from,
            version=row.version,
            reason=reason,
            proposed_by=row.proposed_by,
            answered_by=ctx.actor.person_id,
            answered_at=ctx.now,
        )
    )


def read(ctx: Context, answer_id: str) -> None:
    """Note that the actor has read what was answered to him; again is a no-op.

    Raises:
        NotFound: it was answered to somebody else.
    """
    found = ctx.session.get(VersionAnswer, answer_id)
    if found is None or found.proposed_by != ctx.actor.person_id:
        raise NotFound
    noted = ctx.session.execute(
        update(VersionAnswer)
        .where(VersionAnswer.id == answer_id, VersionAnswer.read_at.is_(None))
        .values(read_at=ctx.now)
        .returning(VersionAnswer.id)
    )
    if noted.all():
        ctx.record("pack.answer_read", f"pack:{answer_id}", chain=audit.ACCESS)

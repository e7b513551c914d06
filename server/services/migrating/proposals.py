"""A designer proposes to move running cases to a newer version, and asks the heads to do it.

He says which element or period of the new version stands for one of the old that is gone, why it
is done and which law it rests on. He sees counts and no case; who moves a case is the head of its
office.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import insert, select, update

from server.domain.access import Permission, permits
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.findings import Finding
from server.domain.migrations import ProposalState, RunState
from server.domain.texts import _
from server.models.base import new_id
from server.models.definition import PackVersion
from server.models.migration import migration, migration_run
from server.services.context import Context
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.migrating import comparing
from server.services.packs import definitions

#: longest reason, and longest name of the law
LONGEST: Final = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a designer proposes."""

    pack: str
    from_version: int
    to_version: int
    #: old element -> new element; empty: a boundary event that goes; and old period -> new one
    #: (``domain/migrations``)
    mapping: Mapping[str, str]
    reason: str
    #: the law it rests on, in words
    basis: str


def propose(ctx: Context, wish: Wish) -> str:
    """Keep the proposal; its id. What would come of it is found out in the background.

    Raises:
        Forbidden: the actor designs no packs.
        NotFound: no such versions were published.
        Invalid: the versions are in the wrong order, the mapping names what is not there, or no
            reason is given; all at once.
    """
    _refuse_others(ctx)
    source, target = pair(ctx, wish.pack, wish.from_version, wish.to_version)
    problems = [*_problems(wish), *comparing.wrong(source, target, wish.mapping)]
    if problems:
        raise Invalid(_("填写的内容有{n}处问题").format(n=len(problems)), problems)
    migration_id = new_id()
    row = {
        "id": migration_id,
        "version": 1,
        "pack": wish.pack,
        "from_id": source.id,
        "to_id": target.id,
        "mapping": dict(sorted(wish.mapping.items())),
        "reason": wish.reason.strip(),
        "basis": wish.basis.strip(),
        "state": ProposalState.PROPOSED,
        "proposed_by": ctx.actor.person_id,
        "proposed_at": ctx.now,
    }
    ctx.session.execute(insert(migration), row)
    told = {"from": source.id, "to": target.id, "mapping": row["mapping"]}
    ctx.record("migration.propose", migration_id, detail=told)
    return migration_id


def offer(ctx: Context, migration_id: str, *, seen: int | None = None) -> None:
    """Ask the heads of the offices to move their cases.

    Raises:
        Forbidden: the actor designs no packs.
        NotFound: there is no such proposal.
        Conflict: it was offered or withdrawn already, or changed since he looked.
    """
    _refuse_others(ctx)
    _change(ctx, migration_id, seen, ProposalState.PROPOSED, ProposalState.OFFERED)
    ctx.record("migration.offer", migration_id)


def withdraw(ctx: Context, migration_id: str, *, seen: int | None = None) -> None:
    """Take the proposal back; what was moved by it stays moved.

    Raises:
        Forbidden, NotFound: as :func:`offer`.
        Conflict: it was withdrawn already, cases are being moved by it, or it changed.
    """
    _refuse_others(ctx)
    under_way = select(migration_run.c.id).where(
        migration_run.c.migration_id == migration_id,
        migration_run.c.state.in_((RunState.RUNNING, RunState.PAUSED)),
    )
    if ctx.session.scalars(under_way.limit(1)).first() is not None:
        raise Conflict(_("正在按本方案迁移事项，待其结束后才能撤回"))
    states = (ProposalState.PROPOSED, ProposalState.OFFERED)
    _change(ctx, migration_id, seen, *states, ProposalState.WITHDRAWN)
    ctx.record("migration.withdraw", migration_id)


def pair(ctx: Context, pack: str, old: int, new: int) -> tuple[Release, Release]:
    """Both versions of a pack, loaded. Raises NotFound."""
    wanted = select(PackVersion.version, PackVersion.id).where(
        PackVersion.key == pack,
        PackVersion.version.in_((old, new)),
        PackVersion.state != "proposed",
    )
    ids = {row.version: row.id for row in ctx.session.execute(wanted)}
    if {old, new} - ids.keys():
        raise NotFound
    return definitions.release(ctx, ids[old]), definitions.release(ctx, ids[new])


def _problems(wish: Wish) -> Iterator[Finding]:
    if wish.to_version <= wish.from_version:
        message = _("只能迁移到更新的版本")
        yield Finding(code="MIGRATION_ORDER", field="to_version", message=message)
    for name, text, message in (
        ("reason", wish.reason, _("请写明理由")),
        ("basis", wish.basis, _("请写明依据")),
    ):
        if not text.strip() or len(text) > LONGEST:
            yield Finding(code="MIGRATION_TEXT", field=name, message=message)


def _change(ctx: Context, migration_id: str, seen: int | None, *states: ProposalState) -> None:
    """From one of the first states to the last."""
    *before, after = states
    row = ctx.session.execute(
        select(migration.c.version, migration.c.state)
        .where(migration.c.id == migration_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.state not in before or seen not in (None, row.version):
        raise Conflict(_("该内容已被他人更改，请刷新后重试"))
    moment = {
        ProposalState.OFFERED: "offered_at",
        ProposalState.WITHDRAWN: "withdrawn_at",
    }[after]
    ctx.session.execute(
        update(migration)
        .where(migration.c.id == migration_id)
        .values(state=after, version=row.version + 1, **{moment: ctx.now})
    )


def _refuse_others(ctx: Context) -> None:
    if not permits(posts.with_posts(ctx), Permission.PACK_PUBLISH):
        raise Forbidden(_("只有流程设计人员可以提出迁移方案"))

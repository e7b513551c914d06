"""What becomes of a recusal: the head decides, or whoever asked takes it back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from server.domain import recusal as bars
from server.domain.errors import Conflict, Forbidden, NotFound
from server.domain.expressions import Json
from server.domain.texts import _
from server.models.recusal import HOLDS, recusal
from server.queries import perspectives
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.identity import posts
from server.services.verbs import (
    parties,
    recusal_effects,
    recusal_notices,
    recusal_people,
)
from server.services.verbs.recusals import refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """A recusal that waits for its decision, locked with its case."""

    id: str
    version: int
    person_id: str | None
    by_id: str
    office_id: str | None
    state: str
    at: datetime
    case: CaseRow


def decide(
    ctx: Context,
    recusal_id: str,
    *,
    granted: bool,
    answer: str,
    person: str = "",
    seen: int | None = None,
) -> None:
    """Let the person keep away, or not, with the reason in ``answer``.

    ``person``: who is meant, where a party named him in words that fit nobody or several.

    Raises:
        NotFound: there is no such recusal, or it does not exist for the actor.
        Forbidden: he is not the head who decides, asked himself, or it is about him or his matter.
        Conflict: it was decided already, or he saw another version.
        Invalid: no reason, or nobody who handles the case is meant.
    """
    held = _to_decide(ctx, recusal_id, seen)
    _refuse_empty(answer)
    person_id = held.person_id or _settled(ctx, held, person, is_needed=granted)
    state = "granted" if granted else "refused"
    values = {"person_id": person_id, "decided_by": ctx.actor.person_id, "decided_at": ctx.now}
    _write(ctx, held, state=state, answer=answer.strip(), **values)
    if granted and held.state not in HOLDS and person_id:
        recusal_effects.end_part(ctx, held.case, person_id, held.id)
    if not granted and held.state in HOLDS and person_id:
        recusal_effects.give_back_part(ctx, held.case, person_id, held.at)
    recusal_notices.answered(ctx, held.case.id, held.id, state, held.by_id)
    verb = "recusal.grant" if granted else "recusal.refuse"
    ctx.record(verb, held.id, held.case.id, {"person": person_id} if granted else {})


def withdraw(ctx: Context, recusal_id: str, *, seen: int | None = None) -> None:
    """Take one's own question back; what was declared stands until it is decided.

    Raises:
        NotFound: there is no such recusal, or it does not exist for the actor.
        Forbidden: somebody else asked.
        Conflict: it was decided already, it holds, or he saw another version.
    """
    held = _held(ctx, recusal_id, seen)
    if held.by_id != ctx.actor.person_id:
        raise Forbidden(_("只有提出的人可以撤回"))
    if held.state != "asked":
        raise Conflict(_("已经生效的回避，由负责人决定是否解除"))
    _write(ctx, held, state="withdrawn")
    ctx.record("recusal.withdraw", held.id, held.case.id, {})


def _to_decide(ctx: Context, recusal_id: str, seen: int | None) -> _Held:
    held = _held(ctx, recusal_id, seen)
    actor = posts.with_posts(ctx)
    if held.office_id is None or held.office_id not in actor.headed:
        raise Forbidden(_("由该人员所在机构的负责人决定"))
    if actor.person_id == held.person_id:
        raise Forbidden(_("本人的回避由他人决定"))
    if actor.person_id == held.by_id:
        raise Forbidden(_("自己提出的回避须由他人决定"))
    bars.refuse_barred(actor.person_id, "", parties.of_case(ctx, held.case.id))
    return held


def _held(ctx: Context, recusal_id: str, seen: int | None) -> _Held:
    """The recusal that waits, locked with its case, if the actor may know of it."""
    case_rows.refuse_odd(recusal_id)
    of_one = recusal.c.id == recusal_id
    case_id = ctx.session.scalar(select(recusal.c.case_id).where(of_one))
    if case_id is None:
        raise NotFound
    case = case_rows.lock(ctx, case_id)
    actor = posts.with_posts(ctx)
    perspectives.of(ctx.session, actor, case.id)
    row = ctx.session.execute(select(recusal).where(of_one)).one()
    if row.by_id != actor.person_id and row.office_id not in actor.headed:
        raise NotFound
    if row.decided_by or row.state not in ("asked", *HOLDS) or seen not in (None, row.version):
        raise Conflict(_("这项回避已经决定或者已有变化，请刷新后查看"))
    values = {name: getattr(row, name) for name in _Held.__slots__ if name in recusal.c}
    return _Held(**values, case=case)


def _refuse_empty(answer: str) -> None:
    if not answer.strip():
        raise refusal("answer", _("请写明决定的理由"), _("填写理由"))


def _settled(ctx: Context, held: _Held, person: str, *, is_needed: bool) -> str | None:
    if not person and not is_needed:
        return None
    found = recusal_people.of_person(ctx, held.case, person)
    if found is None:
        raise refusal("person", _("请选择所指的人员"), _("从承办人员中选择"))
    if found.person_id == ctx.actor.person_id:
        raise Forbidden(_("本人的回避由他人决定"))
    return found.person_id


def _write(ctx: Context, held: _Held, **values: Json) -> None:
    done = ctx.session.execute(
        update(recusal)
        .where(recusal.c.id == held.id, recusal.c.version == held.version)
        .values(version=held.version + 1, **values)
        .returning(recusal.c.id)
    )
    if done.one_or_none() is None:
        raise Conflict(_("这项回避已经决定或者已有变化，请刷新后查看"))

"""回避: somebody keeps away from a case, because he says so or because he was asked to.

::

    declare -> holds at once -> grant: confirmed
                             -> refuse: he has his right back
    ask     -> grant: holds from then on
            -> refuse, or withdraw by whoever asked

The head of the person's office decides, about himself the one above, never who it is about and
never who asked (``correction_heads``). What an office enters in a form about who took the disputed
decision holds as if it were declared. Who is kept out sees nothing of the case from that moment:
``queries/visibility``.
"""

from sqlalchemy import insert, select

from server.domain import recusal as grounds
from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.packs import PolicyPack
from server.domain.perspectives import Sight
from server.domain.texts import _
from server.models.base import new_id
from server.models.recusal import recusal
from server.queries import perspectives
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions
from server.services.verbs import (
    correction_heads,
    reasons,
    recusal_effects,
    recusal_notices,
    recusal_people,
)
from server.services.verbs.recusal_people import Handler

#: longest name that a party writes
LONGEST_NAME = 200


def declare(ctx: Context, case_id: str, *, ground: str, note: str = "") -> str:
    """Keep away from the case from now on; the id of the recusal.

    What the actor has claimed goes back, his parts end, and the case does not exist for him any
    more. The head decides whether it stays so.

    Raises:
        NotFound: the case does not exist for the actor.
        Forbidden: the matter is his own.
        Invalid: no ground of the pack's list, or no words where it has none.
    """
    case, sight = _seen(ctx, case_id)
    if sight.is_party:
        raise Forbidden(_("您是该事项的当事人，不必申请本人回避"))
    _refuse_ground(_pack(ctx, case), ground, note)
    own = recusal_people.of_person(ctx, case, ctx.actor.person_id)
    row = _row(ctx, case, ctx.actor.person_id, own) | {"ground": ground, "note": note.strip()}
    try:
        unit_id = recusal_people.office_of(ctx, case, own)
        office, heads = correction_heads.deciding(ctx, case.id, unit_id)
    except Conflict:  # nobody could confirm it: it holds all the same
        office, heads = None, set()
    row["office_id"] = office.id if office else None
    ctx.session.execute(insert(recusal).values(**row, state="declared"))
    ctx.record("recusal.declare", row["id"], case.id, {"person": ctx.actor.person_id})
    recusal_effects.end_part(ctx, case, ctx.actor.person_id, row["id"])
    if office is not None:
        recusal_notices.asked(ctx, case.id, row["id"], office, heads)
    return str(row["id"])


def ask(ctx: Context, case_id: str, *, person: str, ground: str, reason: str) -> str:
    """Ask that somebody else keep away; the id of the question. Nothing changes for him yet.

    ``person``: for an official the id of one who handles the case (``recusal_people``); for a party
    the name as it knows it, and the answer is the same whoever has that name.

    Raises:
        NotFound: the case does not exist for the actor.
        Forbidden: he neither handles the case nor is party to it.
        Conflict: he asked the same already, or nobody could decide.
        Invalid: no ground, no reason, nobody named.
    """
    case, sight = _seen(ctx, case_id)
    if not (sight.is_party or sight.is_office):
        raise Forbidden(_("回避由当事人或者承办机构的人员提出"))
    _refuse_ground(_pack(ctx, case), ground, reason)
    reasons.refuse_empty(reason)
    found, named = _meant(ctx, case, sight, person.strip())
    _refuse_second(ctx, case.id, found, named)
    out = {ctx.actor.person_id, *([found.person_id] if found else [])}
    unit_id = recusal_people.office_of(ctx, case, found)
    office, heads = correction_heads.deciding(ctx, case.id, unit_id, out)
    row = _row(ctx, case, found.person_id if found else None, found)
    row |= {"named": named, "ground": ground, "note": reason.strip(), "office_id": office.id}
    ctx.session.execute(insert(recusal).values(**row, state="asked"))
    recusal_notices.asked(ctx, case.id, row["id"], office, heads)
    ctx.record("recusal.ask", row["id"], case.id, {"office": office.id})
    return str(row["id"])


def _row(
    ctx: Context, case: CaseRow, person_id: str | None, handler: Handler | None
) -> dict[str, Json]:
    return {
        "id": new_id(),
        "version": 1,
        "case_id": case.id,
        "person_id": person_id,
        "capacity": handler.role[:40] if handler else "",
        "by_id": ctx.actor.person_id,
        "answer": "",
        "at": ctx.now,
    }


def _seen(ctx: Context, case_id: str) -> tuple[CaseRow, Sight]:
    """The locked case and how the actor stands to it. Raises NotFound."""
    case = case_rows.lock(ctx, case_id)
    return case, perspectives.of(ctx.session, posts.with_posts(ctx), case.id)


def _pack(ctx: Context, case: CaseRow) -> PolicyPack:
    return definitions.release(ctx, case.pack_version_id).pack


def _refuse_ground(pack: PolicyPack, ground: str, words: str) -> None:
    known = [item.code for item in grounds.grounds(pack)]
    if known and ground not in known:
        raise refusal("ground", _("请选择回避的情形"), _("从列出的情形中选择"))
    if not known and not words.strip():
        raise refusal("note", _("请写明回避的情形"), _("填写情形"))


def _meant(ctx: Context, case: CaseRow, sight: Sight, person: str) -> tuple[Handler | None, str]:
    """Whom the actor means, and the words of a party. Raises Invalid."""
    if not person or "\x00" in person:
        raise refusal("person", _("请写明请求谁回避"), _("填写或者选择人员"))
    if sight.is_party:
        words = person[:LONGEST_NAME]
        return recusal_people.named_in(ctx, case, words), words
    found = recusal_people.of_person(ctx, case, person)
    if found is None or found.person_id == ctx.actor.person_id:
        message = _("所选的人员不在该事项的承办人员之中")
        raise refusal("person", message, _("从名单中选择；本人回避的，直接声明"))
    return found, ""


def _refuse_second(ctx: Context, case_id: str, found: Handler | None, named: str) -> None:
    """Judged by the actor's own questions alone: those of others are nothing to tell him."""
    same = recusal.c.named == named
    if not named:
        same = same & (recusal.c.person_id == (found.person_id if found else None))
    known = select(recusal.c.id).where(
        recusal.c.case_id == case_id,
        recusal.c.by_id == ctx.actor.person_id,
        recusal.c.state == "asked",
        same,
    )
    if ctx.session.scalar(known.limit(1)) is not None:
        raise Conflict(_("您已经提出过，正在等待决定"))


def refusal(field: str, message: str, fix: str) -> Invalid:
    """What is wrong at a field of a question or an answer."""
    return Invalid(message, [Finding(code="RECUSAL", field=field, message=message, fix=fix)])

"""Acts on a case that take two persons: one asks, another one consents, and then it is done.

The act is done in the transaction of the consent, or not at all. What it would change is written
down when it is asked; if the case has moved since, the consent is refused and says how.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, insert

from server.domain import recusal
from server.domain import requests as rules
from server.domain.errors import Conflict, NotFound
from server.domain.expressions import Json
from server.domain.requests import Request, RequestKind, RequestState
from server.domain.texts import _
from server.models.base import new_id
from server.models.case import case_request
from server.queries import perspectives
from server.queries import requests as rows
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import (
    case_data,
    case_moves,
    extensions,
    parties,
    questions,
    reasons,
    request_notices,
)
from server.services.verbs.outlook import Outlook
from server.services.verbs.questions import LONGEST
from server.services.verbs.request_kinds import Foreseen, Kind, Posed

KINDS: Final[Mapping[RequestKind, Kind]] = {
    RequestKind.EXTEND: extensions.KIND,
    RequestKind.MOVE: case_moves.KIND,
    RequestKind.AMEND: case_data.KIND,
}


def ask(
    ctx: Context, case_id: str, kind: RequestKind, payload: Mapping[str, Json], *, reason: str
) -> str:
    """Ask for an act and return the id of the request.

    Raises:
        NotFound: the case does not exist for the actor, or not what the act is about.
        Forbidden: he may not ask for it.
        Conflict: the same is asked already, nobody could consent, or it is not possible now.
        Invalid: no reason, or the act itself breaks a rule.
    """
    case = case_rows.lock(ctx, case_id)
    release = _may_ask(ctx, case, kind, payload)
    reasons.refuse_empty(reason)
    found = KINDS[kind].foresee(ctx, case, release, payload)
    subject = KINDS[kind].subject(payload)
    _refuse_second(ctx, case.id, kind, subject)
    to = KINDS[kind].deciders(ctx, case, release, payload)
    request_id = new_id()
    ctx.session.execute(
        insert(case_request).values(
            id=request_id,
            version=1,
            case_id=case.id,
            kind=kind,
            payload={**payload, "by_head": to.by_head, "subject": subject},
            before=dict(found.before),
            after=dict(found.after),
            reason=reason.strip()[:LONGEST],
            asked_by=ctx.actor.person_id,
            asked_at=ctx.now,
            office_id=to.office.id,
            state=RequestState.ASKED,
            answer="",
        )
    )
    what = KINDS[kind].words(release, case.procedure, payload)
    request_notices.asked(ctx, case.id, request_id, what, to.office, to.people)
    ctx.record("request.ask", request_id, case.id, {"kind": kind, "office": to.office.id})
    return request_id


def outlook(ctx: Context, case_id: str, kind: RequestKind, payload: Mapping[str, Json]) -> Outlook:
    """What the act would change. Raises as :func:`ask`, but for the reason; writes nothing."""
    case_rows.refuse_odd(case_id)
    case = case_rows.found(ctx, case_id)
    release = _may_ask(ctx, case, kind, payload)
    return KINDS[kind].foresee(ctx, case, release, payload).outlook


def consent(ctx: Context, request_id: str, *, answer: str = "", seen: int | None = None) -> None:
    """Do what was asked.

    Raises:
        NotFound: there is no such request, or it does not exist for the actor.
        Forbidden: he is none of those who may, asked himself, or the matter is his own.
        Conflict: it was decided already, he saw another version, the case moved since it was
            asked, or it is not possible any more.
        Invalid: the act breaks a rule by now.
    """
    held = _held(ctx, request_id, seen)
    state = rules.consent(held.judged, posts.with_posts(ctx))
    recusal.refuse_barred(ctx.actor.person_id, "", parties.of_case(ctx, held.case.id))
    kind = KINDS[held.kind]
    now = kind.foresee(ctx, held.case, held.release, held.row.payload)
    refuse_stale(held.row.before, now)
    posed = Posed(
        request_id=held.row.id,
        asked_by=held.row.asked_by,
        reason=held.row.reason,
        by=ctx.actor.person_id,
    )
    kind.act(ctx, held.case, held.release, held.row.payload, posed)
    _decide(ctx, held, state, answer, now)


def refuse(ctx: Context, request_id: str, *, answer: str, seen: int | None = None) -> None:
    """Leave everything as it is, with the reason in the answer.

    Raises:
        NotFound, Forbidden: as for :func:`consent`.
        Conflict: it was decided already, or he saw another version.
        Invalid: no reason is given.
    """
    held = _held(ctx, request_id, seen)
    state = rules.refuse(held.judged, posts.with_posts(ctx), answer)
    recusal.refuse_barred(ctx.actor.person_id, "", parties.of_case(ctx, held.case.id))
    _decide(ctx, held, state, answer)


def withdraw(ctx: Context, request_id: str, *, seen: int | None = None) -> None:
    """Take one's own request back.

    Raises:
        NotFound: there is no such request, or it does not exist for the actor.
        Forbidden: somebody else asked it.
        Conflict: it was decided already, or he saw another version.
    """
    held = _held(ctx, request_id, seen)
    _decide(ctx, held, rules.withdraw(held.judged, posts.with_posts(ctx)), "")


def refuse_stale(before: Mapping[str, Json], now: Foreseen) -> None:
    """Return when the act would change what it would have changed when it was asked.

    Raises:
        Conflict: it would not; with what is different now.
    """
    if dict(before) == dict(now.before):
        return
    changed = _("；").join(
        _("{label}现为“{now}”").format(label=each.label, now=each.before or each.after)
        for each in now.outlook.changes
    )
    raise Conflict(
        _("提出之后情况已有变化，不能再按原来的请示办理，请退回后重新提出。{changed}").format(
            changed=changed
        )
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """An open request, locked with its case."""

    row: Row[Any]
    kind: RequestKind
    judged: Request
    case: CaseRow
    release: Release


def _may_ask(
    ctx: Context, case: CaseRow, kind: RequestKind, payload: Mapping[str, Json]
) -> Release:
    """The law of the case, when the actor may ask for this."""
    sight = perspectives.of(ctx.session, posts.with_posts(ctx), case.id)
    if sight.is_party:
        raise NotFound
    release = definitions.release(ctx, case.pack_version_id)
    KINDS[kind].refuse_asking(ctx, case, release, payload)
    return release


def _refuse_second(ctx: Context, case_id: str, kind: RequestKind, subject: str) -> None:
    if subject in rows.open_subjects(ctx.session, case_id, kind):
        raise Conflict(_("同样的请示已经提出，正在等待决定"))


def _held(ctx: Context, request_id: str, seen: int | None) -> _Held:
    """The request, locked with its case, if the actor may know of it."""
    found = questions.hold(ctx, _KIND, request_id, seen)
    row = found.row
    return _Held(
        row=row,
        kind=RequestKind(row.kind),
        judged=_judged(row),
        case=found.case,
        release=definitions.release(ctx, found.case.pack_version_id),
    )


def _judged(row: Row[Any]) -> Request:
    return Request(
        state=RequestState(row.state),
        asked_by=row.asked_by,
        office_id=row.office_id,
        by_head=row.payload["by_head"],
    )


def _decide(
    ctx: Context, held: _Held, state: RequestState, answer: str, now: Foreseen | None = None
) -> None:
    row = held.row
    then = {} if now is None else {"before": dict(now.before), "after": dict(now.after)}
    questions.answer(ctx, _KIND, row, state, answer, **then)
    verb = {RequestState.CONSENTED: "consent", RequestState.REFUSED: "refuse"}.get(
        state, "withdraw"
    )
    ctx.record(f"request.{verb}", row.id, held.case.id, {"kind": held.kind})
    if state is not RequestState.WITHDRAWN:
        what = KINDS[held.kind].words(held.release, held.case.procedure, row.payload)
        request_notices.answered(ctx, held.case.id, row.id, what, row.asked_by, state)


#: how a request is held and answered
_KIND: Final = questions.Kind(
    table=case_request,
    is_addressed=lambda row, actor: rules.is_addressed(_judged(row), actor),
    stale=_("这项请示已经办结或者已有变化，请刷新后查看"),
)

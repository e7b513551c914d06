"""意见、不同意见、签名、纪要: what members say, what stands in the minutes, and who confirms it.

Nobody changes what a member confirmed as his own words. Whatever changes the minutes takes back
the signatures under them.
"""

from collections.abc import Mapping
from dataclasses import replace

from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.services.case import answers, case_state
from server.services.context import Context
from server.services.verbs import decision_notices, decision_rows
from server.services.verbs.decision_members import MemberRow
from server.services.verbs.decision_rows import Held

#: longest minutes
MOST = 20_000


def opinion(
    ctx: Context, decision_id: str, *, text: str, dissent: bool = False, person: str | None = None
) -> None:
    """What a member said, for the minutes; a dissent in his own wording.

    What somebody else entered for him holds once he has confirmed it.

    Raises:
        NotFound: it does not exist for the actor.
        Forbidden: it is somebody else's, and the actor does not keep the record.
        Conflict: the member has confirmed it; it was decided; in a secret vote nobody dissents by
            name.
        Invalid: there is nothing in it, or no such member.
    """
    found = decision_rows.to_act(ctx, decision_id)
    is_own = person in (None, found.actor.person_id)
    if not is_own and not found.is_recorder:
        raise Forbidden(_("只能填写本人的意见；他人的意见由主持人、记录人记录"))
    member = found.member(person or found.actor.person_id)
    if member is None or not text.strip():
        message = _("请填写意见") if member else _("该人员不是本议题的成员，或者已经回避")
        raise Invalid(message, [Finding(code="DECISION_OPINION", field="text", message=message)])
    if not is_own and member.confirmed_at is not None:
        raise Conflict(_("该成员已经确认本人的意见，他人不能改写"))
    if dissent and found.convened.is_secret:
        raise Conflict(_("无记名表决不登记署名的不同意见"))
    changed = replace(
        member,
        opinion=text.strip(),
        is_dissent=dissent,
        spoken=member.spoken or found.next_to_speak,
        confirmed_at=ctx.now if is_own else None,
    )
    decision_rows.keep(ctx, found, unsigned(decision_rows.with_member(found, changed)))
    ctx.record("meeting.opinion", found.id, found.case.id, {"person": member.person_id})


def confirm(ctx: Context, decision_id: str) -> None:
    """The member confirms his opinion as the record has it.

    Raises:
        NotFound: it does not exist for the actor.
        Conflict: there is none of his; it was decided.
    """
    found, member = _own(ctx, decision_id)
    if not member.opinion:
        raise Conflict(_("没有需要您确认的意见"))
    changed = replace(member, confirmed_at=ctx.now)
    decision_rows.keep(ctx, found, decision_rows.with_member(found, changed))
    ctx.record("meeting.confirm", found.id, found.case.id, {})


def sign(ctx: Context, decision_id: str) -> None:
    """The member signs that the record is right, his vote and opinion included.

    Raises:
        NotFound: it does not exist for the actor.
        Conflict: not everybody has voted; he was not there; it was decided.
    """
    found, member = _own(ctx, decision_id)
    if not found.tally.is_complete:
        raise Conflict(_("到会成员全部表决后才能签名"))
    if not member.counted.is_there:
        raise Conflict(_("到会的成员签名"))
    changed = replace(
        member,
        signed_at=ctx.now,
        confirmed_at=member.confirmed_at or (ctx.now if member.opinion else None),
    )
    decision_rows.keep(ctx, found, decision_rows.with_member(found, changed))
    ctx.record("meeting.sign", found.id, found.case.id, {})


def note(
    ctx: Context,
    decision_id: str,
    *,
    minutes: str | None = None,
    variables: Mapping[str, Json] | None = None,
) -> None:
    """Keep the minutes, and what else the form of the task asks, as far as it is filled in.

    Raises:
        NotFound: it does not exist for the actor.
        Forbidden: he neither chairs it nor keeps its record.
        Conflict: it was decided.
        Invalid: it is too long, or holds what the form does not ask here.
    """
    found = decision_rows.to_act(ctx, decision_id)
    if not found.is_recorder:
        raise Forbidden(_("会议纪要由主持人、记录人填写"))
    stands = found.convened
    text = stands.minutes if minutes is None else minutes.strip()
    if len(text) > MOST:
        message = _("会议纪要过长，最多{n}字").format(n=MOST)
        raise Invalid(message, [Finding(code="DECISION_MINUTES", field="minutes", message=message)])
    kept = dict(stands.answers or {})
    if variables is not None:
        known = case_state.load(ctx, found.case.id).variables
        kept = dict(answers.unfinished(ctx, found.rest, found.item.form_key, variables, known))
    has_changed = text != stands.minutes or kept != (stands.answers or {})
    members = unsigned(found.members) if has_changed else found.members
    found = decision_rows.keep(ctx, found, members, minutes=text, answers=kept)
    if has_changed and found.tally.is_complete:
        decision_notices.to_sign(ctx, found, "note")
    ctx.record("meeting.note", found.id, found.case.id, {})


def remind(ctx: Context, decision_id: str) -> None:
    """Remind those whose signature is missing, once a day.

    Raises:
        NotFound: it does not exist for the actor.
        Forbidden: he neither chairs it nor keeps its record.
        Conflict: not everybody has voted, nobody else's signature is missing, all were reminded
            today, or it was decided.
    """
    found = decision_rows.to_act(ctx, decision_id)
    if not found.is_recorder:
        raise Forbidden(_("由主持人、记录人提醒签名"))
    if not found.tally.is_complete:
        raise Conflict(_("到会成员全部表决后才能签名"))
    if not decision_notices.to_sign(ctx, found, "remind"):
        raise Conflict(_("没有未签名的其他成员，或者今天已经提醒过"))
    ctx.record("meeting.remind", found.id, found.case.id, {})


def unsigned(members: tuple[MemberRow, ...]) -> tuple[MemberRow, ...]:
    """Without signatures: what they stood under has changed."""
    return tuple(replace(one, signed_at=None) for one in members)


def _own(ctx: Context, decision_id: str) -> tuple[Held, MemberRow]:
    found = decision_rows.to_act(ctx, decision_id)
    member = found.me
    if member is None:
        raise Forbidden(_("记录人不是成员，不需要签名"))
    return found, member

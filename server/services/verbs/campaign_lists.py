"""Who is a target of a campaign: named by hand, left out, or confirmed by his office."""

from typing import Any, Final

from sqlalchemy import Row, insert, select, update

from server.domain.campaigns import TargetState, part_for, version_on
from server.domain.errors import Conflict, Forbidden, NotFound
from server.domain.texts import _
from server.models.base import new_id
from server.models.register import campaign_part, campaign_target
from server.services.context import Context
from server.services.identity import people
from server.services.verbs import campaign_draws, campaign_heads, campaign_rows
from server.services.verbs.campaign_heads import WAITING

#: longest reason
_WORDS: Final = 2000


def name(ctx: Context, campaign_id: str, *, kind: str, who: str) -> str:
    """Name somebody as a target by hand; his id in the campaign.

    Raises:
        NotFound: there is no such campaign, or no office of the actor takes part.
        Forbidden: no office of the actor that takes part manages him.
        Conflict: it is over, its targets are drawn, or he is a target already.
        Invalid: there is nobody of this id.
    """
    row = campaign_rows.taking_part(ctx, campaign_id)
    campaign_draws.refuse_changes(row)
    if (kind, who) in people.unknown(ctx, [(kind, who)]) or kind not in ("person", "unit"):
        raise campaign_rows.wrong([campaign_rows.finding("who", _("没有这个人员或者机构"))])
    target = _person(ctx, who) if kind == "person" else _unit(ctx, who)
    shares, region = campaign_rows.parts(ctx, campaign_id), target.pop("region")
    part = part_for(shares, target["managed_by"] or "", region)
    if part is None or part.unit_id not in campaign_rows.own_units(ctx):
        raise Forbidden(_("只能列入由本机构所在层级管理的对象"))
    about = f"{kind}:{who}"
    known = select(campaign_target.c.id).where(
        campaign_target.c.campaign_id == campaign_id, campaign_target.c.about == about
    )
    if ctx.session.scalar(known) is not None:
        raise Conflict(_("该对象已在名单中"))
    target_id = new_id()
    ctx.session.execute(
        insert(campaign_target).values(
            id=target_id,
            campaign_id=campaign_id,
            part_id=part.id,
            about=about,
            kind=kind,
            scope_version=version_on(campaign_rows.versions(ctx, campaign_id), ctx.today),
            state=TargetState.PROPOSED,
            by_id=ctx.actor.person_id,
            at=ctx.now,
            **target,
        )
    )
    ctx.record("campaign.name", target_id, detail={"campaign": row.id})
    return target_id


def leave_out(ctx: Context, target_id: str, *, reason: str) -> None:
    """Take somebody from the list of the actor's office, as long as no case was opened.

    Raises:
        NotFound: there is no such target in a share the actor has to do with.
        Forbidden: it is himself, a relative, or the head of his office: not his to decide.
        Conflict: his case was opened, he was drawn, or the campaign is over.
        Invalid: no reason.
    """
    row = _own_target(ctx, target_id)
    _refuse_concerned(ctx, row)
    campaign_draws.refuse_changes(campaign_rows.open_(ctx, row.campaign_id))
    if not reason.strip() or len(reason) > _WORDS:
        raise campaign_rows.wrong([campaign_rows.finding("reason", _("请写明不列入的理由"))])
    done = ctx.session.execute(
        update(campaign_target)
        .where(campaign_target.c.id == target_id, campaign_target.c.case_id.is_(None))
        .values(
            state=TargetState.LEFT_OUT,
            reason=reason.strip(),
            by_id=ctx.actor.person_id,
            version=campaign_target.c.version + 1,
        )
        .returning(campaign_target.c.id)
    )
    if done.one_or_none() is None:
        raise Conflict(_("已经为该对象启动事项"))
    ctx.record("campaign.leave_out", target_id, detail={"campaign": row.campaign_id})


def confirm(ctx: Context, part_id: str) -> int:
    """Confirm those who are proposed in the share of the actor's office; how many.

    What is proposed later, or could not be opened, is confirmed by doing so again.

    Raises:
        NotFound: there is no such share for the actor.
        Forbidden: the actor is not the head of its office, or has to keep away.
        Conflict: the campaign is over, or targets are still being selected.
    """
    part = ctx.session.execute(
        select(campaign_part).where(campaign_part.c.id == part_id).with_for_update()
    ).one_or_none()
    if part is None:
        raise NotFound
    _refuse_others(ctx, part)
    if campaign_rows.open_(ctx, part.campaign_id).selected_at is None:
        raise Conflict(_("正在选取对象，请稍后再确认"))
    chosen = ctx.session.scalars(
        update(campaign_target)
        .where(campaign_target.c.part_id == part_id, campaign_target.c.state.in_(WAITING))
        .values(state=TargetState.CHOSEN, reason="", version=campaign_target.c.version + 1)
        .returning(campaign_target.c.id)
    ).all()
    ctx.session.execute(
        update(campaign_part)
        .where(campaign_part.c.id == part_id)
        .values(
            state="confirmed",
            confirmed_by=ctx.actor.person_id,
            confirmed_at=ctx.now,
            version=part.version + 1,
        )
    )
    told = {"campaign": part.campaign_id, "targets": len(chosen)}
    ctx.record("campaign.confirm", part_id, detail=told)
    return len(chosen)


def _own_target(ctx: Context, target_id: str) -> Row[Any]:
    """A target in a share of the actor's offices, or in one that came up to him."""
    row = ctx.session.execute(
        select(campaign_target, campaign_part.c.unit_id.label("office"))
        .join(campaign_part, campaign_part.c.id == campaign_target.c.part_id)
        .where(campaign_target.c.id == target_id)
    ).one_or_none()
    if row is None or not (row.office in campaign_rows.own_units(ctx) or _confirms(ctx, row)):
        raise NotFound
    return row


def _confirms(ctx: Context, target: Row[Any]) -> bool:
    return ctx.actor.person_id in campaign_heads.confirming(ctx, _part(ctx, target.part_id)).people


def _part(ctx: Context, part_id: str) -> Row[Any]:
    return ctx.session.execute(select(campaign_part).where(campaign_part.c.id == part_id)).one()


def _refuse_concerned(ctx: Context, target: Row[Any]) -> None:
    """Nobody takes himself from the list, or a relative, or who leads him."""
    if campaign_heads.is_of(ctx, target, ctx.actor.person_id):
        raise Forbidden(_("该对象是您本人或者您的近亲属，您应当回避"))
    if campaign_heads.is_of_head(ctx, target, target.office) and not _confirms(ctx, target):
        raise Forbidden(_("该对象是本机构主要负责人或者其近亲属，由上级机构的负责人决定"))


def _refuse_others(ctx: Context, part: Row[Any]) -> None:
    found = campaign_heads.confirming(ctx, part)
    if ctx.actor.person_id in found.people:
        return
    if part.unit_id not in campaign_rows.own_units(ctx):
        raise NotFound
    if found.office is None:
        raise Forbidden(_("各级负责人都在名单中或者是对象的近亲属，没有可以确认的人"))
    if found.is_above:
        told = _("主要负责人或者其近亲属在名单中，由{office}的负责人确认")
        raise Forbidden(told.format(office=found.office_name))
    raise Forbidden(_("对象名单由本机构主要负责人确认"))


def _person(ctx: Context, person_id: str) -> dict[str, Any]:
    person, unit = people.person(ctx, person_id), people.own_unit(ctx, person_id, ctx.today)
    return {
        "person_id": person_id,
        "unit_id": unit.id if unit else None,
        "name": person.name,
        "managed_by": person.managed_by,
        "region": unit.region if unit else "",
    }


def _unit(ctx: Context, unit_id: str) -> dict[str, Any]:
    unit = people.unit(ctx, unit_id)
    told = {"unit_id": unit_id, "name": unit.name, "managed_by": unit.affiliation}
    return {**told, "region": unit.region}

"""专项活动: held by the head of an office, confirmed by each office of the levels it reaches.

Targets are proposed by a register or named by hand; each belongs to the office whose level manages
him. Nothing is opened before that office has confirmed; what is opened then, and that it is opened
once, is ``campaign_cases``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, false, insert, or_, select

from server.domain.campaign_rules import CampaignRule
from server.domain.campaigns import Version
from server.domain.errors import Forbidden
from server.domain.jurisdiction import Level
from server.domain.texts import _
from server.models.base import new_id
from server.models.identity import Unit
from server.models.register import campaign, campaign_part, campaign_scope
from server.services.context import Context
from server.services.identity import people, posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import campaign_draws, campaign_rows

#: longest scope, reason and title
_WORDS: Final = 2000
_TITLE: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A campaign as whoever wants to hold it describes it."""

    key: str
    title: str
    from_on: date
    to_on: date
    scope: str
    since_on: date | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of campaign, with the office of the actor that may hold it."""

    release: Release
    rule: CampaignRule
    unit_id: str
    level: str
    region: str


def kinds(ctx: Context) -> tuple[Kind, ...]:
    """The kinds of campaigns the actor may hold today, for which of his offices."""
    found = []
    headed = [people.unit(ctx, each) for each in posts.with_posts(ctx).headed]
    for release in definitions.releases_in_force(ctx, ctx.today):
        for rule in release.pack.campaigns.values():
            found += [
                Kind(
                    release=release,
                    rule=rule,
                    unit_id=office.id,
                    level=office.level,
                    region=office.region,
                )
                for office in headed
                if office.kind == rule.by and office.level in rule.levels
            ]
    return tuple(sorted(found, key=lambda kind: (kind.rule.title, kind.unit_id)))


def hold(ctx: Context, plan: Plan) -> str:
    """Begin a campaign, ask every office of the levels it reaches, and return its id.

    Raises:
        Forbidden: the actor is not the head of an office that may hold it.
        Conflict: its targets are drawn, and the office has a draw of this kind under way.
        Invalid: a title, days or a scope are missing or wrong; all problems at once.
    """
    kind = next((each for each in kinds(ctx) if each.rule.key == plan.key), None)
    if kind is None:
        raise Forbidden(_("只有政策包规定的机构的主要负责人可以开展该专项活动"))
    _refuse_wrong(plan, campaign_rows.codes(kind.release, kind.rule))
    campaign_draws.refuse_again(ctx, kind.rule, kind.unit_id)
    selects = kind.rule.selects
    row: dict[str, Any] = {
        "id": new_id(),
        "key": plan.key,
        "pack_version_id": kind.release.id,
        "title": plan.title.strip(),
        "level": kind.level,
        "unit_id": kind.unit_id,
        "region": kind.region,
        "from_on": plan.from_on,
        "to_on": plan.to_on,
        "since_on": plan.since_on or (selects.since if selects else None),
        "selected_at": None if selects else ctx.now,
        "seed": campaign_draws.seed_for(kind.rule),
        "made_by": ctx.actor.person_id,
        "made_at": ctx.now,
    }
    ctx.session.execute(insert(campaign).values(**row))
    _add_scope(ctx, row["id"], Version(number=1, from_on=plan.from_on), plan.scope, plan.codes)
    parts = [_part(row["id"], office) for office in _offices(ctx, kind)]
    ctx.session.execute(insert(campaign_part), parts)
    told = {"key": plan.key, "parts": len(parts)} | ({"seed": row["seed"]} if row["seed"] else {})
    ctx.record("campaign.open", row["id"], detail=told)
    return str(row["id"])


def widen(
    ctx: Context, campaign_id: str, *, text: str, codes: tuple[str, ...] = (), seen: int | None
) -> int:
    """Let the campaign cover more from today on: a further version of its scope; its number.

    Raises:
        NotFound: there is no such campaign.
        Forbidden: the actor is not the head of the office that holds it.
        Conflict: it is over, or changed since he looked.
        Invalid: no words; or it would cover less than before, or the same.
    """
    row = campaign_rows.held(ctx, campaign_id, seen)
    before = campaign_rows.covered(ctx, campaign_id)
    release = definitions.release(ctx, row.pack_version_id)
    known = campaign_rows.codes(release, campaign_rows.rule_of(ctx, row))
    _refuse_narrow(before, text, codes, known)
    number = int(before.number) + 1
    _add_scope(ctx, campaign_id, Version(number=number, from_on=ctx.today), text, codes)
    campaign_rows.touch(ctx, row)
    ctx.record("campaign.widen", campaign_id, detail={"version": number})
    return number


def end(ctx: Context, campaign_id: str, *, reason: str, seen: int | None) -> None:
    """End the campaign before its last day; cases that were opened go on.

    Raises: as :func:`widen`.
    """
    row = campaign_rows.held(ctx, campaign_id, seen)
    if not reason.strip() or len(reason) > _WORDS:
        raise campaign_rows.wrong([campaign_rows.finding("reason", _("请写明理由"))])
    told = {"ended_by": ctx.actor.person_id, "ended_at": ctx.now, "end_reason": reason.strip()}
    campaign_rows.touch(ctx, row, state="ended", **told)
    ctx.record("campaign.end", campaign_id)


def _offices(ctx: Context, kind: Kind) -> list[Row[Any]]:
    """The offices that take part: its own, and those of lower levels in its region.

    Where a share is drawn its own alone: whose work is looked at has no say in what is drawn.
    """
    lower = [each for each in kind.rule.levels if Level(each).depth >= Level(kind.level).depth]
    inside = kind.region + "/"
    below = Unit.region.startswith(inside, autoescape=True) if not kind.rule.sample else false()
    columns = (Unit.id, Unit.level, Unit.region)
    wanted = select(*columns).where(
        Unit.kind == kind.rule.by,
        Unit.level.in_(lower),
        or_(Unit.id == kind.unit_id, below),
        or_(Unit.closed_on.is_(None), Unit.closed_on >= ctx.today),
    )
    return list(ctx.session.execute(wanted.order_by(Unit.path)).all())


def _part(campaign_id: str, office: Row[Any]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "campaign_id": campaign_id,
        "unit_id": office.id,
        "level": office.level,
        "region": office.region,
    }


def _add_scope(
    ctx: Context, campaign_id: str, version: Version, text: str, codes: Collection[str]
) -> None:
    ctx.session.execute(
        insert(campaign_scope).values(
            campaign_id=campaign_id,
            number=version.number,
            text=text.strip(),
            codes=list(codes),
            from_on=version.from_on,
            by_id=ctx.actor.person_id,
            at=ctx.now,
        )
    )


def _refuse_narrow(
    before: Row[Any], text: str, codes: Collection[str], known: Mapping[str, str]
) -> None:
    """Whoever was told that he is covered stays so: a further version takes nothing away."""
    lost = [known.get(code, code) for code in before.codes if code not in codes]
    is_same = text.strip() == before.text and set(codes) == set(before.codes)
    _refuse(
        {
            "scope": (
                not 0 < len(text.strip()) <= _WORDS or is_same,
                _("请写明扩大以后的范围"),
            ),
            "codes": (
                bool(lost or set(codes) - set(known)),
                _("范围只能扩大，须仍包括“{names}”").format(names="、".join(lost))
                if lost
                else _("请在清单中选择"),
            ),
        }
    )


def _refuse_wrong(plan: Plan, codes: Mapping[str, str]) -> None:
    given = set(plan.codes)
    wrong: dict[str, tuple[bool, str]] = {
        "title": (not 0 < len(plan.title.strip()) <= _TITLE, _("请写明专项活动的名称")),
        "to_on": (plan.to_on < plan.from_on, _("结束日期不能早于开始日期")),
        "scope": (
            not 0 < len(plan.scope.strip()) <= _WORDS,
            _("请写明专项活动的范围"),
        ),
        "codes": (
            bool(codes and not given) or bool(given - set(codes)),
            _("请在清单中选择专项活动包括的领域"),
        ),
    }
    _refuse(wrong)


def _refuse(wrong: Mapping[str, tuple[bool, str]]) -> None:
    found = [
        campaign_rows.finding(field, why) for field, (is_wrong, why) in wrong.items() if is_wrong
    ]
    if found:
        raise campaign_rows.wrong(found)

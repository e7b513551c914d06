"""Who signs or votes together on a task that begins to wait, as the pack says (``together``)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from server.domain.errors import EngineError
from server.domain.groups import Duty
from server.domain.jurisdiction import Level
from server.domain.lifecycle import WorkState
from server.domain.recusal import fit
from server.domain.texts import _
from server.domain.together import Kind, Together
from server.engine.port import OpenTask
from server.forms import signing
from server.models.work import OPEN_STATES
from server.services.case.case_rows import CaseRow
from server.services.clocks import work_clocks
from server.services.context import Context
from server.services.identity import people
from server.services.law.releases import Release
from server.services.verbs import (
    advance_work,
    group_rows,
    parties,
    signature_notices,
)


def join(ctx: Context, case: CaseRow, release: Release, opened: Iterable[OpenTask]) -> None:
    """Let those sign who are to: the items of a group instead of, or besides, the one of its lane.

    Raises:
        EngineError: there is nobody to sign.
    """
    rules = {
        task.task_key: release.pack.together[task.node_key]
        for task in opened
        if task.node_key in release.pack.together
    }
    if not rules:
        return
    for row in work_clocks.open_items(ctx, case.id):
        if row["task_key"] in rules and row["duty"] == Duty.MAIN and row["state"] in OPEN_STATES:
            rule = rules[row["task_key"]]
            _join(_Asking(ctx=ctx, case=case, release=release, rule=rule, lane=row))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asking:
    """One task with the rule by which it is signed."""

    ctx: Context
    case: CaseRow
    release: Release
    rule: Together
    #: the item its lane leads to
    lane: Mapping[str, Any]


def _join(asking: _Asking) -> None:
    ctx, case, release = asking.ctx, asking.case, asking.release
    rule, lane = asking.rule, asking.lane
    found = _once(_members(asking))
    if not found:
        raise EngineError(_("没有可以会签、投票的人员，请联系流程设计人员"), element=rule.node)
    in_turn = rule.kind is Kind.SEQUENCE
    form = _form(rule)
    members = [
        {
            "duty": Duty.MEMBER,
            "form_key": form,
            "form_hash": release.form_hashes.get(form),
            "position": number if in_turn else 0,
            **member,
        }
        for number, member in enumerate(found, start=1)
    ]
    kept = work_clocks.open_items(ctx, case.id)
    if not rule.has_main:
        kept.change(lane, **members.pop(0))
    rows = [lane, *(kept.add(**_shared(lane), **member) for member in members)]
    asked = [row for row in rows if row["duty"] == Duty.MEMBER]
    signature_notices.asked(ctx, asked[:1] if in_turn else asked)


def _once(members: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who is asked in several roles signs in the first of them."""
    found: dict[str, dict[str, Any]] = {}
    for number, member in enumerate(members):
        found.setdefault(member.get("assignee_id") or str(number), member)
    return list(found.values())


def _shared(lane: Mapping[str, Any]) -> dict[str, Any]:
    """What all items of a group have in common, and the seat of the lane where none is given."""
    return {name: lane[name] for name in group_rows.OF_TASK}


def _form(rule: Together) -> str:
    return rule.form or (signing.WITH_ABSTENTION if rule.may_abstain else signing.PLAIN)


def _members(asking: _Asking) -> Iterator[dict[str, Any]]:
    if asking.rule.who.of_office:
        yield from _of_place(asking)
        return
    for role in _roles(asking.release, asking.rule):
        yield from _of_role(asking, role)


def _roles(release: Release, rule: Together) -> list[str]:
    """The roles that are asked; people a field names have the one it appoints them to."""
    if not rule.who.people_field:
        return list(rule.who.roles)
    appointed = (
        entry.role for entry in release.pack.appointments if entry.field == rule.who.people_field
    )
    return list(dict.fromkeys(appointed))


def _of_place(asking: _Asking) -> Iterator[dict[str, Any]]:
    """Everybody of the lane's office, its head last; or everybody with its part in the case."""
    ctx, rule, lane = asking.ctx, asking.rule, asking.lane
    role, unit = lane["candidate_role"], lane["candidate_unit"]
    if unit is None:
        yield from _by_name(asking, role)
        return
    holders = people.holders(ctx, unit, ctx.today, head_only=lane["head_only"])
    able = set(_able(asking, role, (each.person_id for each in holders)))
    for holder in sorted(holders, key=lambda each: each.is_head):
        if holder.person_id in able:
            weight = rule.weights.get(role, 1)
            yield {
                **_claimed(ctx, holder.person_id),
                **{name: lane[name] for name in _PLACE},
                "weight": max(weight, rule.head_weight) if holder.is_head else weight,
            }


def _of_role(asking: _Asking, role: str) -> Iterator[dict[str, Any]]:
    """People the case names by name; an office as a whole: whoever of it takes it."""
    case, rule, lane = asking.case, asking.rule, asking.lane
    if role in advance_work.case_roles(asking.release.pack):
        yield from _by_name(asking, role)
        return
    level = Level(lane["level"] or case.level)
    office = advance_work.office_of(asking.ctx, case, role, level)
    if office is None:
        detail = f"{role} at {level} for {case.region}"
        message = _("没有找到可以会签的机关，请联系流程设计人员")
        raise EngineError(message, element=rule.node, detail=detail)
    yield {
        "candidate_role": role,
        "candidate_unit": office.id,
        "level": level,
        "head_only": False,
        "state": WorkState.OFFERED,
        "weight": rule.weights.get(role, 1),
    }


def _by_name(asking: _Asking, role: str) -> Iterator[dict[str, Any]]:
    named = sorted(parties.members(asking.ctx, asking.case.id, role))
    logins = {person: people.person(asking.ctx, person).login for person in named}
    for person in sorted(_able(asking, role, named), key=lambda each: logins[each]):
        yield {
            **_claimed(asking.ctx, person),
            "candidate_role": role,
            "candidate_unit": None,
            "level": None,
            "head_only": False,
            "weight": asking.rule.weights.get(role, 1),
        }


#: through which office somebody signs
_PLACE: Final = ("candidate_role", "candidate_unit", "level", "head_only")


def _able(asking: _Asking, role: str, persons: Iterable[str]) -> list[str]:
    """Those who are neither recused nor barred by what the case shows, or by what they did."""
    ctx, case, pack = asking.ctx, asking.case, asking.release.pack
    concerned = parties.for_task(ctx, case.id, pack.incompatible, asking.rule.node, role)
    return fit(persons, role, concerned)


def _claimed(ctx: Context, person_id: str) -> dict[str, Any]:
    """It is his at once, and he has not touched it: until he signs a sender may take it back."""
    return {"assignee_id": person_id, "state": WorkState.CLAIMED, "claimed_at": ctx.now}

"""加签 and its removal: whoever has a task asks others to sign before, beside or after him."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select

from server.domain import groups, signers
from server.domain import work as rules
from server.domain.access import ADMINISTRATORS
from server.domain.errors import Invalid
from server.domain.findings import Finding
from server.domain.groups import SIGNERS, Duty, Seat
from server.domain.roles import PARTIES
from server.domain.signers import Asking, Known, Place
from server.domain.texts import _
from server.domain.work import Work
from server.forms import signing
from server.models.case import case as case_table
from server.models.identity import Unit
from server.models.work import work_item
from server.queries import timeline
from server.services.context import Context
from server.services.identity import people, posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import (
    acting,
    advance_work,
    group_rows,
    parties,
    reasons,
    signature_notices,
    signatures,
    work_acts,
    work_rows,
)
from server.services.verbs.group_rows import GroupRows
from server.services.verbs.judged import Choice
from server.services.verbs.work_rows import ItemRow

#: words of the API -> what the signer is in the group
_DUTIES: Final = {"before": Duty.BEFORE, "parallel": Duty.BESIDE, "after": Duty.AFTER}
_POSITIONS: Final = (
    Choice(value="before", label=_("前加签"), hint=_("他们签署后您才能办理")),
    Choice(value="parallel", label=_("并加签"), hint=_("您可以同时填写，他们签署后才能提交")),
    Choice(value="after", label=_("后加签"), hint=_("您提交后由他们签署，都同意才转入下一步")),
)
#: most signers of one task who wait at a time
MOST: Final = 20


def add(
    ctx: Context,
    item_id: str,
    *,
    persons: Sequence[str],
    position: str,
    reason: str,
    seen: int | None = None,
) -> None:
    """Have these people sign: before the task is worked on, beside it, or after it is handed in.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: he has lost the post it was offered to, is barred, or is party to the case.
        Conflict: it is not in his hands, was handed in, is signed by several anyway, the case
            stands still, or it changed since he looked.
        Invalid: no reason, no position, or somebody who may not be asked.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    named = acting.decide(ctx, actor, item, work, rules.may_have_signed)
    ctx, actor = named.ctx, named.actor
    reasons.refuse_empty(reason)
    release = definitions.release(ctx, case.pack_version_id)
    known = group_rows.of(ctx, release, item)
    duty = _duty(position)
    chosen = _chosen(persons, _able(ctx, release, item, work, known))
    new = [Seat(id=one.person_id, person_id=one.person_id, duty=duty) for one in chosen]
    after = groups.add(known.group, new)
    if len(after.open_of(*SIGNERS)) > MOST:
        raise Invalid(_("同时等待签署的加签人不能超过{n}人").format(n=MOST))
    main, last = known.rows[item.id], max(seat.position for seat in known.group.seats)
    seats = [
        {
            "candidate_role": one.place.role,
            "candidate_unit": one.place.unit_id,
            "assignee_id": one.person_id,
            "handed_by": actor.person_id,
            "form_key": signing.PLAIN,
            "form_hash": release.form_hashes[signing.PLAIN],
            "position": last + number,
        }
        for number, one in enumerate(chosen, start=1)
    ]
    rows = group_rows.beside(ctx, main, duty, seats)
    ctx.settle()
    _note(ctx, item, "add_signers", rows, reason)
    if duty is not Duty.AFTER or known.group.is_handed_in:
        signature_notices.asked(ctx, rows)


def remove(
    ctx: Context,
    item_id: str,
    *,
    persons: Sequence[str],
    reason: str,
    seen: int | None = None,
) -> None:
    """Let people off who were asked to sign and have not; what is signed stays.

    Raises:
        NotFound, Forbidden: as :func:`add`.
        Conflict: as :func:`add`, or one of them has signed meanwhile.
        Invalid: no reason, or somebody who was not asked.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    ctx = acting.decide(ctx, actor, item, work, rules.may_have_signed).ctx
    reasons.refuse_empty(reason)
    release = definitions.release(ctx, case.pack_version_id)
    known = group_rows.of(ctx, release, item)
    waiting = {seat.person_id: seat.id for seat in known.group.open_of(*SIGNERS)}
    if not persons or set(persons) - set(waiting):
        raise _wrong(_("所选的人员不在等待签署之列"))
    gone = [known.rows[waiting[person]] for person in dict.fromkeys(persons)]
    turn = groups.remove(known.group, [row["id"] for row in gone])
    _note(ctx, item, "remove_signers", gone, reason)
    signature_notices.let_off(ctx, gone)
    signatures.go(ctx, case, release, known, turn)


def candidates(ctx: Context, item_id: str) -> list[Choice]:
    """Who could be asked. Raises NotFound."""
    item, case, work = work_rows.looked_at(ctx, posts.with_posts(ctx), item_id)
    release = definitions.release(ctx, case.pack_version_id)
    known = group_rows.of(ctx, release, item)
    able = _able(ctx, release, item, work, known)
    return _named(ctx, {one.person_id: one.place.unit_id for one in able})


def positions(ctx: Context, item_id: str) -> list[Choice]:
    """When they could sign: after it was handed in, only after it. Raises NotFound."""
    item, case, _work = work_rows.looked_at(ctx, posts.with_posts(ctx), item_id)
    release = definitions.release(ctx, case.pack_version_id)
    is_handed_in = group_rows.of(ctx, release, item).group.is_handed_in
    return [each for each in _POSITIONS if each.value == "after" or not is_handed_in]


def waiting(ctx: Context, item_id: str) -> list[Choice]:
    """Who was asked and has not signed. Raises NotFound."""
    item, case, _work = work_rows.looked_at(ctx, posts.with_posts(ctx), item_id)
    release = definitions.release(ctx, case.pack_version_id)
    known = group_rows.of(ctx, release, item)
    rows = [known.rows[seat.id] for seat in known.group.open_of(*SIGNERS)]
    return _named(ctx, {row["assignee_id"]: row["candidate_unit"] for row in rows})


def _able(
    ctx: Context, release: Release, item: ItemRow, work: Work, known: GroupRows
) -> list[Known]:
    """Everybody who may be asked to sign with the holder of this task."""
    taken = {seat.person_id for seat in known.group.seats if seat.is_open and seat.person_id}
    concerned = frozenset().union(*(parties.members(ctx, item.case_id, role) for role in PARTIES))
    addressed = any(
        paper.node == item.node_key and paper.to for paper in release.pack.papers.values()
    )
    asking = Asking(
        place=Place(role=item.candidate_role, unit_id=item.candidate_unit),
        roles=release.pack.capacities,
        parties=work.parties,
        is_addressed=addressed,
        out=frozenset(taken) | concerned | {ctx.actor.person_id},
    )
    return signers.able(asking, _everybody(ctx, release, item))


def _everybody(ctx: Context, release: Release, item: ItemRow) -> Iterator[Known]:
    """Everybody with a place in the case: in an office that has or had work in it, or by name."""
    for place in _offices(ctx, item.case_id):
        for holder in people.holders(ctx, place.unit_id or "", ctx.today):
            yield Known(person_id=holder.person_id, place=place, is_head=holder.is_head)
    for role in sorted(advance_work.case_roles(release.pack) - PARTIES):
        for person in sorted(parties.members(ctx, item.case_id, role)):
            yield Known(person_id=person, place=Place(role=role))


def _offices(ctx: Context, case_id: str) -> list[Place]:
    worked = ctx.session.execute(
        select(work_item.c.candidate_role, work_item.c.candidate_unit, work_item.c.head_only)
        .where(work_item.c.case_id == case_id, work_item.c.candidate_unit.is_not(None))
        .distinct()
    )
    opened = ctx.session.execute(
        select(Unit.kind, Unit.id)
        .join(case_table, case_table.c.opened_for == Unit.id)
        .where(case_table.c.id == case_id, Unit.kind.not_in(ADMINISTRATORS))
    )
    found = {
        Place(role=row.candidate_role, unit_id=row.candidate_unit, leads=row.head_only)
        for row in worked
    } | {Place(role=row.kind, unit_id=row.id) for row in opened}
    return sorted(found, key=lambda place: (place.role, place.unit_id or "", place.leads))


def _chosen(persons: Sequence[str], able: Collection[Known]) -> list[Known]:
    by_id = {one.person_id: one for one in able}
    if not persons or set(persons) - set(by_id):
        raise _wrong(_("所选的人员不能加签：只能是本机构的同事，或者可以查阅该材料的经办人员"))
    return [by_id[person] for person in dict.fromkeys(persons)]


def _duty(position: str) -> Duty:
    if position not in _DUTIES:
        message = _("请选择加签方式")
        finding = Finding(code="SIGNERS_POSITION", field="position", message=message)
        raise Invalid(message, [finding])
    return _DUTIES[position]


def _wrong(message: str) -> Invalid:
    fix = _("从名单中选择")
    finding = Finding(code="SIGNERS_PERSONS", field="persons", message=message, fix=fix)
    return Invalid(message, [finding])


def _named(ctx: Context, places: Mapping[str, str | None]) -> list[Choice]:
    """Person -> the office he would sign in, as choices."""
    who = timeline.people(ctx.session, sorted(places))
    return [
        Choice(value=one, label=who[one].name, hint=who[one].post_on(ctx.today, unit))
        for one, unit in places.items()
    ]


def _note(ctx: Context, item: ItemRow, verb: str, rows: Sequence[Any], reason: str) -> None:
    """One note for each person, at his item, in the words of whoever has the task."""
    for row in rows:
        work_acts.append(
            ctx,
            work_rows.of_row(row),
            verb,
            to_person=row["assignee_id"],
            to_unit=row["candidate_unit"],
            unit_id=item.candidate_unit,
            role=item.candidate_role,
            text=reason,
        )

"""申请延期: whoever works under a clock asks the approver its rule names for more time."""

from collections.abc import Mapping

from server.domain import recusal
from server.domain.deadline_changes import Extend
from server.domain.deadline_lines import units
from server.domain.errors import Conflict, Forbidden, NotFound
from server.domain.expressions import Json
from server.domain.texts import _
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.clocks import deadline_rows
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context
from server.services.identity import people, posts
from server.services.law.releases import Release
from server.services.verbs import (
    case_offices,
    clock_outlooks,
    correction_heads,
    deadline_clock,
    parties,
)
from server.services.verbs.outlook import Change
from server.services.verbs.request_kinds import Deciders, Foreseen, Kept, Kind, Posed

_Given = Mapping[str, Json]


def refuse_asking(ctx: Context, case: CaseRow, release: Release, given: _Given) -> None:
    """Return when the actor works in an office that answers for the clock.

    Raises:
        NotFound: no such clock runs.
        Forbidden: he does not, or the matter is his own; the approver extends it himself.
        Conflict: the case stands still.
    """
    case_rows.refuse_resting(case)
    rule_key = str(given["rule_key"])
    if not deadline_rows.open_clocks(ctx, case.id, rule_key):
        raise NotFound
    if _own_office(ctx, case, release, rule_key) is None:
        raise Forbidden(_("由承办该期限的机构的人员申请延期"))
    if deadline_clock.may(ctx, case, release, rule_key, Extend):
        raise Forbidden(_("您就是该期限的批准人，可以直接延长"))
    recusal.refuse_barred(ctx.actor.person_id, "", parties.of_case(ctx, case.id))


def deciders(ctx: Context, case: CaseRow, release: Release, given: _Given) -> Deciders:
    """The approver the rule names; where nobody of that office could, the nearest head above.

    Raises:
        Conflict: nobody could.
    """
    rule_key = str(given["rule_key"])
    label = deadline_clock.approver(release, rule_key)
    offices = deadline_clock.offices(ctx, case, release, rule_key, label)
    own = _own_office(ctx, case, release, rule_key)
    office_id = own if own in offices else next(iter(offices), None)
    if office_id is None:
        raise Conflict(_("没有可以批准延期的机构"))
    if label.endswith(".head"):
        office, heads = correction_heads.deciding(ctx, case.id, office_id)
        return Deciders(office=office, people=heads)
    holders = correction_heads.able(ctx, case.id, office_id, head_only=False)
    if not holders:
        raise Conflict(_("没有可以批准延期的人员"))
    return Deciders(office=people.unit(ctx, office_id), people=holders, by_head=False)


def foresee(ctx: Context, case: CaseRow, release: Release, given: _Given) -> Foreseen:
    """The clock before and after.

    Raises:
        Invalid, Conflict: it is over, the case stands still, or it cannot be extended that far.
    """
    case_rows.refuse_resting(case)
    row = _row(ctx, case, given)
    act = Extend(on=ctx.today, n=int(given["n"]))
    deadline_clock.check(deadline_rows.clock(ctx, release.pack, row), act, ctx.today)
    return Foreseen(
        before={"due_on": _iso(row), "state": row.state, "changes": len(row.changes)},
        after={"n": act.n},
        outlook=clock_outlooks.of(ctx, release.pack, row, act),
    )


def act(ctx: Context, case: CaseRow, release: Release, given: _Given, posed: Posed) -> None:
    """Extend the clock, with who asked and who approved."""
    change = Extend(
        on=ctx.today,
        n=int(given["n"]),
        note=posed.reason,
        by=posed.asked_by,
        approved_by=posed.by,
    )
    deadline_clock.write(ctx, release, _row(ctx, case, given), change)


def words(release: Release, _procedure: str, given: _Given) -> str:
    """“提出处理意见”延长3个工作日."""
    rule = release.pack.deadlines[str(given["rule_key"])]
    return _("“{title}”延长{n}").format(title=rule.title, n=units(int(given["n"]), rule.unit))


def told(release: Release, _procedure: str, given: _Given, kept: Kept) -> tuple[Change, ...]:
    """The last day of before, and how much was added to it."""
    rule = release.pack.deadlines[str(given["rule_key"])]
    more = _("延长{n}").format(n=units(int(given["n"]), rule.unit))
    due = str(kept.before.get("due_on") or _("待定"))
    return (Change(label=_("到期日"), before=due, after=more),)


def _row(ctx: Context, case: CaseRow, given: _Given) -> DeadlineRow:
    rows = deadline_rows.open_clocks(ctx, case.id, str(given["rule_key"]))
    if not rows:
        raise Conflict(_("该期限已经办结或者不再计算"))
    return rows[-1]


def _own_office(ctx: Context, case: CaseRow, release: Release, rule_key: str) -> str | None:
    own = {post.unit_id for post in posts.with_posts(ctx).posts}
    found = case_offices.answering(ctx, case, release, rule_key)
    return next((each.unit_id for each in found if each.unit_id in own), None)


def _iso(row: DeadlineRow) -> str | None:
    return row.due_on.isoformat() if row.due_on else None


KIND = Kind(
    refuse_asking=refuse_asking,
    deciders=deciders,
    foresee=foresee,
    act=act,
    words=words,
    told=told,
    subject=lambda given: str(given["rule_key"]),
)

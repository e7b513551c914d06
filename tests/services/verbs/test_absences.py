"""Standing in for somebody: in his name, for his posts, on its days, and without leftovers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from server.domain.absences import Absence
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.models.case import case_step
from server.models.identity import Person, Post
from server.models.work import work_act, work_item
from server.queries import inbox
from server.queries.inbox import View
from server.services.context import Context
from server.services.files import absence_lists, open_tasks, sheets
from server.services.verbs import (
    absences,
    case_verbs,
    delegations,
    parties,
    returns,
    signers,
    withdrawals,
    work,
)
from server.services.verbs.appointed import Named
from tests.factories.invariants import violations
from tests.factories.tiny import ACCEPT, COLLEAGUE, DESK, HEAD, NOW, STRANGER, Tiny

LAST = NOW + timedelta(days=4)
AFTER = NOW + timedelta(days=5)


def test_a_substitute_from_another_office_claims_and_completes_in_the_others_name(
    tiny: Tiny,
) -> None:
    case_id = tiny.open()
    item_id = tiny.item(case_id, "register").id
    with pytest.raises(NotFound):
        tiny.act(STRANGER, lambda ctx: work.claim(ctx, item_id))
    tiny.act(DESK, away(tiny, DESK, STRANGER))
    assert listed(tiny, STRANGER, "queue") == [item_id]
    tiny.act(STRANGER, lambda ctx: work.claim(ctx, item_id))
    assert tiny.item(case_id, "register").assignee_id == tiny.person(DESK)
    assert listed(tiny, STRANGER, "mine") == listed(tiny, DESK, "mine") == [item_id]
    sheet = tiny.act(STRANGER, lambda ctx: sheets.sheet(ctx, item_id))
    assert sheet.in_name_of == tiny.actor(DESK).name
    assert sheet.form is not None
    assert {"complete", "release", "transfer", "delegate"} <= set(sheet.actions)
    tiny.act(STRANGER, lambda ctx: work.complete(ctx, item_id, ACCEPT))
    with tiny.tools.readers() as session:
        step = session.execute(
            select(case_step.c.actor_id, case_step.c.on_behalf_of).where(
                case_step.c.case_id == case_id, case_step.c.work_item_id == item_id
            )
        ).one()
    assert tuple(step) == (tiny.person(STRANGER), tiny.person(DESK))
    assert violations(tiny.tools, case_id) == []


def test_it_ends_with_its_last_day_and_leaves_nothing_over(tiny: Tiny) -> None:
    case_id = tiny.open()
    item_id = tiny.item(case_id, "register").id
    tiny.act(DESK, away(tiny, DESK, STRANGER))
    tiny.act(STRANGER, lambda ctx: work.claim(ctx, item_id), LAST)
    assert listed(tiny, STRANGER, "mine", AFTER) == []
    with pytest.raises(NotFound):
        tiny.act(STRANGER, lambda ctx: work.complete(ctx, item_id, ACCEPT), AFTER)
    tiny.act(DESK, lambda ctx: work.complete(ctx, item_id, ACCEPT), AFTER)


def test_nobody_stands_in_for_somebody_whose_account_is_closed(tiny: Tiny) -> None:
    """What he claimed in that name would be with somebody who cannot act."""
    case_id = tiny.open()
    item_id = tiny.item(case_id, "register").id
    tiny.act(DESK, away(tiny, DESK, STRANGER))
    disabled = update(Person).where(Person.id == tiny.person(DESK)).values(state="disabled")
    tiny.program(lambda ctx: ctx.session.execute(disabled))
    assert listed(tiny, STRANGER, "queue") == []
    with pytest.raises(NotFound):
        tiny.act(STRANGER, lambda ctx: work.claim(ctx, item_id))


def test_it_is_ended_early_by_either_of_the_two_and_by_nobody_else(tiny: Tiny) -> None:
    absence_id = tiny.act(DESK, away(tiny, DESK, STRANGER))
    with pytest.raises(NotFound):
        tiny.act(COLLEAGUE, lambda ctx: absences.end(ctx, absence_id))
    assert [each.stands_in for each in tiny.act(STRANGER, absence_lists.listed)] == [True]
    tiny.act(STRANGER, lambda ctx: absences.end(ctx, absence_id))
    assert tiny.actor(STRANGER).stands_in == ()
    with pytest.raises(Conflict):
        tiny.act(DESK, lambda ctx: absences.end(ctx, absence_id))


def test_the_head_arranges_it_for_his_people_and_a_colleague_does_not(tiny: Tiny) -> None:
    with pytest.raises(Forbidden):
        tiny.act(COLLEAGUE, away(tiny, DESK, STRANGER))
    tiny.act(HEAD, away(tiny, DESK, STRANGER))
    [absent] = tiny.actor(STRANGER).stands_in
    assert absent.person_id == tiny.person(DESK)


def test_there_are_no_overlaps_no_chains_and_no_strangers_to_the_organ(tiny: Tiny) -> None:
    tiny.act(DESK, away(tiny, DESK, STRANGER))
    with pytest.raises(Conflict):
        tiny.act(DESK, away(tiny, DESK, COLLEAGUE))
    with pytest.raises(Conflict):
        tiny.act(STRANGER, away(tiny, STRANGER, COLLEAGUE))
    with pytest.raises(Conflict):
        tiny.act(COLLEAGUE, away(tiny, COLLEAGUE, DESK))
    with pytest.raises(Invalid):
        tiny.act(COLLEAGUE, away(tiny, COLLEAGUE, "city1.case_supervision.1"))


def test_ones_own_right_counts_first(tiny: Tiny) -> None:
    case_id = tiny.open()
    item_id = tiny.item(case_id, "register").id
    tiny.act(DESK, away(tiny, DESK, COLLEAGUE))
    tiny.act(COLLEAGUE, lambda ctx: work.claim(ctx, item_id))
    assert tiny.item(case_id, "register").assignee_id == tiny.person(COLLEAGUE)
    assert listed(tiny, COLLEAGUE, "mine") == [item_id]


def test_a_recusal_of_either_closes_the_case_to_the_substitute(tiny: Tiny) -> None:
    of_absent, of_substitute = tiny.open(), tiny.open()
    tiny.act(DESK, away(tiny, DESK, STRANGER))
    tiny.recuse(of_absent, DESK)
    tiny.recuse(of_substitute, STRANGER)
    assert listed(tiny, STRANGER, "queue") == []
    for case_id in (of_absent, of_substitute):
        item_id = tiny.item(case_id, "register").id
        with pytest.raises(NotFound):
            tiny.act(STRANGER, partial(work.claim, item_id=item_id))
        with pytest.raises(NotFound):
            tiny.act(STRANGER, partial(sheets.sheet, item_id=item_id))


def test_the_absent_ones_own_matters_are_never_shown(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.act(DESK, away(tiny, DESK, STRANGER))
    concerned = [Named(role="subject", person_id=tiny.person(DESK))]
    tiny.program(lambda ctx: parties.concern(ctx, case_id, concerned))
    assert listed(tiny, STRANGER, "queue") == []
    item_id = tiny.item(case_id, "register").id
    with pytest.raises(NotFound):
        tiny.act(STRANGER, lambda ctx: sheets.sheet(ctx, item_id))


def test_the_right_ends_with_the_post_of_the_absent_one(tiny: Tiny) -> None:
    item_id = tiny.item(tiny.open(), "register").id
    tiny.act(DESK, away(tiny, DESK, STRANGER))
    ended = update(Post).where(Post.person_id == tiny.person(DESK)).values(to_on=NOW.date())
    tiny.program(lambda ctx: ctx.session.execute(ended))
    tomorrow = NOW + timedelta(days=1)
    with pytest.raises(NotFound):
        tiny.act(STRANGER, lambda ctx: work.claim(ctx, item_id), tomorrow)


def test_a_substitute_asks_for_signatures_returns_and_takes_back_in_the_others_name(
    tiny: Tiny,
) -> None:
    case_id = tiny.open()
    item_id = tiny.item(case_id, "register").id
    tiny.act(DESK, lambda ctx: work.claim(ctx, item_id))
    tiny.act(DESK, away(tiny, DESK, STRANGER))
    sheet = tiny.act(STRANGER, lambda ctx: sheets.sheet(ctx, item_id))
    assert {"add-signers", "cc"} <= set(sheet.actions)
    who = [tiny.person(COLLEAGUE)]
    tiny.act(STRANGER, adding(item_id, who))
    remove = partial(signers.remove, item_id=item_id, persons=who, reason="会同")
    tiny.act(STRANGER, lambda ctx: remove(ctx))
    tiny.act(STRANGER, lambda ctx: work.complete(ctx, item_id, ACCEPT))
    tiny.act(STRANGER, lambda ctx: withdrawals.withdraw(ctx, item_id))
    again = tiny.act(STRANGER, lambda ctx: sheets.sheet(ctx, item_id))
    assert again.form is not None
    assert again.form.data["registered"] == "accept"
    tiny.act(STRANGER, lambda ctx: work.complete(ctx, item_id, ACCEPT))
    verify = tiny.item(case_id, "verify").id
    tiny.act(STRANGER, lambda ctx: work.claim(ctx, verify))
    back = partial(returns.return_, item_id=verify, to_task="register", reason="材料不全")
    tiny.act(STRANGER, back)
    assert tiny.item(case_id, "register").assignee_id == tiny.person(DESK)
    with tiny.tools.readers() as session:
        acts = select(work_act.c.verb, work_act.c.actor_id, work_act.c.on_behalf_of)
        noted = session.execute(acts.where(work_act.c.case_id == case_id)).all()
    assert {row.verb for row in noted} == {"add_signers", "remove_signers", "withdraw", "return"}
    two = (tiny.person(STRANGER), tiny.person(DESK))
    assert {(row.actor_id, row.on_behalf_of) for row in noted} == {two}
    assert violations(tiny.tools, case_id) == []


def test_nobody_signs_a_task_and_does_it_for_another(tiny: Tiny) -> None:
    case_id = tiny.open()
    item_id = tiny.item(case_id, "register").id
    tiny.act(DESK, lambda ctx: work.claim(ctx, item_id))
    tiny.act(DESK, away(tiny, DESK, COLLEAGUE))
    add = adding(item_id, [tiny.person(COLLEAGUE)])
    with pytest.raises(Invalid):
        tiny.act(COLLEAGUE, add)
    tiny.act(DESK, add)
    [signing] = [each.id for each in tiny.facts(case_id).work if each.id != item_id]
    tiny.act(COLLEAGUE, lambda ctx: work.complete(ctx, signing, {"choice": "agree"}))
    with pytest.raises(Conflict):
        tiny.act(COLLEAGUE, lambda ctx: work.complete(ctx, item_id, ACCEPT))
    sheet = tiny.act(COLLEAGUE, lambda ctx: sheets.sheet(ctx, item_id))
    assert "complete" not in sheet.actions


def test_who_fills_the_head_s_post_steers_a_case_as_far_as_his_absence_goes(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(Forbidden):
        tiny.act(DESK, partial(case_verbs.suspend, case_id=case_id, reason="等候"))
    tiny.act(HEAD, away(tiny, HEAD, DESK))
    tiny.act(DESK, partial(case_verbs.suspend, case_id=case_id, reason="等候"))
    assert tiny.facts(case_id).status == "suspended"
    with tiny.tools.readers() as session:
        acts = select(work_act.c.actor_id, work_act.c.on_behalf_of)
        row = session.execute(acts.where(work_act.c.verb == "suspend")).one()
    assert tuple(row) == (tiny.person(DESK), tiny.person(HEAD))
    with pytest.raises(Forbidden):
        tiny.act(DESK, partial(case_verbs.resume, case_id=case_id, reason="继续"), AFTER)
    tiny.recuse(case_id, HEAD)
    with pytest.raises(Forbidden):
        tiny.act(DESK, partial(case_verbs.resume, case_id=case_id, reason="继续"))


def test_what_a_substitute_delegates_comes_back_to_the_absent_one(tiny: Tiny) -> None:
    case_id = tiny.open()
    item_id = tiny.item(case_id, "register").id
    tiny.act(DESK, away(tiny, DESK, STRANGER))
    tiny.act(STRANGER, lambda ctx: work.claim(ctx, item_id))
    to = tiny.person(COLLEAGUE)
    tiny.act(STRANGER, lambda ctx: delegations.delegate(ctx, item_id, to=to, reason="拟稿"))
    with tiny.tools.readers() as session:
        owner = session.scalar(select(work_item.c.owner_id).where(work_item.c.id == item_id))
    assert owner == tiny.person(DESK)
    tiny.act(COLLEAGUE, lambda ctx: work.complete(ctx, item_id, ACCEPT))
    tiny.act(STRANGER, lambda ctx: work.complete(ctx, item_id, ACCEPT))


def adding(item_id: str, who: list[str]) -> Callable[[Context], None]:
    add = partial(signers.add, item_id=item_id, persons=who, position="before", reason="会同")
    return lambda ctx: add(ctx)


def away(tiny: Tiny, absent: str, substitute: str) -> Callable[[Context], str]:
    new = Absence(
        person_id=tiny.person(absent),
        substitute_id=tiny.person(substitute),
        from_on=NOW.date(),
        to_on=LAST.date(),
    )
    return lambda ctx: absences.arrange(ctx, new, reason="出差")


def listed(tiny: Tiny, login: str, view: View, now: datetime = NOW) -> list[str]:
    def read(ctx: Context) -> list[str]:
        actor = tiny.actor(login, now)
        page = inbox.page(ctx.session, actor, view, when=open_tasks.when(ctx))
        return [entry.id for entry in page.items]

    return tiny.act(login, read, now)

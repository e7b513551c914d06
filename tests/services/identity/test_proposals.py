from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from server.config import FORGOTTEN_REQUESTS
from server.domain.access import SYSTEM, Actor
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, TooOften
from server.domain.expressions import Json
from server.domain.proposals import ProposalKind
from server.models.access import Proposal
from server.models.audit import AuditEvent
from server.models.identity import Person, Post, Unit
from server.models.installation import drill
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import (
    passwords,
    people,
    proposal_lists,
    proposals,
    sessions,
    staffing,
)
from server.services.identity.proposals import Approved

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)
SECRET = "三月 早晨 的河 与桥上人"
FIRST, SECOND = "p.security_admin.head", "p.security_admin.1"
CLERK, HEAD = "county1.case_supervision.1", "county1.case_supervision.head"
POST: dict[str, Json] = {"title": "干部", "from_on": "2026-03-02"}


def test_a_new_person_gets_an_account_a_post_and_a_first_password(tools: Tools) -> None:
    payload = {"login": "Neu.Kollege", "name": "新同事", "managed_by": "county", **POST}
    row = propose(tools, ProposalKind.NEW_PERSON, unit="county1.petition", payload=payload)
    done = approve(tools, row)
    assert done.first_secret is not None
    granted = sessions.sign_in(
        tools, NOW, login="neu.kollege", secret=done.first_secret, address="10.0.0.1"
    )
    assert granted.signed.must_change_secret
    with reading(tools, SYSTEM, NOW) as ctx:
        held = people.posts_on(ctx, done.person_id, ctx.today)
    assert [post.office.key for post in held] == ["county1.petition"]


def test_a_post_is_given_and_ended_by_two(tools: Tools) -> None:
    row = propose(tools, ProposalKind.POST, person=CLERK, unit="county1.petition", payload=POST)
    approve(tools, row)
    with reading(tools, SYSTEM, NOW) as ctx:
        post = ctx.session.scalars(
            select(Post.id)
            .join(Unit, Unit.id == Post.unit_id)
            .where(Post.person_id == person_id(ctx, CLERK), Unit.key == "county1.petition")
        ).one()
    end = {"post_id": post, "to_on": "2026-03-31"}
    approve(tools, propose(tools, ProposalKind.END_POST, person=CLERK, payload=end))
    with reading(tools, SYSTEM, NOW) as ctx:
        assert ctx.session.get_one(Post, post).to_on is not None


def test_a_disabled_account_is_out_at_once_and_comes_back(tools: Tools) -> None:
    granted = signed_in(tools, CLERK)
    approve(tools, propose(tools, ProposalKind.DISABLE, person=CLERK))
    assert sessions.current(tools, NOW, granted.token, "browser") is None
    approve(tools, propose(tools, ProposalKind.ENABLE, person=CLERK))
    assert sessions.current(tools, NOW, granted.token, "browser") is None
    assert signed_in(tools, CLERK).signed.login == CLERK


def test_a_reset_ends_every_session_unlocks_and_must_be_replaced(tools: Tools) -> None:
    granted = signed_in(tools, CLERK)
    for _number in range(5):
        with pytest.raises(Forbidden):
            sessions.sign_in(tools, NOW, login=CLERK, secret="wrong", address="10.0.0.9")
    done = approve(tools, propose(tools, ProposalKind.RESET_SECRET, person=CLERK))
    assert done.first_secret is not None
    assert sessions.current(tools, NOW, granted.token, "browser") is None
    again = sessions.sign_in(tools, NOW, login=CLERK, secret=done.first_secret, address="10.0.0.1")
    assert again.signed.must_change_secret
    assert again.failures_since == 5


def test_in_a_drill_a_reset_password_need_not_be_replaced(tools: Tools) -> None:
    with transaction(tools, SYSTEM, NOW) as ctx:
        ctx.session.execute(
            drill.insert().values(
                id=1, marked_at=NOW, clock_at=NOW, ahead=0.0, demo_password="none"
            )
        )
    done = approve(tools, propose(tools, ProposalKind.RESET_SECRET, person=CLERK))
    assert done.first_secret is not None
    granted = sessions.sign_in(tools, NOW, login=CLERK, secret=done.first_secret, address="")
    assert not granted.signed.must_change_secret


def test_both_persons_and_what_they_did_are_on_record(tools: Tools) -> None:
    row = propose(tools, ProposalKind.DISABLE, person=CLERK)
    approve(tools, row)
    with reading(tools, SYSTEM, NOW) as ctx:
        found = ctx.session.execute(
            select(AuditEvent.verb, AuditEvent.actor_id)
            .where(AuditEvent.target == f"proposal:{row}")
            .order_by(AuditEvent.seq)
        ).all()
        assert [tuple(entry) for entry in found] == [
            ("proposal.propose", person_id(ctx, FIRST)),
            ("proposal.approve", person_id(ctx, SECOND)),
        ]
        stored = ctx.session.get_one(Proposal, row)
        assert (stored.proposed_by, stored.decided_by) == (
            person_id(ctx, FIRST),
            person_id(ctx, SECOND),
        )


def test_nobody_approves_what_he_proposed(tools: Tools) -> None:
    row = propose(tools, ProposalKind.DISABLE, person=CLERK)
    with pytest.raises(Forbidden, match="另一人"):
        approve(tools, row, by=FIRST)


def test_nobody_proposes_approves_or_refuses_about_himself(tools: Tools) -> None:
    with pytest.raises(Forbidden, match="本人"):
        propose(tools, ProposalKind.RESET_SECRET, person=FIRST)
    row = propose(tools, ProposalKind.RESET_SECRET, person=SECOND)
    with pytest.raises(Forbidden, match="本人"):
        approve(tools, row, by=SECOND)
    with pytest.raises(Forbidden, match="本人"):
        refuse(tools, row, by=SECOND)


@pytest.mark.parametrize("column", ["proposed_by", "person_id"])
def test_the_database_holds_to_two_persons(tools: Tools, column: str) -> None:
    row = propose(tools, ProposalKind.DISABLE, person=CLERK)
    with pytest.raises(IntegrityError), transaction(tools, SYSTEM, NOW) as ctx:
        ctx.session.execute(
            update(Proposal)
            .where(Proposal.id == row)
            .values(state="approved", decided_by=getattr(Proposal, column))
        )


@pytest.mark.parametrize(
    "login", [CLERK, HEAD, "p.system_admin.head", "p.audit_admin.head", "p.designer.head"]
)
def test_only_a_security_administrator_proposes_and_decides(tools: Tools, login: str) -> None:
    with pytest.raises(Forbidden):
        propose(tools, ProposalKind.DISABLE, person="county1.petition.1", by=login)
    row = propose(tools, ProposalKind.DISABLE, person="county1.petition.1")
    with pytest.raises(NotFound):
        approve(tools, row, by=login)
    with reading(tools, actor(tools, login), NOW) as ctx:
        assert proposal_lists.waiting(ctx) == ()
        assert proposal_lists.decided(ctx) == ()
        with pytest.raises(NotFound):
            proposal_lists.one(ctx, row)


def test_with_two_administrators_the_head_of_the_office_decides_nothing(tools: Tools) -> None:
    row = propose(tools, ProposalKind.RESET_SECRET, person=CLERK)
    with pytest.raises(NotFound):
        approve(tools, row, by=HEAD)


def test_with_one_administrator_the_head_of_the_office_is_the_second_for_a_reset(
    tools: Tools,
) -> None:
    only_one(tools)
    row = propose(tools, ProposalKind.RESET_SECRET, person=CLERK)
    with reading(tools, actor(tools, HEAD), NOW) as ctx:
        assert [entry.id for entry in proposal_lists.waiting(ctx)] == [row]
        assert proposal_lists.resets(ctx) == 1
    with reading(tools, actor(tools, "county1.petition.head"), NOW) as ctx:
        assert proposal_lists.resets(ctx) == 0
    with pytest.raises(NotFound):
        approve(tools, row, by="county1.petition.head")
    with pytest.raises(NotFound):
        approve(tools, row, by="county1.case_supervision.2")
    assert approve(tools, row, by=HEAD).first_secret is not None


def test_for_the_head_himself_it_is_the_head_of_the_unit(tools: Tools) -> None:
    only_one(tools)
    row = propose(tools, ProposalKind.RESET_SECRET, person=HEAD)
    assert approve(tools, row, by="county1.discipline_secretary.head").first_secret is not None


def test_with_one_administrator_the_head_decides_nothing_but_resets(tools: Tools) -> None:
    only_one(tools)
    row = propose(tools, ProposalKind.DISABLE, person=CLERK)
    with pytest.raises(NotFound):
        approve(tools, row, by=HEAD)


def test_who_forgot_his_password_asks_and_two_others_see_to_it(tools: Tools) -> None:
    ask(tools, CLERK.upper())
    row = only(tools)
    assert (row.proposed_by, row.person_login) == (None, CLERK)
    assert (row.may_take_up, row.may_approve, row.may_refuse) == (True, False, True)
    with pytest.raises(Conflict, match="核实"):
        approve(tools, row.id)
    with transaction(tools, actor(tools, FIRST), NOW) as ctx:
        proposals.take_up(ctx, row.id)
    with pytest.raises(Conflict), transaction(tools, actor(tools, SECOND), NOW) as ctx:
        proposals.take_up(ctx, row.id)
    with pytest.raises(Forbidden):
        approve(tools, row.id, by=FIRST)
    assert approve(tools, row.id, by=SECOND).first_secret is not None


def test_one_request_waits_however_often_somebody_asks(tools: Tools) -> None:
    for _number in range(3):
        ask(tools, CLERK)
    assert only(tools).person_login == CLERK


@pytest.mark.parametrize("login", ["nobody", "", "x" * 500])
def test_asking_for_an_account_that_is_not_there_says_nothing(tools: Tools, login: str) -> None:
    ask(tools, login)
    with reading(tools, SYSTEM, NOW) as ctx:
        assert count(ctx) == 0


def test_an_address_that_asks_too_often_is_not_heard_for_a_while(tools: Tools) -> None:
    for number in range(FORGOTTEN_REQUESTS):
        ask(tools, f"nobody{number}")
    with pytest.raises(TooOften) as refused:
        ask(tools, CLERK)
    assert refused.value.retry_after == 15 * 60
    with reading(tools, SYSTEM, NOW) as ctx:
        assert count(ctx) == 0
    ask(tools, CLERK, now=NOW + timedelta(minutes=15))
    assert only(tools).person_login == CLERK


def test_a_false_request_is_refused_by_whoever_sees_it_first(tools: Tools) -> None:
    ask(tools, CLERK)
    refuse(tools, only(tools).id, by=FIRST)
    with reading(tools, actor(tools, FIRST), NOW) as ctx:
        assert [entry.state for entry in proposal_lists.decided(ctx)] == ["refused"]


def test_a_refusal_needs_a_reason_and_changes_nothing(tools: Tools) -> None:
    row = propose(tools, ProposalKind.DISABLE, person=CLERK)
    with pytest.raises(Invalid):
        refuse(tools, row, answer="  ")
    refuse(tools, row)
    assert signed_in(tools, CLERK).signed.login == CLERK
    with pytest.raises(Conflict, match="办结"):
        approve(tools, row)


def test_only_the_proposer_withdraws(tools: Tools) -> None:
    row = propose(tools, ProposalKind.DISABLE, person=CLERK)
    with pytest.raises(Forbidden), transaction(tools, actor(tools, SECOND), NOW) as ctx:
        proposals.withdraw(ctx, row)
    with transaction(tools, actor(tools, FIRST), NOW) as ctx:
        proposals.withdraw(ctx, row)
    with pytest.raises(Conflict):
        approve(tools, row)


def test_what_became_impossible_meanwhile_is_refused_at_approval(tools: Tools) -> None:
    row = propose(tools, ProposalKind.DISABLE, person=CLERK)
    with transaction(tools, SYSTEM, NOW) as ctx:
        staffing.disable(ctx, person_id(ctx, CLERK))
    with pytest.raises(Conflict, match="已经停用"):
        approve(tools, row)
    with reading(tools, actor(tools, SECOND), NOW) as ctx:
        assert proposal_lists.one(ctx, row).state == "proposed"


def test_the_last_administrator_is_neither_proposed_for_removal_nor_removed(tools: Tools) -> None:
    with pytest.raises(Conflict, match="最后一人"):
        propose(tools, ProposalKind.DISABLE, person="p.audit_admin.head")


def test_an_administrator_is_not_proposed_for_another_post(tools: Tools) -> None:
    with pytest.raises(Conflict, match="三人分任"):
        propose(
            tools,
            ProposalKind.POST,
            person="p.audit_admin.head",
            unit="county1.petition",
            payload=POST,
        )


def test_the_same_is_not_proposed_twice(tools: Tools) -> None:
    propose(tools, ProposalKind.DISABLE, person=CLERK)
    with pytest.raises(Conflict, match="正待批准"):
        propose(tools, ProposalKind.DISABLE, person=CLERK, by=SECOND)


@pytest.mark.parametrize(
    ("payload", "fields"),
    [
        ({}, {"login", "name"}),
        ({"login": "a", "name": "甲"}, {"login"}),
        ({"login": "有 空格", "name": "甲"}, {"login"}),
        ({"login": "good.one", "name": " "}, {"name"}),
        ({"login": "good.one", "name": "甲" * 101}, {"name"}),
        ({"login": "good.one", "name": "甲", "managed_by": "village"}, {"managed_by"}),
    ],
)
def test_what_is_wrong_with_a_new_person_is_told_at_its_field(
    tools: Tools, payload: dict[str, Json], fields: set[str]
) -> None:
    with pytest.raises(Invalid) as caught:
        propose(tools, ProposalKind.NEW_PERSON, payload=payload)
    assert {finding.field for finding in caught.value.findings} == fields


def test_what_is_wrong_with_a_post_is_told_at_its_field(tools: Tools) -> None:
    with pytest.raises(Invalid) as caught:
        propose(
            tools,
            ProposalKind.POST,
            person=CLERK,
            unit="county1.petition",
            payload={"title": "", "from_on": "gestern"},
        )
    assert {finding.field for finding in caught.value.findings} == {"title", "from_on"}


@pytest.mark.parametrize("other", [SECOND, "third.admin"])
def test_two_approvals_at_once_happen_once(tools: Tools, other: str) -> None:
    """By the same person, who pressed twice, and by two."""
    with transaction(tools, SYSTEM, NOW) as ctx:
        third = staffing.create_person(ctx, login="third.admin", name="第三人")
        ctx.session.flush()
        unit = ctx.session.scalars(select(Unit.id).where(Unit.key == "p.security_admin")).one()
        staffing.appoint(
            ctx,
            staffing.NewPost(person_id=third, unit_id=unit, title="管理员", from_on=ctx.today),
        )
    row = propose(tools, ProposalKind.RESET_SECRET, person=CLERK)
    barrier, done = Barrier(2), list[str]()

    def decide(login: str) -> None:
        barrier.wait()
        try:
            approve(tools, row, by=login)
        except Conflict:
            done.append("late")
        else:
            done.append("approved")

    threads = [Thread(target=decide, args=(login,)) for login in (SECOND, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["approved", "late"]
    with reading(tools, SYSTEM, NOW) as ctx:
        verbs = ctx.session.scalars(
            select(AuditEvent.verb).where(AuditEvent.target == f"proposal:{row}")
        ).all()
    assert sorted(verbs) == ["proposal.approve", "proposal.propose"]


def propose(  # what a proposal says
    tools: Tools,
    kind: ProposalKind,
    *,
    person: str | None = None,
    unit: str | None = None,
    payload: dict[str, Json] | None = None,
    by: str = FIRST,
) -> str:
    """Propose as the first security administrator."""
    with transaction(tools, actor(tools, by), NOW) as ctx:
        return proposals.propose(
            ctx,
            kind,
            person_id=None if person is None else person_id(ctx, person),
            unit_id=(
                None
                if unit is None
                else ctx.session.scalars(select(Unit.id).where(Unit.key == unit)).one()
            ),
            payload=payload,
            reason="工作调整",
        )


def approve(tools: Tools, row: str, by: str = SECOND) -> Approved:
    """Approve as the second security administrator."""
    with transaction(tools, actor(tools, by), NOW) as ctx:
        return proposals.approve(ctx, row, proposals.firsts(ctx, row))


def refuse(tools: Tools, row: str, by: str = SECOND, answer: str = "不属实") -> None:
    """Refuse as the second security administrator."""
    with transaction(tools, actor(tools, by), NOW) as ctx:
        proposals.refuse(ctx, row, answer)


def ask(tools: Tools, login: str, now: datetime = NOW) -> None:
    """Ask for a new password as somebody who cannot sign in."""
    proposals.ask_for_reset(tools, now, login=login, address="10.0.0.1")


def only(tools: Tools) -> proposal_lists.Listed:
    """The one proposal that waits."""
    with reading(tools, actor(tools, FIRST), NOW) as ctx:
        (found,) = proposal_lists.waiting(ctx)
    return found


def only_one(tools: Tools) -> None:
    """Leave one security administrator."""
    with transaction(tools, SYSTEM, NOW) as ctx:
        staffing.disable(ctx, person_id(ctx, SECOND))


def count(ctx: Context) -> int:
    """How many proposals there are."""
    return ctx.session.scalars(select(func.count()).select_from(Proposal)).one()


def signed_in(tools: Tools, login: str) -> sessions.Granted:
    """A session of this person."""
    with transaction(tools, SYSTEM, NOW) as ctx:
        row = ctx.session.get_one(Person, person_id(ctx, login))
        if row.secret_hash is None:
            row.secret_hash = passwords.hashed(tools.config, SECRET)
            row.secret_changed_at, row.must_change_secret = NOW, False
    return sessions.sign_in(tools, NOW, login=login, secret=SECRET, address="10.0.0.1")


def actor(tools: Tools, login: str) -> Actor:
    """Who acts."""
    with reading(tools, SYSTEM, NOW) as ctx:
        return people.actor(ctx, login)


def person_id(ctx: Context, login: str) -> str:
    """The id of the person with this login."""
    return ctx.session.scalars(select(Person.id).where(Person.login == login)).one()

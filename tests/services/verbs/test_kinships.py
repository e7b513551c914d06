"""近亲属: recorded and ended by two people of the personnel offices, with what it brings about."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.models.access import Proposal
from server.models.audit import AuditEvent
from server.models.recusal import kinship
from server.models.work import participant
from server.queries import perspectives
from server.services.files import kinships as files
from server.services.identity import posts, proposal_lists
from server.services.verbs import kinships, work
from tests.factories.tiny import ACCEPT, APPLICANT, COLLEAGUE, DESK, HEAD, NOW, STRANGER, Tiny

KEEPER, SECOND = "county1.personnel_archive.1", "county1.cadre.1"
ELSEWHERE = "county2.personnel_archive.1"
SECURITY = "p.security_admin.1"


def test_two_record_a_tie_and_neither_sees_the_others_matter_until_two_end_it(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    # recorded under either of the two, it holds both ways
    proposal = proposed(tiny, APPLICANT, DESK)
    sight(tiny, DESK, case_id)
    tiny.act(SECOND, lambda ctx: kinships.confirm(ctx, proposal))

    with pytest.raises(NotFound):
        sight(tiny, DESK, case_id)
    sight(tiny, APPLICANT, case_id)
    tiny.act(COLLEAGUE, lambda ctx: work.claim(ctx, item.id))
    with pytest.raises(Conflict, match="已经登记"):
        proposed(tiny, DESK, APPLICANT)

    (tie,) = of_person(tiny, DESK).ties
    assert (tie.relation, tie.ended_at) == ("表兄弟", None)
    end = partial(kinships.propose_end, tie_id=tie.id, reason="登记有误")
    with pytest.raises(Invalid):
        tiny.act(SECOND, lambda ctx: end(ctx, ended_on=NOW.date() + timedelta(days=1)))
    ending = tiny.act(SECOND, lambda ctx: end(ctx, ended_on=NOW.date()))
    with pytest.raises(Forbidden):
        tiny.act(SECOND, lambda ctx: kinships.confirm(ctx, ending))
    tiny.act(KEEPER, lambda ctx: kinships.confirm(ctx, ending))
    sight(tiny, DESK, case_id)

    # what was ended may be recorded again
    again = proposed(tiny, DESK, APPLICANT)
    tiny.act(SECOND, lambda ctx: kinships.confirm(ctx, again))
    with tiny.tools.readers() as session:
        assert session.scalars(select(kinship.c.ended_at)).all() == [None, None]
        verbs = select(AuditEvent.verb).where(AuditEvent.verb.startswith("kinship."))
        said = session.scalars(verbs.order_by(AuditEvent.seq)).all()
    noted, ended = ["kinship.propose", "kinship.note"], ["kinship.propose", "kinship.end"]
    assert said == [*noted, *ended, *noted]


def test_a_member_of_the_team_who_is_a_cousin_leaves_it_and_the_head_names_another(
    tiny: Tiny,
) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.do(COLLEAGUE, case_id, "verify", {"finding": "属实", "checker": tiny.person(STRANGER)})
    proposal = proposed(tiny, STRANGER, APPLICANT)
    tiny.act(SECOND, lambda ctx: kinships.confirm(ctx, proposal))

    left = select(participant.c.to_at).where(participant.c.person_id == tiny.person(STRANGER))
    with tiny.tools.readers() as session:
        assert session.scalars(left).all() == [NOW]
        verbs = set(session.scalars(select(AuditEvent.verb).where(AuditEvent.case_id == case_id)))
    assert "participant.leave" in verbs
    with pytest.raises(NotFound):
        sight(tiny, STRANGER, case_id)


def test_nobody_decides_what_he_proposed_nor_records_himself(tiny: Tiny) -> None:
    proposal = proposed(tiny, DESK, COLLEAGUE)
    with pytest.raises(Forbidden, match="另一人确认"):
        tiny.act(KEEPER, lambda ctx: kinships.confirm(ctx, proposal))
    with pytest.raises(Conflict, match="已经提出"):
        proposed(tiny, COLLEAGUE, DESK)
    for pair in ((KEEPER, DESK), (DESK, KEEPER)):
        with pytest.raises(Forbidden, match="涉及本人"):
            proposed(tiny, *pair)
    own = proposed(tiny, SECOND, DESK)
    with pytest.raises(Forbidden, match="涉及本人"):
        tiny.act(SECOND, lambda ctx: kinships.confirm(ctx, own))
    assert [each.change.id for each in tiny.act(SECOND, files.waiting)] == [proposal]


def test_no_other_office_no_other_region_and_no_administrator_knows_of_it(tiny: Tiny) -> None:
    proposal = proposed(tiny, DESK, COLLEAGUE)
    for login in (HEAD, SECURITY):
        with pytest.raises(Forbidden):
            proposed(tiny, DESK, APPLICANT, login)
    for login in (HEAD, SECURITY, ELSEWHERE):
        with pytest.raises(NotFound):
            tiny.act(login, lambda ctx: kinships.confirm(ctx, proposal))
    with pytest.raises(Forbidden):
        proposed(tiny, DESK, APPLICANT, ELSEWHERE)
    with pytest.raises(NotFound):
        tiny.act(ELSEWHERE, lambda ctx: files.of_person(ctx, tiny.person(DESK)))
    assert tiny.act(ELSEWHERE, files.waiting) == ()
    assert tiny.act(SECURITY, proposal_lists.waiting) == ()
    with pytest.raises(NotFound):
        tiny.act(SECURITY, lambda ctx: proposal_lists.one(ctx, proposal))


def test_it_is_refused_with_a_reason_or_taken_back(tiny: Tiny) -> None:
    proposal = proposed(tiny, DESK, COLLEAGUE)
    with pytest.raises(Forbidden):
        tiny.act(SECOND, lambda ctx: kinships.withdraw(ctx, proposal))
    with pytest.raises(Invalid):
        tiny.act(SECOND, lambda ctx: kinships.refuse(ctx, proposal, answer=" "))
    tiny.act(SECOND, lambda ctx: kinships.refuse(ctx, proposal, answer="没有依据"))
    with pytest.raises(NotFound):
        tiny.act(SECOND, lambda ctx: kinships.confirm(ctx, proposal))
    second = proposed(tiny, DESK, COLLEAGUE)
    tiny.act(KEEPER, lambda ctx: kinships.withdraw(ctx, second))
    with tiny.tools.readers() as session:
        assert set(session.scalars(select(Proposal.state))) == {"refused", "withdrawn"}
        assert session.scalars(select(kinship.c.id)).all() == []


def proposed(tiny: Tiny, person: str, relative: str, login: str = KEEPER) -> str:
    pair = {"person": tiny.person(person), "relative": tiny.person(relative)}
    why = {"relation": "表兄弟", "reason": "个人有关事项报告"}
    return tiny.act(login, lambda ctx: kinships.propose(ctx, **pair, **why))


def of_person(tiny: Tiny, login: str) -> files.OfPerson:
    return tiny.act(KEEPER, lambda ctx: files.of_person(ctx, tiny.person(login)))


def sight(tiny: Tiny, login: str, case_id: str) -> None:
    tiny.act(login, lambda ctx: perspectives.of(ctx.session, posts.with_posts(ctx), case_id))

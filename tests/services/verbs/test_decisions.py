"""集体研究: convened, attended, voted, signed and closed, on the case that waits for its body."""

from collections.abc import Callable
from functools import partial
from uuid import UUID, uuid5

import pytest
from sqlalchemy import select

from server.domain.absences import Absence
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.models.base import Base
from server.models.decision import decision, vote
from server.models.decision import meeting as sitting
from server.models.identity import Person
from server.models.outbox import notification
from server.models.work import work_item
from server.queries import headings
from server.services.files import meeting_lists, sheets
from server.services.identity import people, posts
from server.services.verbs import absences, decision_records, decisions, withdrawals, work
from tests.factories import many
from tests.factories.meetings import Meeting
from tests.factories.together import together


def test_nine_members_one_recused_six_present_five_for_is_adopted_and_the_case_goes_on(
    meeting: Meeting,
) -> None:
    there = meeting.gather(present=6, recused=1)
    meeting.ballot(there, votes_for=5)
    meeting.sign(there)
    meeting.close()

    assert meeting.open_steps() == {"feedback_person", "feedback_unit"}
    with meeting.tools.readers() as session:
        row = session.execute(select(decision)).one()
        assert (row.state, row.resolution, row.base) == ("closed", "no_pursuit", 8)
        assert len(row.members) == 9
        assert len(row.present) == 6
        assert session.scalar(select(work_item.c.state).where(work_item.c.id == meeting.item_id))


def test_what_a_body_decided_is_taken_back_by_nobody(meeting: Meeting) -> None:
    there = meeting.gather(present=6, recused=1)
    meeting.ballot(there, votes_for=5)
    meeting.sign(there)
    meeting.close()
    with pytest.raises(Conflict, match="会议"):
        meeting.act(meeting.chair, lambda ctx: withdrawals.withdraw(ctx, meeting.item_id))
    assert meeting.open_steps() == {"feedback_person", "feedback_unit"}


def test_four_for_is_not_adopted_and_only_what_the_pack_ends_with_remains(
    meeting: Meeting,
) -> None:
    there = meeting.gather(present=6, recused=1)
    meeting.ballot(there, votes_for=4)
    meeting.act(
        meeting.secretary,
        lambda ctx: decision_records.note(
            ctx,
            meeting.id,
            minutes="没有形成多数意见",
            variables={
                "meeting_number": "会纪〔2026〕5号",
                "decision_reasons": "意见不一致",
                "supplement_demands": "补充核实损失",
            },
        ),
    )
    for login in there:
        meeting.act(login, lambda ctx: decision_records.sign(ctx, meeting.id))
    meeting.close()

    with meeting.tools.readers() as session:
        assert session.scalar(select(decision.c.resolution)) == "supplement"
    assert "feedback_person" not in meeting.open_steps()


def test_it_is_nobodys_but_the_bodys_and_the_recused_sees_nothing_from_then_on(
    meeting: Meeting,
) -> None:
    applicant, last = "county1.housing_works.1", meeting.members[-1]
    for login in (applicant, "county2.petition.1"):
        with pytest.raises(NotFound):
            meeting.act(login, lambda ctx: decisions.convene(ctx, meeting.id, held_on=meeting.day))
    meeting.convene()
    meeting.attend(last, "recused", ground="decision_author")

    with pytest.raises(NotFound):
        meeting.sheet(last)
    with pytest.raises(NotFound):
        meeting.see(last, lambda ctx: sheets.sheet(ctx, meeting.item_id))
    assert meeting.see(last, meeting_lists.meetings) == ()
    with pytest.raises(NotFound):
        meeting.vote(last, "no_pursuit")
    (told,) = meeting.see(meeting.chair, meeting_lists.meetings)
    assert [item.id for item in told.agenda] == [meeting.id]


def test_nobody_votes_or_speaks_for_a_member_who_is_away(meeting: Meeting) -> None:
    meeting.gather(present=6, recused=1)
    county = meeting.chair.partition(".")[0]
    absent, substitute = f"{county}.leading_body.1", f"{county}.party_office.2"
    assert absent in meeting.members
    wanted = Absence(
        person_id=meeting.ids[absent],
        substitute_id=meeting.ids[substitute],
        from_on=meeting.day,
        to_on=meeting.day,
    )
    meeting.act(absent, lambda ctx: absences.arrange(ctx, wanted))
    with pytest.raises(Forbidden, match="表决由本人进行"):
        meeting.vote(substitute, "no_pursuit")
    with pytest.raises(Forbidden, match="表决由本人进行"):
        meeting.sheet(substitute)


def test_the_chair_speaks_last_everybody_once_and_nobody_knows_before_the_end(
    meeting: Meeting,
) -> None:
    meeting.convene()
    second, third = meeting.members[1:3]
    meeting.attend(second)
    with pytest.raises(Conflict, match="没有登记到会"):
        meeting.vote(second, "no_pursuit")
    for number, login in enumerate(meeting.members):
        if number < 6:
            meeting.attend(login)
        else:
            meeting.attend(login, "absent", reason="病休")
    with pytest.raises(Conflict, match="末位表态"):
        meeting.vote(meeting.chair, "no_pursuit")
    meeting.vote(second, "lenient")
    with pytest.raises(Conflict, match="已经表决"):
        meeting.vote(second, "no_pursuit")
    with pytest.raises(Conflict, match="只有到会"):
        meeting.vote(meeting.members[-1], "no_pursuit")

    own, other, record = (
        {seat.row.person_id: seat.choice for seat in meeting.sheet(login).seats}
        for login in (second, third, meeting.secretary)
    )
    voted = meeting.ids[second]
    assert (own[voted], other[voted], record[voted]) == ("lenient", "", "lenient")
    assert {line.votes for line in meeting.sheet(third).options} == {None}
    with pytest.raises(Conflict, match="还不能结束"):
        meeting.close()


def test_too_few_are_no_meeting_and_who_leaves_may_break_it_up(meeting: Meeting) -> None:
    there = meeting.gather(present=6)
    meeting.attend(there[-1], "left")
    with pytest.raises(Conflict, match="须达到6人"):
        meeting.vote(there[1], "no_pursuit")


def test_a_vote_of_somebody_recused_later_takes_the_round_with_it(meeting: Meeting) -> None:
    there = meeting.gather(present=7, recused=1)
    meeting.vote(there[1], "no_pursuit")
    meeting.attend(there[1], "recused", ground="kinship")

    sheet = meeting.sheet(meeting.chair)
    assert sheet.round == 2
    assert sheet.tally is not None
    assert (sheet.tally.members, sheet.tally.present, sheet.tally.waiting) == (7, 6, 6)


def test_a_dissent_is_the_members_own_and_what_changes_the_record_takes_the_signatures_back(
    meeting: Meeting,
) -> None:
    there = meeting.gather(present=6, recused=1)
    meeting.ballot(there, votes_for=5)
    dissenter = there[-1]

    def write(login: str, text: str) -> None:
        person = meeting.ids[dissenter]
        meeting.act(
            login,
            lambda ctx: decision_records.opinion(
                ctx, meeting.id, text=text, dissent=True, person=person
            ),
        )

    write(meeting.secretary, "主张从轻")
    meeting.sign(there[:-1])
    with pytest.raises(Conflict, match=r"不同意见经本人确认.*全部签名"):
        meeting.close()
    write(dissenter, "迟报一天，主张从轻")
    for login in (meeting.secretary, meeting.chair):
        with pytest.raises(Conflict, match="不能改写"):
            write(login, "同意")
    with pytest.raises(Forbidden):
        write(there[1], "同意")
    seats = meeting.sheet(there[1]).seats
    assert [seat.opinion for seat in seats if seat.row.is_dissent] == ["迟报一天，主张从轻"]
    assert not any(seat.row.signed_at for seat in seats)


def test_the_form_waits_for_the_meeting_and_a_meeting_called_off_leaves_the_task(
    meeting: Meeting,
) -> None:
    meeting.convene()
    meeting.act(meeting.chair, lambda ctx: work.claim(ctx, meeting.item_id))
    with pytest.raises(Conflict, match="会议页面"):
        meeting.act(meeting.chair, lambda ctx: work.complete(ctx, meeting.item_id, {}))
    with pytest.raises(Forbidden):
        meeting.act(
            meeting.members[1], lambda ctx: decisions.dissolve(ctx, meeting.id, reason="改期")
        )
    meeting.act(meeting.chair, lambda ctx: decisions.dissolve(ctx, meeting.id, reason="改期"))
    with pytest.raises(Conflict, match="先召开会议"):
        meeting.attend(meeting.members[1])
    meeting.convene()
    assert meeting.sheet(meeting.chair).round == 2


def test_nothing_tells_who_voted_what_in_a_secret_vote(meeting: Meeting) -> None:
    meeting.be_secret()
    meeting.convene(secret=True)
    choices = ("mitigated", "no_pursuit", "against", "no_pursuit", "abstain", "no_pursuit")
    for number, login in enumerate(meeting.members):
        meeting.attend(login, "present" if number < 6 else "absent", reason="病休")
    with pytest.raises(Forbidden, match="本人投票"):
        meeting.act(
            meeting.secretary,
            lambda ctx: decisions.vote(
                ctx, meeting.id, choice="lenient", person=meeting.ids[meeting.members[1]]
            ),
        )
    seen = set[str]()
    for login, choice in zip([*meeting.members[1:6], meeting.chair], choices, strict=True):
        meeting.vote(login, choice)
        with meeting.tools.readers() as session:
            rows = session.execute(select(vote)).all()
        assert [row.choice for row in rows] == sorted(row.choice for row in rows)
        assert {(row.person_id, row.recorded_by, row.cast_at) for row in rows} == {(None,) * 3}
        assert seen.isdisjoint(row.id for row in rows)
        seen |= {row.id for row in rows}

    for login in (meeting.chair, meeting.secretary):
        sheet = meeting.sheet(login)
        assert {seat.choice for seat in sheet.seats} == {""}
        assert {line.code: line.votes for line in sheet.options if line.votes} == {
            "mitigated": 1,
            "no_pursuit": 3,
            "against": 1,
        }
    with pytest.raises(Conflict, match="不登记署名"):
        meeting.act(
            meeting.members[1],
            lambda ctx: decision_records.opinion(ctx, meeting.id, text="反对", dissent=True),
        )
    voter = meeting.ids[meeting.members[1]]
    with meeting.tools.readers() as session:
        rows_of_all = [
            repr(row)
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
        ]
    assert [row for row in rows_of_all if voter in row and "mitigated" in row] == []
    assert len([row for row in rows_of_all if "'mitigated'" in row and meeting.id in row]) == 2


def test_two_votes_at_once_both_count_and_closing_waits_for_them(meeting: Meeting) -> None:
    there = meeting.gather(present=6, recused=1)

    def ballot(login: str) -> Callable[[], object]:
        return lambda: meeting.vote(login, "no_pursuit")

    votes = [ballot(login) for login in (*there[1:], there[1])]
    assert together(*votes) == {"done": 5, "conflict": 1}
    assert together(ballot(there[0]), meeting.close) == {"done": 1, "conflict": 1}
    counted = meeting.sheet(meeting.chair).tally
    assert counted is not None
    assert (counted.votes["no_pursuit"], counted.waiting) == (6, 0)


def test_who_is_to_come_is_told_once_and_again_when_the_meeting_moves(meeting: Meeting) -> None:
    meeting.convene(place="第一会议室")
    asked = {*meeting.members[1:], meeting.secretary}
    come = f"请您参加会议：{meeting.day.isoformat()}（周一），第一会议室"
    assert told(meeting, come) == asked

    meeting.convene(place="第一会议室", question="是否从轻")
    assert told(meeting, come) == asked
    meeting.convene(place="第二会议室")
    assert told(meeting, come.replace("第一", "第二")) == asked


def test_who_only_attends_is_told_and_is_neither_member_nor_recused(meeting: Meeting) -> None:
    reporting, recused = "county1.case_supervision.1", meeting.members[-1]
    for wrong in (meeting.members[1], recused, meeting.secretary):
        with pytest.raises(Invalid, match="不能列席"):
            meeting.convene(attendants=[meeting.ids[wrong]])
    meeting.convene(attendants=[meeting.ids[reporting]])
    assert told(meeting) == {*meeting.members[1:], meeting.secretary, reporting}
    (name,) = meeting.sheet(meeting.chair).attendants
    assert (
        meeting.see(meeting.chair, lambda ctx: people.person(ctx, meeting.ids[reporting])).name
        == name
    )
    with pytest.raises(NotFound):
        meeting.sheet(reporting)


def test_whose_signature_is_missing_is_reminded_once_a_day(meeting: Meeting) -> None:
    there = meeting.gather(present=6, recused=1)
    reminding = partial(decision_records.remind, decision_id=meeting.id)
    remind = partial(meeting.act, meeting.chair, reminding)
    with pytest.raises(Conflict, match="全部表决后"):
        remind()
    meeting.ballot(there, votes_for=5)
    meeting.sign(there[:4])
    text = "会议记录等待您核对和签名"
    assert told(meeting, text) == set(there)
    before = count(meeting, text)
    remind()
    assert count(meeting, text) == before + 2
    with pytest.raises(Conflict, match="今天已经提醒过"):
        remind()
    with pytest.raises(Forbidden):
        meeting.act(there[1], reminding)


def test_several_matters_stand_on_one_agenda_and_the_meeting_ends_with_the_last(
    meeting: Meeting,
) -> None:
    many.copies(meeting.tools, meeting.case_id, 1)
    second = str(uuid5(UUID(meeting.id), "1"))
    meeting.convene(title="2026年第5次会议")
    (listed,) = meeting.see(meeting.chair, meeting_lists.meetings)
    join = partial(decisions.convene, held_on=meeting.day, meeting=listed.id)
    meeting.act(meeting.chair, lambda ctx: join(ctx, second))
    (listed,) = meeting.see(meeting.chair, meeting_lists.meetings)
    assert [(each.id, each.number) for each in listed.agenda] == [(meeting.id, 1), (second, 2)]
    assert waiting(meeting, meeting.members[1]).meetings == 2

    # whoever keeps away from the one still decides the other, and does not see the first
    out = meeting.members[-1]
    meeting.attend(out, "recused", ground="decision_author")
    (seen,) = meeting.see(out, meeting_lists.meetings)
    assert [each.id for each in seen.agenda] == [second]
    assert waiting(meeting, out).meetings == 1

    meeting.act(meeting.chair, lambda ctx: decisions.dissolve(ctx, meeting.id, reason="材料未齐"))
    assert meeting_state(meeting) == "convened"
    meeting.act(meeting.chair, lambda ctx: decisions.dissolve(ctx, second, reason="材料未齐"))
    assert meeting_state(meeting) == "cancelled"
    assert waiting(meeting, meeting.members[1]).meetings == 0
    assert waiting(meeting, "county2.petition.1").meetings is None


def told(meeting: Meeting, text: str | None = None) -> set[str]:
    """Logins of those who got such a notice of the meeting."""
    wanted = select(Person.login).join(notification, notification.c.recipient_id == Person.id)
    wanted = wanted.where(notification.c.kind == "meeting")
    with meeting.tools.readers() as session:
        found = wanted if text is None else wanted.where(notification.c.text == text)
        return set(session.scalars(found))


def count(meeting: Meeting, text: str) -> int:
    wanted = select(notification.c.id).where(notification.c.text == text)
    with meeting.tools.readers() as session:
        return len(session.scalars(wanted).all())


def waiting(meeting: Meeting, login: str) -> headings.Waiting:
    return meeting.see(
        login,
        lambda ctx: headings.waiting(
            ctx.session, posts.with_posts(ctx), {}, on=ctx.today, now=ctx.now
        ),
    )


def meeting_state(meeting: Meeting) -> str | None:
    with meeting.tools.readers() as session:
        return session.scalar(select(sitting.c.state))

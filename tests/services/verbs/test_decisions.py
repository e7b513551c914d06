"""集体研究: convened, attended, voted, signed and closed, on the case that waits for its body."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from server.models.decision import decision
from server.models.work import work_item
from server.services.verbs import decision_records
from tests.databases import Databases
from tests.factories import meetings
from tests.factories import tools as factory
from tests.factories.meetings import Meeting


@pytest.fixture
def meeting(databases: Databases) -> Iterator[Meeting]:
    """A case that waits for its leading body of nine."""
    with factory.copied(databases, "meeting", meetings.fill) as tools:
        yield Meeting(tools)


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

"""The board counts what a head answers for, and nothing else."""

from datetime import datetime, timedelta

from sqlalchemy import event, select, update

from server.domain.access import Actor
from server.domain.calendar import CHINA_TIME
from server.models.case import subject
from server.models.identity import Post, Unit
from server.models.work import work_item
from server.queries import board
from server.queries.board import Narrowed
from server.queries.inbox import Sheet, When
from server.services.context import reading
from server.services.files import boards
from server.services.identity import posts
from server.services.verbs import deadline_clock, possible_case, timers, work
from tests.factories import lists
from tests.factories.tiny import APPLICANT, COLLEAGUE, DESK, HEAD, NOW, Tiny

WHEN = When(now=NOW, on=NOW.date(), soon_on=NOW.date())
ALL = Narrowed()
LATE = datetime(2026, 3, 6, 9, 0, tzinfo=CHINA_TIME)
#: every rung of the ladder has fired
FAR = datetime(2026, 3, 12, 9, 0, tzinfo=CHINA_TIME)
ABOVE = "city1.supervising_organ.head"


def test_only_heads_have_offices_on_the_board(tiny: Tiny) -> None:
    assert [office.name for office in offices(tiny, tiny.actor(HEAD))] == [
        "案件监督管理室",
        "联席会议办公室",
    ]
    assert offices(tiny, tiny.actor(DESK)) == []


def test_the_head_of_an_organ_answers_for_its_offices(tiny: Tiny) -> None:
    answers_for_the_organ(tiny)
    names = [office.name for office in offices(tiny, tiny.actor(HEAD))]
    assert "案件监督管理室" in names
    assert len(names) > 3


def test_the_counts_are_those_of_the_offices(tiny: Tiny) -> None:
    lists.fill(tiny, 45)
    lists.fill(tiny, 9, unit="county1.audit")
    actor = tiny.actor(HEAD)
    with tiny.tools.readers() as session:
        mine = board.offices(session, actor)
        (cell,) = board.cells(session, actor, mine, when=WHEN, narrowed=ALL)
        late = board.overdue(session, actor, mine, when=WHEN, narrowed=ALL, sheet=Sheet(size=100))
        nothing = board.cells(session, actor, mine, when=WHEN, narrowed=Narrowed(step="decide"))
    assert (cell.open, cell.overdue, cell.soon, cell.past_target) == (45, 20, 5, 0)
    assert len(late) == 20
    assert nothing == ()


def test_what_is_late_comes_page_by_page_and_is_counted_in_all(tiny: Tiny) -> None:
    lists.fill(tiny, 2 * boards.PAGE)
    first, last = (of_head(tiny, LATE, page=number) for number in (1, 3))
    total = first.late_total
    assert total is not None
    assert total > boards.PAGE == len(first.late)
    pages = [of_head(tiny, LATE, page=number).late for number in (1, 2)]
    seen = [late.line.entry.id for page in pages for late in page]
    assert len(seen) == len(set(seen)) == total
    assert (last.late, last.late_total) == ((), total)


def test_the_board_is_narrowed_to_a_level(tiny: Tiny) -> None:
    tiny.open()
    timers.sweep(tiny.tools, FAR)
    for login in (HEAD, ABOVE):
        found = {level: of_head(tiny, FAR, login, level).late_total for level in ("county", "city")}
        assert found == {"county": 1, "city": 0}
    assert of_head(tiny, FAR, HEAD).levels == ("county", "township")
    assert of_head(tiny, FAR, ABOVE).levels == ("city", "county", "township")
    assert of_head(tiny, FAR, HEAD, "township").offices == ()


def test_his_own_matter_is_not_on_his_board(tiny: Tiny) -> None:
    tiny.open()
    tiny.program(
        lambda ctx: ctx.session.execute(update(subject).values(person_id=tiny.person(HEAD)))
    )
    actor = tiny.actor(HEAD)
    with tiny.tools.readers() as session:
        mine = board.offices(session, actor)
        assert board.cells(session, actor, mine, when=WHEN, narrowed=ALL) == ()


def test_what_is_late_comes_with_its_notices_and_stops_with_their_reason(tiny: Tiny) -> None:
    late, standing = tiny.open(), tiny.open()
    tiny.act(
        DESK,
        lambda ctx: deadline_clock.stop(ctx, standing, "registration", reason="illness"),
    )
    timers.sweep(tiny.tools, LATE)
    shown = of_head(tiny, LATE)
    (entry,) = shown.late
    assert entry.line.entry.case_id == late
    assert [told.on for told in entry.rungs] == ["提前1日", "逾期后1日", "逾期后2日"]
    assert tiny.actor(HEAD).name in entry.rungs[1].names
    (change,) = shown.changes
    assert (change.clock.case_id, change.kind, change.reason) == (standing, "stop", "经办人患病")
    assert change.person == tiny.actor(DESK).name
    assert shown.total("stopped") == 1


def test_a_clock_on_the_board_says_what_the_head_may_do_to_it_and_no_other_head(
    tiny: Tiny,
) -> None:
    _late, standing, asked = tiny.open(), tiny.open(), tiny.open()
    tiny.act(DESK, lambda ctx: deadline_clock.stop(ctx, standing, "registration", reason="illness"))
    tiny.act(HEAD, lambda ctx: deadline_clock.extend(ctx, asked, "registration", n=1))
    timers.sweep(tiny.tools, FAR)
    for now in (NOW, FAR):
        found = of_head(tiny, now)
        clocks = {change.clock.id: change.clock.case_id for change in found.changes}
        late = {each.line.entry.deadline_id: each.line.entry.case_id for each in found.late}
        for clock, case_id in (clocks | late).items():
            with reading(tiny.tools, tiny.actor(HEAD, now), now) as ctx:
                alone = possible_case.clocks(ctx, case_id)
            assert found.possible.get(str(clock)) == alone.get(str(clock))
        told = {case_id: found.possible.get(clock) for clock, case_id in clocks.items()}
        assert told[standing] == ("restart", "extend")
    above = of_head(tiny, FAR, ABOVE)
    assert above.late
    assert above.possible == {}


def test_what_lies_with_other_offices_comes_without_any_name(tiny: Tiny) -> None:
    """A rung has reached the organ above: it learns state and clocks, and nothing of people."""
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    timers.sweep(tiny.tools, FAR)
    (late,) = of_head(tiny, FAR, ABOVE).late
    entry = late.line.entry
    assert (entry.case_id, late.is_own) == (case_id, False)
    assert (entry.matter, entry.case_title, entry.assignee_name) == ((), "", "")
    assert entry.came is not None
    assert entry.came.name == ""
    told = [name for rung in late.rungs for name in rung.names]
    assert tiny.actor(ABOVE).name in told
    hidden = {tiny.actor(login).name for login in (APPLICANT, DESK, HEAD)}
    assert not hidden & set(told)
    assert [rung.on for rung in late.rungs] == ["提前1日", "逾期后1日", "逾期后2日"]


def test_the_names_of_his_own_offices_stay_on_the_board_of_a_head(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    timers.sweep(tiny.tools, FAR)
    (late,) = of_head(tiny, FAR).late
    assert late.is_own
    assert late.line.entry.case_title == "抢修道路"
    assert late.line.entry.matter == (tiny.actor(APPLICANT).name,)
    assert late.line.entry.assignee_name == tiny.actor(DESK).name
    assert tiny.actor(DESK).name in late.rungs[0].names


def test_the_board_costs_the_same_statements_however_much_there_is(tiny: Tiny) -> None:
    lists.fill(tiny, 10)
    # whatever is read once per program (calendar, release) is read before
    statements(tiny)
    few = statements(tiny)
    lists.fill(tiny, 490)
    assert statements(tiny) == few


def test_work_that_nobody_of_its_office_may_take_is_listed(tiny: Tiny) -> None:
    answers_for_the_organ(tiny)
    case_id = tiny.open()
    assert unmanned(tiny) == []
    tiny.recuse(case_id, DESK)
    assert unmanned(tiny) == []
    tiny.recuse(case_id, COLLEAGUE)
    assert unmanned(tiny) == [case_id]
    tiny.open()
    assert unmanned(tiny) == [case_id]


def test_work_of_an_office_whose_people_have_left_is_listed(tiny: Tiny) -> None:
    answers_for_the_organ(tiny)
    case_id = tiny.open()
    tiny.program(
        lambda ctx: ctx.session.execute(
            update(Post)
            .where(Post.person_id.in_([tiny.person(DESK), tiny.person(COLLEAGUE)]))
            .values(to_on=NOW.date() - timedelta(days=1))
        )
    )
    assert unmanned(tiny) == [case_id]


def test_work_for_heads_is_listed_where_nobody_is_head(tiny: Tiny) -> None:
    answers_for_the_organ(tiny)
    case_id = tiny.open()
    tiny.program(lambda ctx: ctx.session.execute(update(work_item).values(head_only=True)))
    assert unmanned(tiny) == [case_id]


def answers_for_the_organ(tiny: Tiny) -> None:
    """The head leaves the office and becomes head of the organ it belongs to."""
    tiny.program(
        lambda ctx: ctx.session.execute(
            update(Post)
            .where(Post.person_id == tiny.person(HEAD))
            .values(
                unit_id=select(Unit.id).where(Unit.key == "county1.discipline").scalar_subquery()
            )
        )
    )


def unmanned(tiny: Tiny) -> list[str]:
    """Cases with work nobody may take, on the board of the head."""
    return [line.entry.case_id for line in of_head(tiny, NOW).unmanned]


def statements(tiny: Tiny) -> int:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            asked.append(statement)

    event.listen(tiny.tools.database, "before_cursor_execute", note)
    of_head(tiny, NOW)
    event.remove(tiny.tools.database, "before_cursor_execute", note)
    return len(asked)


def of_head(
    tiny: Tiny, now: datetime, login: str = HEAD, level: str = "", page: int = 1
) -> boards.Board:
    actor = tiny.actor(login, now)
    with reading(tiny.tools, actor, now) as ctx:
        assert posts.with_posts(ctx) == actor
        return boards.of_head(ctx, Narrowed(level=level), page)


def offices(tiny: Tiny, actor: Actor) -> list[board.Office]:
    with tiny.tools.readers() as session:
        return list(board.offices(session, actor))

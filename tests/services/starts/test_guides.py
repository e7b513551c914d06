"""What is told before a matter is filed is what happens when it is."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

import pytest

from server.adapters.packs import read_folder
from server.config import SHIPPED
from server.domain.access import SYSTEM, Actor
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Forbidden, NotFound, RongcuoError
from server.domain.expressions import Json
from server.queries import cases as case_queries
from server.services.case import incidents
from server.services.context import reading
from server.services.packs import definitions
from server.services.rehearsing import casting
from server.services.rehearsing.casting import Part
from server.services.rehearsing.scenario import Scenario, read
from server.services.starts import guides
from server.services.starts.guides import Guide
from server.services.starts.stated import level_title
from server.services.verbs import cases
from tests.factories.shipped import APPLICANT, CHUZHOU, DESK, NANYANG, NOW, PACKS, Shipped

COUNTY: Mapping[str, Json] = {
    "applicant_kind": "person",
    "managed_by": "county",
    "sanction_type": "discipline",
}


class Start(NamedTuple):
    actor: Actor
    procedure: str
    answers: Mapping[str, Json]
    now: datetime


@pytest.mark.soak_on("postgres")
@pytest.mark.parametrize("pack", PACKS)
def test_the_guide_names_the_offices_and_dates_that_the_case_gets(
    shipped: Shipped, pack: str
) -> None:
    told, happened = {}, {}
    for scenario in scenarios(pack):
        start = cast(shipped, scenario)
        told[scenario.file] = as_told(guided(shipped, start))
        happened[scenario.file] = as_opened(shipped, start)
    opened = {file: found for file, found in happened.items() if isinstance(found, tuple)}
    forbidden = [file for file, found in happened.items() if found == Forbidden.code]

    # a form that is refused for an answer nothing reads is guided all the same
    assert {file: told[file] for file in opened} == opened
    assert len(opened) > 20
    assert [told[file] for file in forbidden] == [None for _file in forbidden]


@pytest.mark.parametrize("managed", ["province", "city", "county", "township"])
@pytest.mark.parametrize("kind", ["discipline", "organizational", "both", "unknown"])
def test_level_and_kind_of_sanction_lead_where_the_case_goes(
    shipped: Shipped, managed: str, kind: str
) -> None:
    for filed in ("recommended", "party_committee", "discipline_organ", "organization_department"):
        answers = {**COUNTY, "managed_by": managed, "sanction_type": kind, "filed_with": filed}
        start = Start(shipped.actor(APPLICANT), NANYANG, answers, NOW)
        assert as_told(guided(shipped, start)) == as_opened(shipped, start)


def test_a_matter_of_the_county_goes_to_its_case_supervision_office(shipped: Shipped) -> None:
    found = shipped.see(APPLICANT, lambda ctx: guides.guide(ctx, NANYANG, COUNTY))

    [task] = found.tasks
    assert (task.role, task.level, task.role_title) == (
        "case_supervision_office",
        "county",
        "案件监督管理室",
    )
    assert "纪律检查委员会" in task.organ
    assert "涉及党纪政务处分的，向纪检监察机关提出（NY-10）" in found.reasons
    assert found.warnings == ()


def test_the_legal_period_that_an_acceptance_today_would_start_is_told(shipped: Shipped) -> None:
    found = shipped.see(APPLICANT, lambda ctx: guides.guide(ctx, NANYANG, COUNTY))

    [first, legal] = found.clocks
    assert (first.key, first.is_statutory, first.after) == ("intake", False, "")
    assert (legal.key, legal.after, legal.due_on) == ("proposal", "受理", date(2026, 2, 26))
    assert legal.basis == "《南阳市容错纠错免责减责实施办法（试行）》NY-12"
    assert legal.line.endswith("第5个工作日为2月26日")


def test_what_is_still_needed_is_named_and_the_rest_of_the_form_is_not(shipped: Shipped) -> None:
    found = shipped.see(APPLICANT, lambda ctx: guides.guide(ctx, NANYANG, {}))

    assert {each.field for each in found.needed} == {"applicant_kind", "managed_by"}
    assert not found.is_known
    assert found.problems == ()


def test_a_wrong_value_is_a_problem_and_not_something_still_needed(shipped: Shipped) -> None:
    given = {**COUNTY, "managed_by": "moon"}
    found = shipped.see(APPLICANT, lambda ctx: guides.guide(ctx, NANYANG, given))

    assert [each.field for each in found.problems] == ["managed_by"]
    assert found.needed == ()


def test_answers_that_nothing_reads_do_not_hold_the_guide_up(shipped: Shipped) -> None:
    given = {**COUNTY, "item_facts": "长" * 30_000, "item_evidence": [{}], "nobody_asked": 1}
    found = shipped.see(APPLICANT, lambda ctx: guides.guide(ctx, NANYANG, given))

    assert found.is_known


def test_an_applicant_who_states_another_level_than_his_record_is_told(shipped: Shipped) -> None:
    given = {**COUNTY, "managed_by": "city"}
    found = shipped.see(APPLICANT, lambda ctx: guides.guide(ctx, NANYANG, given))

    [warning] = found.warnings
    assert warning.field == "managed_by"
    assert level_title("city") in warning.message
    assert level_title("county") in warning.message
    assert found.tasks[0].level == "city"


def test_the_window_of_the_applicant_is_marked_and_late_once_it_is_over(shipped: Shipped) -> None:
    given = accountability(shipped, date(2026, 2, 9))
    early = shipped.see(DESK, lambda ctx: guides.guide(ctx, CHUZHOU, given))
    later = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME)
    late = shipped.see(DESK, lambda ctx: guides.guide(ctx, CHUZHOU, given), later)

    assert [(each.key, each.is_window, each.is_late) for each in early.clocks] == [
        ("application", True, False)
    ]
    assert early.clocks[0].due_on == date(2026, 2, 25)
    assert [(each.due_on, each.is_late) for each in late.clocks] == [(early.clocks[0].due_on, True)]


def test_a_day_in_the_future_is_a_problem_at_its_field(shipped: Shipped) -> None:
    given = accountability(shipped, date(2026, 2, 13))
    found = shipped.see(DESK, lambda ctx: guides.guide(ctx, CHUZHOU, given))

    assert [each.code for each in found.problems] == ["EVENT_DATE"]


def test_a_year_without_a_calendar_gives_a_provisional_date_only(shipped: Shipped) -> None:
    moment = datetime(2026, 12, 29, 9, 0, tzinfo=CHINA_TIME)
    found = shipped.see(APPLICANT, lambda ctx: guides.guide(ctx, NANYANG, COUNTY), moment)

    assert [each.due_on for each in found.clocks] == [None, None]
    assert all(each.provisional_on for each in found.clocks)


def test_who_may_not_start_is_refused_and_an_unknown_procedure_is_not_found(
    shipped: Shipped,
) -> None:
    with pytest.raises(Forbidden):
        shipped.see(APPLICANT, lambda ctx: guides.guide(ctx, CHUZHOU, {}))
    with pytest.raises(NotFound):
        shipped.see(APPLICANT, lambda ctx: guides.guide(ctx, "nothing", {}))


def test_a_way_that_is_not_his_is_trouble_said_in_words(shipped: Shipped) -> None:
    given = {
        **COUNTY,
        "origin": "assigned",
        "assigned_by": "party_committee_office",
        "assigned_level": "city",
        "assignment_number": "1",
        "subject_person": shipped.actor(APPLICANT).person_id,
    }
    found = shipped.see(APPLICANT, lambda ctx: guides.guide(ctx, NANYANG, given))

    assert found.trouble == "您没有权限以这种方式启动该程序"
    assert found.tasks == ()


def accountability(shipped: Shipped, started: date) -> dict[str, Json]:
    return {
        "accountability_reference": "云纪问〔2026〕3号",
        "accountability_matter": "镇区道路抢修",
        "applicant_kind": "person",
        "applicant_person": shipped.actor(APPLICANT).person_id,
        "managed_by": "county",
        "started_on": started.isoformat(),
        "notified_on": started.isoformat(),
    }


def scenarios(pack: str) -> list[Scenario]:
    files = read_folder(SHIPPED / "processes" / pack).scenarios()
    found = [read(name, content)[0] for name, content in sorted(files.items())]
    return [each for each in found if each is not None and not each.settings]


def cast(shipped: Shipped, scenario: Scenario) -> Start:
    with reading(shipped.tools, SYSTEM, scenario.now) as ctx:
        pack = definitions.in_force(ctx, scenario.procedure, ctx.today)
        procedure = pack.pack.procedures[scenario.procedure]
        given = {**procedure.defaults, **scenario.start.answers}
        part = Part(by=scenario.start.by, level=scenario.start.level)
        actor = casting.starter(ctx, pack.pack, part, given)
        place = casting.start_place(given, part.level)
        schema = pack.forms[procedure.start_form]
        answers = casting.named(ctx, pack.pack, schema, scenario.start.answers, place)
    return Start(actor, scenario.procedure, answers, scenario.now)


def guided(shipped: Shipped, start: Start) -> Guide | None:
    with reading(shipped.tools, start.actor, start.now) as ctx:
        try:
            return guides.guide(ctx, start.procedure, start.answers)
        except RongcuoError:
            return None


def as_told(found: Guide | None) -> Json:
    if found is None or not found.is_known:
        return None
    tasks = [(task.node_key, task.role, task.unit_id, task.level) for task in found.tasks]
    clocks = [
        (clock.key, clock.due_on, clock.provisional_on, clock.line)
        for clock in found.clocks
        if not clock.after
    ]
    return found.level, sorted(tasks, key=str), sorted(clocks, key=str)


def as_opened(shipped: Shipped, start: Start) -> Json:
    try:
        with incidents.acting(shipped.tools, start.actor, start.now) as ctx:
            case_id = cases.open_case(ctx, start.procedure, start.answers)
    except RongcuoError as error:
        return error.code
    with shipped.tools.readers() as session:
        case = case_queries.whole(session, case_id)
    tasks = [(work.node_key, work.office, work.unit_id, work.level or "") for work in case.work]
    clocks = [
        (clock.rule_key, clock.due_on, clock.provisional_on, clock.line) for clock in case.clocks
    ]
    return case.level, sorted(tasks, key=str), sorted(clocks, key=str)

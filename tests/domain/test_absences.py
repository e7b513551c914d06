"""Who stands in for whom: days, posts, no chains, whatever is arranged and in whatever order."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.absences import Absence, Seat, passed_on, refuse
from server.domain.errors import Conflict, Invalid

DAY = date(2026, 3, 2)
DAYS = st.integers(0, 12).map(lambda n: DAY + timedelta(days=n))
PEOPLE = st.sampled_from("abc")
UNITS = st.none() | st.frozensets(st.sampled_from(["u1", "u2"]), min_size=1)
ABSENCES = st.builds(
    Absence,
    person_id=PEOPLE,
    substitute_id=PEOPLE,
    from_on=DAYS,
    to_on=DAYS,
    unit_ids=UNITS,
    is_ended=st.booleans(),
)
AWAY = Absence(
    person_id="a", substitute_id="b", from_on=DAY, to_on=DAY + timedelta(days=4), unit_ids=None
)
DESK = Seat(unit_id="u1", kind="case_supervision_office", organ="o1")


@given(st.lists(ABSENCES, max_size=12))
def test_whatever_is_arranged_nobody_is_stood_in_for_twice_and_there_are_no_chains(
    asked: list[Absence],
) -> None:
    kept: list[Absence] = []
    for each in asked:
        try:
            refuse(each, kept, DAY)
        except (Conflict, Invalid):
            continue
        kept.append(each)
    for day in (DAY + timedelta(days=n) for n in range(14)):
        held = [each for each in kept if each.holds(day)]
        for unit in ("u1", "u2"):
            away = [each.person_id for each in held if each.covers(unit)]
            assert len(away) == len(set(away))
        assert not {each.person_id for each in held} & {each.substitute_id for each in held}


@given(ABSENCES, DAYS)
def test_it_holds_on_its_days_alone_and_never_once_it_was_ended(one: Absence, day: date) -> None:
    assert one.holds(day) == (one.from_on <= day <= one.to_on and not one.is_ended)
    assert not replace(one, is_ended=True).holds(day)


@given(UNITS, st.lists(st.sampled_from(["o1", "o2"])), st.sampled_from(["u1", "u2"]))
def test_only_posts_of_the_scope_in_an_organ_of_both_are_passed_on(
    units: frozenset[str] | None, organs: list[str], unit: str
) -> None:
    own = [Seat(unit_id="x", kind="petition_office", organ=organ) for organ in organs]
    absent = [Seat(unit_id=unit, kind="case_supervision_office", organ="o1")]
    expected = "o1" in organs and (units is None or unit in units)
    assert bool(passed_on(replace(AWAY, unit_ids=units), absent, own)) == expected


@pytest.mark.parametrize("kind", ["system_admin", "security_admin", "audit_admin", "designer"])
def test_nobody_stands_in_for_a_duty_of_the_program_itself(kind: str) -> None:
    assert passed_on(AWAY, [replace(DESK, kind=kind)], [DESK]) == []


def test_an_administrator_stands_in_for_nobody() -> None:
    assert passed_on(AWAY, [DESK], [DESK, replace(DESK, kind="audit_admin")]) == []


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (replace(AWAY, to_on=DAY - timedelta(days=1), from_on=DAY), "to_on"),
        (replace(AWAY, from_on=DAY - timedelta(days=1)), "from_on"),
        (replace(AWAY, substitute_id="a"), "substitute_id"),
    ],
)
def test_odd_days_and_standing_in_for_oneself_are_refused_at_their_field(
    new: Absence, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        refuse(new, [], DAY)
    assert [each.field for each in refused.value.findings] == [field]

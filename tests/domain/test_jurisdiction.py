"""Arithmetic of levels and regions, and the one competent unit."""

from dataclasses import dataclass

import pytest

from server.domain.errors import NotCompetent
from server.domain.jurisdiction import (
    Level,
    competent,
    level_of,
    region_at,
    superior,
    supervising,
)

DESK = "case_supervision_office"


@dataclass(frozen=True)
class Office:
    kind: str
    level: str
    region: str


PROVINCE = Office(DESK, "province", "p")
CITY = Office(DESK, "city", "p/c1")
COUNTY = Office(DESK, "county", "p/c1/d1")
OTHER_CITY = Office(DESK, "city", "p/c2")
ARCHIVE = Office("personnel_archive", "city", "p/c1")
UNITS = [PROVINCE, CITY, COUNTY, OTHER_CITY, ARCHIVE]


def test_the_level_above_ends_at_the_province() -> None:
    assert [superior(level) for level in Level] == [
        None,
        Level.PROVINCE,
        Level.CITY,
        Level.COUNTY,
    ]


@pytest.mark.parametrize(
    ("level", "place"),
    [
        (Level.PROVINCE, "p"),
        (Level.CITY, "p/c1"),
        (Level.COUNTY, "p/c1/d1"),
        (Level.TOWNSHIP, None),
    ],
)
def test_a_county_lies_in_its_city_and_province_and_in_no_township(
    level: Level, place: str | None
) -> None:
    assert region_at("p/c1/d1", level) == place


def test_a_city_managed_matter_of_a_county_goes_to_its_own_city() -> None:
    assert competent(UNITS, DESK, Level.CITY, "p/c1/d1") is CITY


@pytest.mark.parametrize(
    ("office", "level", "region"),
    [
        ("posted_group", Level.CITY, "p/c1"),
        (DESK, Level.COUNTY, "p/c1"),
        (DESK, Level.COUNTY, "p/c1/d9"),
    ],
)
def test_no_competent_unit_is_an_error_and_never_a_guess(
    office: str, level: Level, region: str
) -> None:
    with pytest.raises(NotCompetent):
        competent(UNITS, office, level, region)


def test_two_competent_units_are_an_error() -> None:
    with pytest.raises(NotCompetent, match="两个以上"):
        competent([*UNITS, CITY], DESK, Level.CITY, "p/c1")


def test_a_lane_names_the_level_of_the_case_the_one_above_or_a_fixed_one() -> None:
    assert level_of("case", Level.CITY) is Level.CITY
    assert level_of("", Level.CITY) is Level.CITY
    assert level_of("superior", Level.CITY) is Level.PROVINCE
    assert level_of("county", Level.CITY) is Level.COUNTY


@pytest.mark.parametrize(
    ("named", "case_level"), [("superior", Level.PROVINCE), ("central", Level.CITY)]
)
def test_a_level_that_does_not_exist_is_an_error(named: str, case_level: Level) -> None:
    with pytest.raises(NotCompetent):
        level_of(named, case_level)


def test_the_supervising_office_is_the_nearest_one_above() -> None:
    assert supervising(UNITS, COUNTY) is CITY
    assert supervising([PROVINCE, COUNTY], COUNTY) is PROVINCE
    assert supervising(UNITS, PROVINCE) is None

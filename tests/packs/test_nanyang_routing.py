"""Nanyang's routing against the source, told a second time as plain Python: every combination.

Levels and organs do not depend on each other in the table, so each is tried in full beside one
value of the other; that nothing else depends on the rest is what the last test tries at random.
"""

import random
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest

from server.config import SHIPPED
from server.domain.expressions import Json
from server.engine import dmn

MODEL = (SHIPPED / "processes" / "nanyang" / "routing.dmn").read_text(encoding="utf-8")
HANDLING = (SHIPPED / "processes" / "nanyang" / "handling.dmn").read_text(encoding="utf-8")
LEVELS = ("province", "city", "county", "township")
OFFICE = {
    "party_committee": "party_committee_office",
    "discipline_organ": "case_supervision_office",
    "organization_department": "cadre_supervision_section",
}
#: NY-10: where a matter may be filed, and where it goes when nobody is named
MAY: Mapping[str, tuple[str, ...]] = {
    "discipline": ("discipline_organ", "party_committee"),
    "organizational": ("organization_department", "party_committee"),
    "both": ("party_committee",),
    "unknown": ("party_committee", "discipline_organ", "organization_department"),
}
KINDS = (*MAY, None)
ORIGINS = ("self", "organization", "ex_ante", "assigned", None)
OTHER = ("none", *LEVELS, None)
ORGANS = ("recommended", *OFFICE, None)
PLACES = ("recommended", *LEVELS, None)
START: Mapping[str, Json] = {
    "applicant_kind": "person",
    "sanction_type": "discipline",
    "origin": "self",
    "managed_by": "county",
    "affiliated_to": "none",
    "filed_with": "recommended",
    "filed_level": "recommended",
}


def organs() -> Iterator[dict[str, Any]]:
    for kind, origin, filed in product(KINDS, ORIGINS, ORGANS):
        yield {**START, "sanction_type": kind, "origin": origin, "filed_with": filed}


def levels() -> Iterator[dict[str, Any]]:
    for managed, other, place, filed in product(LEVELS, OTHER, PLACES, ("recommended", *OFFICE)):
        fields = {"managed_by": managed, "affiliated_to": other, "filed_level": place}
        yield {**START, **fields, "filed_with": filed}


def anything(count: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(20260212)
    for _number in range(count):
        yield {
            "applicant_kind": chance.choice(("unit", "person")),
            "sanction_type": chance.choice(KINDS),
            "origin": chance.choice(ORIGINS),
            "managed_by": chance.choice(LEVELS),
            "affiliated_to": chance.choice(OTHER),
            "filed_with": chance.choice(ORGANS),
            "filed_level": chance.choice(PLACES),
        }


@pytest.mark.parametrize(
    "cases", [organs(), levels(), anything(150)], ids=["organ", "level", "all"]
)
def test_a_matter_goes_where_the_measures_send_it(cases: Iterator[dict[str, Any]]) -> None:
    wrong = [(given, found) for given in cases if (found := routed(given)) != told(given)]

    assert wrong == []


def test_a_matter_found_to_concern_both_kinds_goes_from_the_desk_to_the_party_committee() -> None:
    before = routed({**START, "sanction_type": "unknown", "filed_with": "discipline_organ"})
    after = routed({**START, "sanction_type": "both"}, before)

    assert before["misdirected"] is False
    assert (after["organ"], after["misdirected"]) == ("party_committee", True)
    assert after["received_office"] == "case_supervision_office"


def test_a_level_corrected_by_the_desk_sends_the_matter_on_to_the_same_desk_there() -> None:
    after = routed({**START, "managed_by": "city"}, routed(START))

    assert (after["office"], after["level"]) == ("case_supervision_office", "city")
    assert (after["received_office"], after["received_level"], after["misdirected"]) == (
        "case_supervision_office",
        "county",
        True,
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lead", ["discipline_organ", "organization_department"])
def test_the_other_organ_gives_its_opinion_exactly_when_both_kinds_are_in_question(
    kind: str | None, lead: str
) -> None:
    found = handled("party_committee", kind, "assign", lead)

    assert (found["organ"], found["office"]) == (lead, OFFICE[lead])
    assert found["co_required"] is (kind == "both")
    other = {"discipline_organ", "organization_department"} - {lead}
    assert found["co_office"] == (OFFICE[other.pop()] if kind == "both" else "")


@pytest.mark.parametrize("organ", OFFICE)
@pytest.mark.parametrize("kind", KINDS)
def test_who_handles_a_matter_himself_asks_nobody_beside_him(organ: str, kind: str | None) -> None:
    for choice in ("direct", None):
        found = handled(organ, kind, choice, None)
        assert (found["organ"], found["office"]) == (organ, OFFICE[organ])
        assert found["co_required"] is False


def told(given: Mapping[str, Any]) -> dict[str, Json]:
    """Section 4.2 of the domain reference in plain Python."""
    stated = [given["managed_by"], given["affiliated_to"]]
    level = min((one for one in stated if one in LEVELS), key=LEVELS.index)
    level = "county" if level == "township" else level
    may = MAY[given["sanction_type"] or "unknown"]
    if given["origin"] == "assigned":
        may = ("party_committee",)
    filed, place = given["filed_with"] or "recommended", given["filed_level"] or "recommended"
    organ = filed if filed in may else may[0]
    received = OFFICE[organ if filed == "recommended" else filed]
    return {
        "organ": organ,
        "office": OFFICE[organ],
        "level": level,
        "level_by": "党组织隶属关系" if given["applicant_kind"] == "unit" else "干部管理权限",
        "misdirected": filed not in ("recommended", *may) or place not in ("recommended", level),
        "may_assign": organ == "party_committee",
        "received_office": OFFICE["party_committee"] if place == "township" else received,
        "received_level": level if place == "recommended" else place,
    }


def routed(given: Mapping[str, Json], before: Json = None) -> Any:
    again = {"intake_action": "reroute" if before else None, "routing": before}
    return dmn.evaluate(MODEL, "nanyang_routing", {**given, **again})


def handled(organ: str, kind: str | None, choice: str | None, lead: str | None) -> Any:
    facts = {"routing": {"organ": organ}, "origin": "self", "sanction_type": kind}
    asked = {**facts, "handling_choice": choice, "lead_organ": lead}
    return dmn.evaluate(HANDLING, "nanyang_handling", asked)

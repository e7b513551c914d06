"""Registers and campaigns in a pack: what is right is let through, each slip is told."""

from collections.abc import Callable

import pytest

from server.checker.check import check_here
from server.domain.expressions import Json
from server.domain.findings import Severity
from server.engine.feel import Feel
from tests.factories import books

FEEL = Feel()


def told(change: Callable[[Json], object]) -> list[str]:
    found = check_here(books.files(change), ("cn",), FEEL)
    return sorted({each.code for each in found if each.severity is Severity.ERROR})


def put(path: str, value: Json) -> Callable[[Json], object]:
    """Let this entry of the pack have another value."""
    *way, last = path.split("/")

    def change(entries: Json) -> None:
        for part in way:
            entries = entries[int(part) if isinstance(entries, list) else part]
        entries[last] = value

    return change


DOCKET = "registers/docket"
WEEK = "campaigns/review_week"
FIND = "procedures/tiny_matter/finds/0"


def test_registers_and_campaigns_that_can_work_are_let_through() -> None:
    assert told(lambda entries: None) == []


@pytest.mark.parametrize(
    ("path", "value", "codes"),
    [
        (f"{DOCKET}/event", "nothing", ["REGISTER_EVENT_UNKNOWN"]),
        (f"{DOCKET}/ends", ["nothing"], ["REGISTER_EVENT_UNKNOWN"]),
        (f"{DOCKET}/when", "=party.sex = 1", ["PROPERTY_UNKNOWN"]),
        (f"{DOCKET}/when", '=party.kind = "persons"', ["VALUE_NEVER"]),
        (f"{DOCKET}/when", "=item != null", ["NAME_UNKNOWN"]),
        (f"{DOCKET}/fields/facts", "nothing", ["REGISTER_FIELD_UNKNOWN"]),
        (f"{DOCKET}/fields/until", "facts", ["REGISTER_DAY"]),
        (f"{DOCKET}/fields/name", "facts", ["REGISTER_COLUMN"]),
        (f"{DOCKET}/columns/weight/title", "", ["REGISTER_COLUMN"]),
        (f"{DOCKET}/columns/weight/list", "nothing", ["REGISTER_COLUMN"]),
        (f"{DOCKET}/readers", ["nobody"], ["ROLE_UNKNOWN"]),
        (f"{DOCKET}/of", "everybody", ["PACK_VALUE"]),
        (f"{DOCKET}/basis", {"source": "nothing"}, ["SOURCE_UNKNOWN"]),
        (f"{FIND}/register", "nothing", ["PROPERTY_UNKNOWN", "REGISTER_UNKNOWN"]),
        (f"{FIND}/where", '=entry.result = "accepted"', ["VALUE_NEVER"]),
        (f"{FIND}/before", "facts", ["REGISTER_DAY"]),
        (f"{FIND}/before", "nothing", ["REGISTER_FIELD_UNKNOWN"]),
        (f"{FIND}/late", "", ["PACK_VALUE"]),
        (f"{FIND}/to", ["everybody"], ["PACK_VALUE"]),
        (f"{FIND}/into", "evidence_weight", ["FIND_VARIABLE"]),
        (f"{WEEK}/by", "nobody", ["ROLE_UNKNOWN"]),
        (f"{WEEK}/levels", ["village"], ["PACK_VALUE"]),
        (f"{WEEK}/procedure", "nothing", ["CAMPAIGN_PROCEDURE"]),
        (f"{WEEK}/into", "earlier", ["CAMPAIGN_VARIABLE"]),
        (f"{WEEK}/scope", "nothing", ["CAMPAIGN_SCOPE"]),
        (f"{WEEK}/selects/register", "nothing", ["PROPERTY_UNKNOWN", "REGISTER_UNKNOWN"]),
        (f"{WEEK}/with/nothing", "=target.name", ["CAMPAIGN_FIELD"]),
        (f"{WEEK}/with/managed_by", "village", ["CAMPAIGN_FIELD"]),
        (f"{WEEK}/with/managed_by", "=target.manager", ["PROPERTY_UNKNOWN"]),
        (f"{WEEK}/selects/sample", {"percent": "101", "least": "1"}, ["CAMPAIGN_SAMPLE"]),
        (f"{WEEK}/selects/sample", {"percent": "ten", "least": "0"}, ["CAMPAIGN_SAMPLE"]),
        (
            f"{WEEK}/selects/sample",
            {"percent": "=settings.x", "least": "3"},
            ["PROPERTY_UNKNOWN", "SETTING_UNKNOWN"],
        ),
        (f"{WEEK}/figures/0/outcomes", ["nothing"], ["OUTCOME_UNKNOWN"]),
        (f"{WEEK}/figures/1/sum", "nothing", ["CAMPAIGN_FIGURE"]),
    ],
)
def test_a_slip_is_told(path: str, value: Json, codes: list[str]) -> None:
    assert told(put(path, value)) == codes

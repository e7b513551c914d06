"""Whoever handled the decision that is disputed keeps out of its recheck, by the earlier record."""

from collections.abc import Mapping

import pytest

from server.adapters.packs import read_folder
from server.config import SHIPPED
from server.domain.access import SYSTEM
from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.services.context import transaction
from server.services.packs import definitions
from server.services.verbs import cases, parties
from tests.factories.tiny import ACCEPT, COLLEAGUE, DESK, Tiny
from tests.factories.tools import PREPARED

APPLICANT, OTHER = "county1.housing_works.1", "county1.housing_works.2"
RECHECK: Mapping[str, Json] = {
    "applicant_kind": "person",
    "managed_by": "county",
    "decided_by": "discipline",
    "remedy_law": "internal",
    "decision_number": "决1号",
    "received_on": "2026-02-10",
    "grounds": ["evidence"],
    "ground_text": "证据没有采纳。",
}


def test_who_handled_the_earlier_case_is_kept_out_of_the_recheck(tiny: Tiny) -> None:
    reference = handled_by_desk(tiny)
    again = rechecked(tiny, APPLICANT, reference)

    assert kept_out(tiny, again) == {tiny.actor(DESK).person_id}


def test_a_number_of_somebody_elses_case_is_refused(tiny: Tiny) -> None:
    reference = handled_by_desk(tiny)
    with pytest.raises(Invalid) as refused:
        rechecked(tiny, OTHER, reference)
    assert [each.field for each in refused.value.findings] == ["original_case"]


def test_a_matter_handled_elsewhere_keeps_nobody_out(tiny: Tiny) -> None:
    outside: Mapping[str, Json] = {"outside": True, "source_reference": "容〔2019〕1号"}
    again = rechecked(tiny, APPLICANT, None, outside)

    assert kept_out(tiny, again) == frozenset()


def handled_by_desk(tiny: Tiny) -> str:
    """Reference of a case of which one official of the desk did a task."""
    case_id = tiny.open(by=APPLICANT)
    tiny.do(DESK, case_id, "register", ACCEPT)
    return tiny.facts(case_id).reference


def rechecked(
    tiny: Tiny, applicant: str, reference: str | None, more: Mapping[str, Json] | None = None
) -> str:
    """A recheck against the case with that number, accepted by a colleague."""
    with transaction(tiny.tools, SYSTEM, PREPARED) as ctx:
        definitions.publish(ctx, read_folder(SHIPPED / "processes" / "remedies"))
    given = {**RECHECK, "original_case": reference, **(more or {})}
    case_id = tiny.act(applicant, lambda ctx: cases.open_case(ctx, "recheck", given))
    accepted = {
        "register_number": "登1号",
        "timely": "yes",
        "applied_before": "no",
        "acceptance": "accept",
        "original_case": reference,
    }
    tiny.do(COLLEAGUE, case_id, "accept_recheck", accepted)
    return case_id


def kept_out(tiny: Tiny, case_id: str) -> frozenset[str]:
    """Ids of the people who keep out of a case."""
    return frozenset(tiny.program(lambda ctx: parties.bars_of(ctx, case_id).recused))

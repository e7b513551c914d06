"""Matters for tests of the API: who starts what, and the people around it."""

from typing import Any

from tests.factories.programs import Program

APPLICANT = "county1.housing_works.1"
DESK = "county1.case_supervision.1"
COLLEAGUE = "county1.case_supervision.2"
HEAD = "county1.case_supervision.head"
STRANGER = "county2.petition.1"
DESIGNER = "p.designer.1"
SYSTEM_ADMIN = "p.system_admin.head"
SECURITY_ADMIN = "p.security_admin.head"
AUDIT_ADMIN = "p.audit_admin.head"

NANYANG = "nanyang_five_step"
CHUZHOU = "chuzhou_four_step"

APPLICATION = {
    "applicant_kind": "person",
    "managed_by": "county",
    "sanction_type": "discipline",
}


def opened(applicant: Program) -> Any:
    """A new ordinary application."""
    return applicant.done("/cases", {"procedure": NANYANG, "variables": APPLICATION})


def offered(desk: Program, case_id: str) -> Any:
    """The task of this case that waits in the queue of the desk."""
    items = desk.found("/tasks?view=queue&page_size=200")["items"]
    return next(item for item in items if item["case"] == case_id)

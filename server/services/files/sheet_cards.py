"""The case a task belongs to, as far as everybody who has a task in it may know."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row

from server.services.context import Context
from server.services.law.releases import Release
from server.services.verbs.parties import SUBJECTS


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectLine:
    """Whom the case is about."""

    #: applicant or subject
    kind: str
    name: str
    outcome: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseCard:
    """The case a task belongs to, as far as everybody who has a task in it may know."""

    id: str
    reference: str
    procedure: str
    #: what the matter is, empty where nobody said it
    matter: str
    #: title of the procedure, title and version of the rules it follows
    title: str
    law: str
    law_version: str
    status: str
    status_reason: str
    outcome: str | None
    level: str
    opened_on: date
    subjects: tuple[SubjectLine, ...]


def card(ctx: Context, release: Release, row: Row[tuple[object, ...]]) -> CaseCard:
    """The card of the case a task row was read with (columns ``case_…``)."""
    about = sorted(ctx.rows(SUBJECTS, row.case_id), key=lambda each: (each["kind"], each["name"]))
    names = ("reference", "procedure", "status", "status_reason", "outcome", "level", "opened_on")
    return CaseCard(
        id=row.case_id,
        **{name: getattr(row, f"case_{name}") for name in names},
        matter=row.case_matter,
        title=release.pack.procedures[row.case_procedure].title,
        law=release.pack.title,
        law_version=release.pack.version,
        subjects=tuple(
            SubjectLine(kind=each["kind"], name=each["name"], outcome=each["outcome"])
            for each in about
        ),
    )

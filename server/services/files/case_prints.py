"""The whole file of a case as it goes on paper: with every paper the reader may open, in order."""

from dataclasses import dataclass

from server.services.context import Context
from server.services.files import case_view
from server.services.files.case_papers import PaperSheet
from server.services.files.case_view import CaseFile


@dataclass(frozen=True, kw_only=True, slots=True)
class Printed:
    """A file with its papers opened."""

    file: CaseFile
    sheets: tuple[PaperSheet, ...]


def printed(ctx: Context, case_id: str) -> Printed:
    """The file and what every paper of it says, as far as the actor may read it.

    Raises:
        NotFound: there is no such case, or it does not exist for him.
    """
    return Printed(
        file=case_view.case_file(ctx, case_id), sheets=case_view.readable_papers(ctx, case_id)
    )

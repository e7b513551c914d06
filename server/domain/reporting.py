"""Who reported, as far as rules go: what is recorded of whom, and who is told of the result.

Who may read it is asked where it is kept (``services/verbs/reporters``). Nothing here holds a name.
"""

from enum import StrEnum
from typing import Final

from server.domain.errors import Conflict, Invalid
from server.domain.findings import Finding
from server.domain.texts import _

#: longest name or way to reach somebody, and longest remark
LONGEST_NAME: Final = 200
LONGEST_TEXT: Final = 2000


class ReporterKind(StrEnum):
    """Did he say who he is."""

    REAL_NAME = "real_name"
    ANONYMOUS = "anonymous"


class FeedbackForm(StrEnum):
    """How a real-name reporter was told."""

    FACE_TO_FACE = "face_to_face"
    WRITTEN = "written"


KIND_WORDS: Final = {ReporterKind.REAL_NAME: _("实名"), ReporterKind.ANONYMOUS: _("匿名")}
FORM_WORDS: Final = {FeedbackForm.FACE_TO_FACE: _("当面"), FeedbackForm.WRITTEN: _("书面")}


def refuse_wrong(kind: ReporterKind, *, name: str, contact: str, person: str) -> None:
    """Return when what is to be recorded fits the kind.

    Raises:
        Invalid: a real-name reporter without a name; an anonymous one with anything that tells.
    """
    if kind is ReporterKind.REAL_NAME and not name:
        raise wrong("name", _("实名检举，请填写检举人姓名"))
    if kind is ReporterKind.ANONYMOUS:
        for field, value in (("name", name), ("contact", contact), ("person", person)):
            if value:
                raise wrong(field, _("匿名检举，不得登记检举人的姓名、联系方式或者人员"))


def refuse_feedback(kind: ReporterKind) -> None:
    """Return when he is told of the result. Raises Conflict for an anonymous report."""
    if kind is ReporterKind.ANONYMOUS:
        raise Conflict(_("匿名检举不反馈"))


def wrong(field: str, message: str) -> Invalid:
    """What is wrong at a field; never with what was typed there."""
    return Invalid(message, [Finding(code="REPORTER", field=field, message=message)])

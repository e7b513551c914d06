"""Pass 5, the work beside the procedure: steps that may be handed in several at once."""

from collections.abc import Iterable
from typing import Final

from server.checker.candidate import Candidate
from server.checker.form_sheets import FieldSheet
from server.domain.notes import Notes
from server.domain.texts import _

_PLACE: Final = "batch"


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note steps of ``desk.batch`` that are none, or ask for more than a choice and an opinion."""
    own = notes["pack.yaml"]
    for key in candidate.pack.desk.batch:
        node = candidate.nodes.get(key)
        if node is None or node.kind != "userTask":
            own.error(
                "BATCH_NODE_UNKNOWN",
                _("批量提交的环节“{node}”不是图中的用户任务").format(node=key[:60]),
                _("改正desk.batch中的标识"),
                element="desk",
                field=_PLACE,
            )
        elif any(not is_plain(sheet.fields.values()) for sheet in candidate.form_at(key)):
            own.error(
                "BATCH_FORM",
                _("“{name}”的表单不只是一项选择和一段意见，不能批量提交").format(name=node.label),
                _("从desk.batch中去掉该环节，或者把表单改为一项选择和一段意见"),
                element="desk",
                field=_PLACE,
            )
        elif any(entry.node == key for entry in candidate.pack.appointments):
            own.error(
                "BATCH_APPOINTS",
                _("“{name}”指定人员，不能批量提交").format(name=node.label),
                _("从desk.batch中去掉该环节"),
                element="desk",
                field=_PLACE,
            )


def is_plain(fields: Iterable[FieldSheet]) -> bool:
    """Do these ask for one choice at most, and one text at most."""
    choices = texts = 0
    for field in fields:
        if field.type != "string" or field.refers_to or field.inner:
            return False
        choices += bool(field.options)
        texts += not field.options
    return choices <= 1 and texts <= 1

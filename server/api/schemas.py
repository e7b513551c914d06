"""What several resources answer with: moments, places, people, clocks, tasks."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import marshmallow as ma
from flask_smorest.fields import Upload
from marshmallow import validate

from server.domain.calendar import CHINA_TIME
from server.domain.lifecycle import DeadlineState
from server.domain.texts import _

#: longest page of a list
MAX_PAGE = 200
#: highest page that is looked for
_LAST_PAGE = 1_000_000
#: what the field ``matter`` is, wherever it stands
MATTER: Final = _("是什么事；无权知道当事人姓名的，为空")


class ResultSchema(ma.Schema):
    """What came of it: the code, and what the rules of the case call it."""

    outcome = ma.fields.String(required=True, allow_none=True)
    outcome_title = ma.fields.String(
        required=True, metadata={"description": _("结果的名称，如政策包所写；没有结果的，为空")}
    )


class Moment(ma.fields.AwareDateTime):
    """A moment, in the time of the country."""

    def __init__(self, **given: Any) -> None:
        super().__init__(format="iso", default_timezone=CHINA_TIME, **given)

    def _serialize(
        self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any
    ) -> str | float | None:
        local = None if value is None else value.astimezone(CHINA_TIME)
        return super()._serialize(local, attr, obj, **kwargs)


def word(words: Iterable[str], **given: Any) -> ma.fields.String:
    """One of a closed list of words."""
    return ma.fields.String(required=True, validate=validate.OneOf(tuple(words)), **given)


class Paging(ma.Schema):
    """Which page of a list."""

    page = ma.fields.Integer(load_default=1, validate=validate.Range(1, _LAST_PAGE))
    page_size = ma.fields.Integer(load_default=50, validate=validate.Range(1, MAX_PAGE))


class FileSchema(ma.Schema):
    """One file."""

    file = Upload(required=True)


class PlaceSchema(ma.Schema):
    """A unit or office."""

    id = ma.fields.String(required=True)
    name = ma.fields.String(required=True)


class WhoSchema(ma.Schema):
    """A person; without a name for those who need not know it."""

    id = ma.fields.String(required=True)
    name = ma.fields.String(required=True)


class DeadlineSchema(ma.Schema):
    """One clock."""

    key = ma.fields.String(required=True)
    due_on = ma.fields.Date(required=True, allow_none=True)
    provisional_on = ma.fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "所需年份的放假安排尚未公布时，按现有日历推算的日期"},
    )
    state = word(DeadlineState)
    basis = ma.fields.String(required=True, metadata={"description": "依据的文件和条目"})
    line = ma.fields.String(required=True, metadata={"description": "期限的计算过程"})


class OpenTaskSchema(ma.Schema):
    """A task that waits, as it is told to who looks at its case."""

    id = ma.fields.String(metadata={"description": "只在本人可以办理时给出"})
    key = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    unit = ma.fields.Nested(PlaceSchema, required=True, allow_none=True)
    deadline = ma.fields.Nested(DeadlineSchema, required=True, allow_none=True)


class TaskSchema(OpenTaskSchema):
    """One line of a list of tasks."""

    id = ma.fields.String(required=True)
    case = ma.fields.String(required=True)
    reference = ma.fields.String(required=True)
    assignee = ma.fields.Nested(WhoSchema, required=True, allow_none=True)
    version = ma.fields.Integer(required=True)


class ReleaseSchema(ma.Schema):
    """Why a task is given back, where it is in somebody else's hands."""

    reason = ma.fields.String(load_default="", validate=validate.Length(0, 2000))


class CaseDecisionSchema(ma.Schema):
    """A collective decision of the case that the reader may open."""

    id = ma.fields.String(required=True)
    state = ma.fields.String(
        required=True, metadata={"description": "none、open、closed、cancelled"}
    )

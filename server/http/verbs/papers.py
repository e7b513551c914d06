"""出具文书、登记送达：the papers of a case leave the house, numbered, and come back with proof."""

from typing import Final

import marshmallow as ma
from marshmallow import validate

from server.domain.texts import _
from server.http.verbs.saying import LONGEST, Ask, Verb, identifier
from server.services.verbs import paper_choices, papers

_PAPER = validate.Regexp(r"^[\w.\-]{1,80}(:\d{1,6})?$")
_HASH = validate.Length(1, 64)
_ID_OR_NONE = validate.Regexp(r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$")
_LINE = validate.Length(0, 120)
_TEXT = validate.Length(0, LONGEST)


class IssueSchema(ma.Schema):
    """Which paper, as it was looked at; and which earlier one it replaces."""

    paper = ma.fields.String(
        required=True, validate=_PAPER, metadata={"description": "政策包中文书的标识"}
    )
    seen = ma.fields.String(
        required=True, validate=_HASH, metadata={"description": "查看草稿时得到的data_hash"}
    )
    replaces = ma.fields.String(
        load_default="",
        validate=_ID_OR_NONE,
        metadata={"description": "更正时：所替换的已出具文书的标识"},
    )
    reason = ma.fields.String(load_default="", validate=_TEXT)


class ServeSchema(ma.Schema):
    """Which paper was handed to whom, how and when, and what proves it."""

    paper = identifier(_("已出具文书的标识"))
    to = ma.fields.String(
        required=True,
        validate=validate.Regexp(r"^[\w.:\-]{1,160}$"),
        metadata={"description": "收件人：文书的送达对象之一"},
    )
    way = ma.fields.String(
        required=True,
        validate=validate.Regexp(r"^[\w.\-]{1,40}$"),
        metadata={"description": "送达方式：清单service_ways的代码"},
    )
    served_on = ma.fields.Date(required=True)
    received_by = ma.fields.String(load_default="", validate=_LINE)
    note = ma.fields.String(load_default="", validate=_TEXT)
    receipt = ma.fields.String(
        load_default="",
        validate=_ID_OR_NONE,
        metadata={"description": "送达回证：本人刚上传的附件的id"},
    )
    replaces = ma.fields.String(
        load_default="",
        validate=_ID_OR_NONE,
        metadata={"description": "更正时：所替换的送达记录的标识"},
    )


VERBS: Final = (
    Verb(
        name="issue",
        title=_("出具文书"),
        says=_(
            "先看草稿，核对无误后出具。出具时编号，此后不能修改；确有错误的，另行出具更正的文书，写明所替换的一件"
        ),
        schema=IssueSchema,
        act=papers.issue,
        prepare=papers.prepared,
        outlook=papers.looked_at,
        look=_("查看草稿"),
        asks=(
            Ask(key="paper", label=_("文书"), kind="one", choices=paper_choices.issuable),
            Ask(
                key="replaces",
                label=_("替换"),
                kind="one",
                hint=_("更正已经出具的文书时选择"),
                required=False,
                choices=paper_choices.replaceable,
                by="paper",
            ),
            Ask(
                key="reason",
                label=_("更正的理由"),
                hint=_("替换已经出具的文书时必须填写"),
                required=False,
            ),
            Ask(key="seen", label=_("草稿"), kind="seen", required=False),
        ),
        done=_("已出具，可以下载"),
    ),
    Verb(
        name="serve",
        title=_("登记送达"),
        says=_(
            "登记文书送给了谁、怎样送达、何时送达，附上签收的送达回证；登记后不能修改，只能更正"
        ),
        schema=ServeSchema,
        act=papers.serve,
        asks=(
            Ask(key="paper", label=_("文书"), kind="one", choices=paper_choices.servable),
            Ask(
                key="to",
                label=_("收件人"),
                kind="one",
                choices=paper_choices.addressees,
                by="paper",
            ),
            Ask(key="way", label=_("送达方式"), kind="one", choices=paper_choices.ways),
            Ask(key="served_on", label=_("送达日期"), kind="day"),
            Ask(
                key="received_by",
                label=_("签收人"),
                kind="line",
                hint=_("由他人代收的，写明姓名和与收件人的关系"),
                required=False,
            ),
            Ask(
                key="receipt",
                label=_("送达回证"),
                kind="file",
                hint=_("签收后的扫描件或者照片"),
                required=False,
            ),
            Ask(key="note", label=_("说明"), required=False),
            Ask(
                key="replaces",
                label=_("更正哪一条记录"),
                kind="one",
                required=False,
                choices=paper_choices.records,
                by="paper",
            ),
        ),
        done=_("已登记送达"),
    ),
)

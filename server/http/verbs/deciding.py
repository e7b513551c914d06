"""集体研究: convene, attend, vote, speak, sign, close; said once for the pages and for the API."""

from collections.abc import Mapping
from typing import Final

import marshmallow as ma
from marshmallow import validate

from server.domain.texts import _
from server.domain.votes import ABSTAIN, AGAINST
from server.http.verbs.saying import LONGEST, Verb, WhySchema, identifier
from server.services.verbs import decision_records, decision_votes, decisions

_CODE = validate.Regexp(r"^[\w.\-]{0,40}$")
_LINE = validate.Length(0, 200)
_TEXT = validate.Length(0, LONGEST)


def _person(said: str) -> ma.fields.String:
    """Somebody, or nobody in particular."""
    field = identifier(said)
    field.required = False
    return field


class ConveneSchema(ma.Schema):
    """When and where, who chairs and keeps the record, what is put to the vote."""

    held_on = ma.fields.Date(required=True)
    starts_at = ma.fields.Time(metadata={"description": "时刻，例如15:00"})
    place = ma.fields.String(load_default="", validate=_LINE)
    title = ma.fields.String(load_default="", validate=_LINE)
    chair = _person(_("主持人的标识；不写时为机构负责人"))
    secretary = _person(_("记录人的标识，不参加表决"))
    attendants = ma.fields.List(identifier(_("列席人员的标识")), load_default=())
    question = ma.fields.String(load_default="", validate=_TEXT)
    motion = ma.fields.String(
        load_default="", validate=_CODE, metadata={"description": "提请表决的结论"}
    )
    secret = ma.fields.Boolean(load_default=False, metadata={"description": "无记名表决"})
    meeting = _person(_("列入同一机构同一天已有的会议：会议的标识"))


class AttendSchema(ma.Schema):
    """Who is there, absent, gone, or keeps away."""

    attendance = ma.fields.String(required=True, validate=validate.OneOf(decision_votes.SAID))
    person = _person(_("成员的标识；不写时为本人"))
    reason = ma.fields.String(load_default="", validate=_TEXT)
    ground = ma.fields.String(load_default="", validate=_CODE, metadata={"description": "回避事由"})


class VoteSchema(ma.Schema):
    """What somebody votes for."""

    choice = ma.fields.String(
        required=True,
        validate=validate.Regexp(r"^[\w.\-]{1,40}$"),
        metadata={"description": f"结论的代码，或者{AGAINST}（不赞成）、{ABSTAIN}（弃权）"},
    )
    person = _person(_("成员的标识；不写时为本人，记名表决可以由记录人代为登记"))
    opinion = ma.fields.String(load_default="", validate=_TEXT)


class OpinionSchema(ma.Schema):
    """What somebody said, and whether it is a dissent that goes into the minutes as it stands."""

    text = ma.fields.String(required=True, validate=validate.Length(1, LONGEST))
    dissent = ma.fields.Boolean(load_default=False)
    person = _person(_("成员的标识；不写时为本人"))


class NoteSchema(ma.Schema):
    """The minutes, and what else the form of the task asks."""

    minutes = ma.fields.String(validate=validate.Length(0, decision_records.MOST))
    variables = ma.fields.Dict(keys=ma.fields.String())


class RoundSchema(WhySchema):
    """Why there is another round, or none."""


class OwnSchema(ma.Schema):
    """Nothing: it is said for oneself."""


DECISION_VERBS: Final[Mapping[str, Verb]] = {
    verb.name: verb
    for verb in (
        Verb(
            name="convene",
            title=_("召开会议"),
            says=_("召集会议研究本待办，或者在表决开始前更改会议安排"),
            schema=ConveneSchema,
            act=decisions.convene,
            done=_("已列入会议议题"),
        ),
        Verb(
            name="attend",
            title=_("登记到会"),
            says=_("登记到会、未到、离席，或者声明回避；声明回避后不再看到本事项"),
            schema=AttendSchema,
            act=decisions.attend,
            done=_("已登记"),
        ),
        Verb(
            name="vote",
            title=_("表决"),
            says=_("每人一票，主持人末位表态；表决即声明没有应当回避的情形"),
            schema=VoteSchema,
            act=decisions.vote,
            done=_("已表决"),
        ),
        Verb(
            name="opinion",
            title=_("记录意见"),
            says=_("记录本人的意见；不同意见以本人原文入纪要，他人不能改写"),
            schema=OpinionSchema,
            act=decision_records.opinion,
            done=_("已记录意见"),
        ),
        Verb(
            name="confirm",
            title=_("确认意见"),
            says=_("确认记录人所记的意见是本人的意见"),
            schema=OwnSchema,
            act=decision_records.confirm,
            done=_("已确认"),
        ),
        Verb(
            name="sign",
            title=_("本人签名"),
            says=_("签名即确认记录无误"),
            schema=OwnSchema,
            act=decision_records.sign,
            done=_("已签名"),
        ),
        Verb(
            name="remind",
            title=_("提醒签名"),
            says=_("提醒还没有签名的到会成员，每天一次"),
            schema=OwnSchema,
            act=decision_records.remind,
            done=_("已提醒未签名的成员"),
        ),
        Verb(
            name="note",
            title=_("暂存"),
            says=_("填写会议纪要和决定的其他内容；更改后须重新签名"),
            schema=NoteSchema,
            act=decision_records.note,
            done=_("已暂存"),
        ),
        Verb(
            name="renew",
            title=_("重新表决"),
            says=_("本轮表决作废，另行表决一轮"),
            schema=RoundSchema,
            act=decision_votes.renew,
            done=_("已开始新一轮表决"),
        ),
        Verb(
            name="dissolve",
            title=_("撤下议题"),
            says=_("本事项不再列入会议，待办照常等待办理"),
            schema=RoundSchema,
            act=decisions.dissolve,
            done=_("已撤下议题"),
        ),
        Verb(
            name="close",
            title=_("结束议题，作出决定"),
            says=_("条件齐备后由主持人结束议题；决定作出后不能修改，待办随之办结"),
            schema=OwnSchema,
            act=decisions.close,
            done=_("已作出决定"),
        ),
    )
}

"""抄送、催办、讨论: what is said about a task and moves nothing."""

from typing import Final

import marshmallow as ma
from marshmallow import validate

from server.domain.texts import _
from server.http.verbs.saying import ID, LONGEST, REASON, Ask, Verb, WhySchema
from server.services.desk import follow_ups
from server.services.verbs import comments, copies, urgings

#: people of one copy or one remark
_MOST: Final = 50


class SendCopySchema(WhySchema):
    """To whom, and why."""

    persons = ma.fields.List(
        ma.fields.String(validate=ID),
        required=True,
        validate=validate.Length(1, _MOST),
        metadata={"description": _("抄送给谁")},
    )


class SaySchema(ma.Schema):
    """A remark, and whom it calls beside those its text names."""

    text = ma.fields.String(required=True, validate=validate.Length(1, LONGEST))
    persons = ma.fields.List(
        ma.fields.String(validate=ID),
        validate=validate.Length(0, _MOST),
        metadata={"description": _("提醒谁看；文中写“@姓名”的也会收到提醒")},
    )


class FollowUpSchema(ma.Schema):
    """When to look again, and a note for oneself."""

    on = ma.fields.Date(metadata={"description": _("哪一天再看；不给的，取消")})
    note = ma.fields.String(validate=validate.Length(0, 200))


VERBS: Final = (
    Verb(
        name="cc",
        title=_("抄送"),
        says=_("抄送给办理该事项的人员或者分管负责人知悉；不增加对方的阅卷权限，阅看后有回执"),
        schema=SendCopySchema,
        act=copies.send,
        asks=(
            Ask(key="persons", label=_("抄送给"), kind="several", choices=copies.receivers),
            REASON,
        ),
        done=_("已抄送"),
    ),
    Verb(
        name="urge",
        title=_("催办"),
        says=_("提醒现在的经办人；没有人签收的，提醒承办机构的人员。次数按规则包的规定"),
        schema=WhySchema,
        act=urgings.urge,
        asks=(REASON,),
        done=_("已催办"),
    ),
    Verb(
        name="comment",
        title=_("讨论"),
        says=_("只有办理该事项的人员看得到，不入卷，不是办理意见；写“@姓名”提醒对方看"),
        schema=SaySchema,
        act=comments.add,
        asks=(
            Ask(key="text", label=_("讨论内容")),
            Ask(
                key="persons",
                label=_("提醒谁看"),
                kind="several",
                required=False,
                choices=comments.callable_people,
            ),
        ),
        done=_("已发表"),
    ),
    Verb(
        name="follow-up",
        title=_("到期再看"),
        says=_("先放到“稍后”，到那一天回到清单最前面，并在当天早上提醒；期限照常计算"),
        schema=FollowUpSchema,
        act=follow_ups.choose,
        asks=(
            Ask(key="on", label=_("哪一天"), kind="day", required=False, hint=_("留空即取消")),
            Ask(key="note", label=_("备注"), kind="line", required=False, hint=_("只有本人看得到")),
        ),
        done=_("已记下"),
    ),
)

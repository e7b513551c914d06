"""暂停、恢复、终止：what the head of a competent office does to a whole case."""

from typing import Final

import marshmallow as ma
from marshmallow import validate

from server.domain.texts import _
from server.http.verbs.saying import REASON, Ask, Verb, WhySchema
from server.services.verbs import asking, case_verbs, priorities

_KEY = validate.Regexp(r"^[\w.\-]{1,120}$")


class MoveSchema(WhySchema):
    """To which step, and why."""

    to = ma.fields.String(
        required=True, validate=_KEY, metadata={"description": "环节在流程图中的标识"}
    )


class AmendSchema(WhySchema):
    """Which variable is to be what, and why."""

    name = ma.fields.String(
        required=True, validate=_KEY, metadata={"description": "流程数据的名称"}
    )
    value = ma.fields.String(
        load_default="",
        validate=validate.Length(0, 500),
        metadata={"description": "日期为2026-03-03，是非为true或者false，空为清除"},
    )


VERBS: Final = (
    Verb(
        name="suspend",
        title=_("暂停办理"),
        says=_(
            "整个事项停下来，谁也不能办理，到时的定时也不执行；期限照常计算。由承办机关的主要负责人提出"
        ),
        schema=WhySchema,
        act=case_verbs.suspend,
        asks=(REASON,),
        done=_("已暂停办理"),
    ),
    Verb(
        name="resume",
        title=_("恢复办理"),
        says=_("暂停的事项继续办理，期间到时的定时随即执行"),
        schema=WhySchema,
        act=case_verbs.resume,
        asks=(REASON,),
        done=_("已恢复办理"),
    ),
    Verb(
        name="cancel",
        title=_("终止办理"),
        says=_("整个事项到此为止，没有结果，不能恢复；由承办机关的主要负责人提出"),
        schema=WhySchema,
        act=case_verbs.cancel,
        asks=(REASON,),
        done=_("已终止办理"),
    ),
    Verb(
        name="retry",
        title=_("重试"),
        says=_("因程序异常停住的事项继续办理，放弃的定时随即重试；原因没有排除的，会再次停住"),
        schema=WhySchema,
        act=case_verbs.retry,
        asks=(REASON,),
        done=_("已恢复办理，放弃的定时随即重试"),
    ),
    Verb(
        name="move",
        title=_("调整环节"),
        says=_("请另一位负责人同意，把事项转到别的环节；同意后随即转到，双方都记入办理过程"),
        schema=MoveSchema,
        act=asking.ask_move,
        asks=(Ask(key="to", label=_("转到"), kind="one", choices=asking.steps), REASON),
        outlook=asking.move,
        done=_("已经提出，由另一位负责人决定"),
    ),
    Verb(
        name="amend",
        title=_("更正流程数据"),
        says=_("请另一位负责人同意，更正流程据以流转的一项数据；前后的值和双方都留有记录"),
        schema=AmendSchema,
        act=asking.ask_amend,
        asks=(
            Ask(key="name", label=_("数据"), kind="one", choices=asking.data),
            Ask(
                key="value",
                label=_("更正为"),
                kind="line",
                hint=_("日期写作2026-03-03，是非写“是”或者“否”；留空为清除"),
                required=False,
            ),
            REASON,
        ),
        outlook=asking.amend,
        done=_("已经提出，由另一位负责人决定"),
    ),
    Verb(
        name="hasten",
        title=_("快查快结"),
        says=_("各清单中排在同类事项前面；期限和权限都不改变。由承办机关的主要负责人提出"),
        schema=WhySchema,
        act=priorities.hasten,
        asks=(REASON,),
        done=_("已列为快查快结"),
    ),
    Verb(
        name="ease",
        title=_("取消快查快结"),
        says=_("恢复按期限先后排列"),
        schema=WhySchema,
        act=priorities.ease,
        asks=(REASON,),
        done=_("已取消快查快结"),
    ),
)

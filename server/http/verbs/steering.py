"""暂停、恢复、终止：what the head of a competent office does to a whole case."""

from typing import Final

from server.domain.texts import _
from server.http.verbs.saying import REASON, Verb, WhySchema
from server.services.verbs import case_verbs

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
)

"""撤回申请: what whoever applied does to his own matter."""

from typing import Final

from server.domain.texts import _
from server.http.verbs.saying import REASON, Verb, WhySchema
from server.services.verbs import application_withdrawals

VERBS: Final = (
    Verb(
        name="withdraw-application",
        title=_("撤回申请"),
        says=_(
            "由申请人提出，写明理由，至集体研究的会议通知发出时为止。按规定由机关依职权继续办理的，事项照常办理；其他的到此为止，不能恢复"
        ),
        schema=WhySchema,
        act=application_withdrawals.withdraw,
        asks=(REASON,),
        done=_("申请已经撤回"),
    ),
)

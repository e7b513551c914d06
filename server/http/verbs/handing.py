"""转办、委派、收回等：a task goes from hand to hand."""

from dataclasses import replace
from typing import Final

import marshmallow as ma
from marshmallow import validate

from server.domain.texts import _
from server.http.verbs.saying import LONGEST, REASON, Ask, Verb, WhySchema, identifier
from server.services.verbs import delegations, handovers, transfers, work


class TransferSchema(WhySchema):
    """To whom, a person or an office, and why."""

    to = identifier(_("接办人或者接收机构的标识"))


class RecallSchema(ma.Schema):
    """Why, if one cares to say."""

    reason = ma.fields.String(load_default="", validate=validate.Length(0, LONGEST))


class TakeBackSchema(WhySchema):
    """Why it is taken out of somebody's hands."""


class DeclineSchema(WhySchema):
    """Why the office does not take it over."""


class DelegateSchema(WhySchema):
    """Whom to ask, and why."""

    to = identifier(_("受委派人的标识"))


VERBS: Final = (
    Verb(
        name="transfer",
        title=_("转办"),
        says=_(
            "把待办交给本机构的另一人，期限照常计算；或者移送政策包写明的其他机构，"
            "对方签收后才算接收，此前可以收回。理由记入办理过程"
        ),
        schema=TransferSchema,
        act=transfers.transfer,
        asks=(Ask(key="to", label=_("交给谁"), kind="one", choices=transfers.choices), REASON),
        done=_("已转办"),
        is_common=True,
    ),
    Verb(
        name="delegate",
        title=_("委派"),
        says=_("请本机构的同事代为填写；他交回以后，由您核对并提交。期限照常计算，可以随时收回"),
        schema=DelegateSchema,
        act=delegations.delegate,
        asks=(Ask(key="to", label=_("委派给谁"), kind="one", choices=delegations.choices), REASON),
        done=_("已委派，交回后会回到您的待办"),
    ),
    Verb(
        name="recall",
        title=_("收回"),
        says=_("收回委派出去的待办，或者收回已移送、对方还没有签收的待办"),
        schema=RecallSchema,
        act=delegations.recall,
        asks=(replace(REASON, required=False),),
        done=_("已收回"),
        is_common=True,
    ),
    Verb(
        name="take-back",
        title=_("从签收人收回"),
        says=_("本机构负责人把他人签收的待办收回本机构，由本机构的人员重新签收；理由记入办理过程"),
        schema=TakeBackSchema,
        act=work.release,
        asks=(REASON,),
        done=_("已收回本机构，可以重新签收"),
    ),
    Verb(
        name="decline",
        title=_("不接收"),
        says=_("其他机构移送来的待办，本机构不接收的，写明理由退回原机构"),
        schema=DeclineSchema,
        act=handovers.decline,
        asks=(REASON,),
        done=_("已退回原机构"),
        is_common=True,
    ),
)

"""退回、撤回：a task goes back the way it came."""

from typing import Final

import marshmallow as ma
from marshmallow import validate

from server.domain.texts import _
from server.http.verbs.saying import LONGEST, REASON, Ask, Verb, WhySchema
from server.services.verbs import returns, withdrawals


class ReturnSchema(WhySchema):
    """To which step, and why."""

    to_task = ma.fields.String(
        required=True,
        validate=validate.Regexp(r"^[\w.\-]{1,120}$"),
        metadata={"description": _("退回到的环节的标识")},
    )


class WithdrawSchema(ma.Schema):
    """Why, where somebody wants to say."""

    reason = ma.fields.String(load_default="", validate=validate.Length(0, LONGEST))


VERBS: Final = (
    Verb(
        name="return",
        title=_("退回"),
        says=_("退回以前的环节重新办理；原办理人会看到理由，他当时填写的内容可以接着改"),
        schema=ReturnSchema,
        act=returns.return_,
        asks=(
            Ask(key="to_task", label=_("退回到"), kind="one", choices=returns.places),
            REASON,
        ),
        done=_("已退回"),
        is_common=True,
    ),
    Verb(
        name="withdraw",
        title=_("撤回"),
        says=_(
            "撤回刚刚提交的办理结果，回到提交以前；下一环节已经接手或者已经发出函件的，不能撤回"
        ),
        schema=WithdrawSchema,
        act=withdrawals.withdraw,
        asks=(Ask(key="reason", label=_("理由"), required=False),),
        done=_("已撤回，填写的内容可以接着改"),
        is_common=True,
    ),
)

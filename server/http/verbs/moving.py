"""退回、撤回：a task goes back the way it came."""

from typing import Final

import marshmallow as ma
from marshmallow import validate

from server.domain.texts import _
from server.http.verbs.saying import REASON, Ask, Verb, WhySchema
from server.services.verbs import returns


class ReturnSchema(WhySchema):
    """To which step, and why."""

    to_task = ma.fields.String(
        required=True,
        validate=validate.Regexp(r"^[\w.\-]{1,120}$"),
        metadata={"description": _("退回到的环节的标识")},
    )


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
)

"""重新办理：a closed case is taken up again."""

from typing import Final

import marshmallow as ma
from marshmallow import validate

from server.domain.texts import _
from server.http.verbs.saying import REASON, Ask, Verb, WhySchema
from server.services.verbs import reopenings


class ReopenSchema(WhySchema):
    """Why, and from which step."""

    to_task = ma.fields.String(
        load_default="",
        validate=validate.Regexp(r"^[\w.\-]{0,120}$"),
        metadata={"description": _("从哪个环节重新办理；不写时为规则所列的第一个")},
    )


VERBS: Final = (
    Verb(
        name="reopen",
        title=_("重新办理"),
        says=_("已经办结的事项从规则所列的环节重新办理，原结论不再有效，办理过程保留"),
        schema=ReopenSchema,
        act=reopenings.reopen,
        asks=(
            Ask(key="to_task", label=_("从哪个环节"), kind="one", choices=reopenings.places),
            REASON,
        ),
        done=_("已恢复办理"),
    ),
)

"""转办、退签等：a task goes from hand to hand."""

from typing import Final

from server.domain.texts import _
from server.http.verbs.saying import REASON, Ask, Verb, WhySchema, identifier
from server.services.verbs import transfers


class TransferSchema(WhySchema):
    """To whom, and why."""

    to = identifier(_("接办人的标识"))


VERBS: Final = (
    Verb(
        name="transfer",
        title=_("转办"),
        says=_("把待办交给本机构的另一人办理；期限照常计算，理由记入办理过程"),
        schema=TransferSchema,
        act=transfers.transfer,
        asks=(Ask(key="to", label=_("接办人"), kind="one", choices=transfers.receivers), REASON),
        done=_("已转办"),
        is_common=True,
    ),
)

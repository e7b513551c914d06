"""``returns`` and ``reopen`` of pack.yaml: where a case may go back to."""

from server.adapters.reading import REQUIRED, Node
from server.domain.movement import ReopenRule, ReturnRule, WithdrawalRule
from server.domain.texts import _


def return_rule(node: Node) -> ReturnRule:
    """From which steps to which."""
    read = ReturnRule(
        nodes=node.texts("from"), to=node.texts("to"), basis=node.basis(required=True)
    )
    if not node.has("to"):
        node.wrong(node.at("to"), _("写明可以退回的环节；任何环节写earlier，不得退回写[]"))
    return read


def withdrawal(key: str, node: Node) -> WithdrawalRule:
    """Until when an application of this procedure may be taken back."""
    read = WithdrawalRule(
        procedure=key,
        since=node.texts("since"),
        until=node.texts("until"),
        continues=node.feel("continues"),
        basis=node.basis(required=True),
    )
    if not read.until:
        node.wrong(node.at("until"), _("至少写明一个环节"))
    return read


def reopen_rule(key: str, node: Node) -> ReopenRule:
    """To which steps a closed case of this procedure is taken up again, and by whom."""
    read = ReopenRule(
        procedure=key,
        to=node.texts("to"),
        by=node.text("by", REQUIRED),
        basis=node.basis(required=True),
    )
    if not read.to:
        node.wrong(node.at("to"), _("至少写明一个环节"))
    return read

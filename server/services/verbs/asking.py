"""The verbs of a case that are only asked for here: another person consents, then they are done."""

from server.domain.requests import RequestKind
from server.services.context import Context
from server.services.verbs import requests
from server.services.verbs.outlook import Outlook


def ask_extension(ctx: Context, case_id: str, rule_key: str, *, n: int, reason: str) -> None:
    """Ask the approver for ``n`` more units of a clock. Raises as ``requests.ask``."""
    payload = {"rule_key": rule_key, "n": n}
    requests.ask(ctx, case_id, RequestKind.EXTEND, payload, reason=reason)


def extension(ctx: Context, case_id: str, rule_key: str, *, n: int, reason: str = "") -> Outlook:
    """What would become of the clock. Raises as ``requests.outlook``."""
    del reason
    return requests.outlook(ctx, case_id, RequestKind.EXTEND, {"rule_key": rule_key, "n": n})

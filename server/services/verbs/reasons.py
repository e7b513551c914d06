"""The reason every act asks for that somebody else has to live with."""

from server.domain.errors import Invalid
from server.domain.findings import Finding
from server.domain.texts import _


def refuse_empty(reason: str) -> None:
    """Return when a reason is given. Raises Invalid, at the field ``reason``."""
    if not reason.strip():
        message = _("请写明理由")
        finding = Finding(code="REASON", field="reason", message=message, fix=_("填写理由"))
        raise Invalid(message, [finding])

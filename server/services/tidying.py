"""Forgets what was kept for a time that is over."""

from datetime import UTC, datetime

from server.domain.access import SYSTEM
from server.services import limits
from server.services.case import idempotency
from server.services.context import Tools, transaction
from server.services.files import attachments
from server.services.identity import session_rows, sign_in_attempts
from server.services.operations import workers


def tidy(tools: Tools, now: datetime, real_now: datetime) -> None:
    """Answers kept for repeated requests, counts of limits, sessions, attempts, unused files."""
    with transaction(tools, SYSTEM, now) as ctx:
        idempotency.forget_old(ctx)
        limits.forget_old(ctx)
        session_rows.forget_old(ctx)
        sign_in_attempts.forget_old(ctx)
        attachments.forget_drafts(ctx)
    attachments.drop_orphans(tools, datetime.now(UTC))
    workers.forget_gone(tools, real_now)

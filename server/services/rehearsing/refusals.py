"""A refusal as a rehearsal tells it: to designers, with everything that is known of it."""

from server.domain.errors import Invalid, RongcuoError
from server.domain.findings import Finding


def findings(error: RongcuoError) -> tuple[Finding, ...]:
    """What is wrong, by field, where the refusal says so."""
    return error.findings if isinstance(error, Invalid) else ()


def told(error: RongcuoError) -> str:
    """The refusal in words, with its problems and, for the designer, its detail."""
    parts = [error.message]
    if isinstance(error, Invalid):
        parts += [f"{finding.field}：{finding.message}" for finding in error.findings]
    if error.detail:
        parts.append(error.detail)
    return f"{error.code}：{'；'.join(parts)}"

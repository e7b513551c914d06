"""What a task may do with the fields of its form, beyond what the form says itself.

One form may serve several tasks: what the one writes, another only reads, or does not see at all.
"""

from dataclasses import dataclass

from server.domain.sources import Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldRights:
    """Fields of a form at one task, or at the start of a procedure; the rest is written."""

    #: the user task, or the start event
    node: str
    #: shown, and comes back unchanged
    read: tuple[str, ...] = ()
    #: neither sent to anybody nor taken from anybody
    hidden: tuple[str, ...] = ()
    basis: Basis | None = None

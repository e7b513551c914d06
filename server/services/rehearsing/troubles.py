"""What went otherwise than a scenario says."""

from dataclasses import dataclass

from server.domain.findings import Finding


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """One thing that went otherwise."""

    #: 0: the start, else the step as counted in the file, None: the end
    step: int | None
    message: str
    #: code of the refusal nobody expected, empty where it is something else
    refused: str = ""
    #: what the refusal says, in words
    why: str = ""
    #: what is wrong with the answers, by field
    findings: tuple[Finding, ...] = ()

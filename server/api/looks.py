"""Looks at a case are on record before the answer leaves (AU-3)."""

from server.http.site import actor, now, site
from server.services import reads


def looked(verb: str, target: str, case_id: str) -> None:
    """Record that the signed-in person sees something of this case; no record, no answer."""
    reads.noted(site().tools, actor(), now(), verb=verb, target=target, case_id=case_id)

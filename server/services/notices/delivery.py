"""Delivery of notices: spread over the ways out, claim, send, note; sending in no transaction.

A sender that dies between sending and noting has its letter sent again under the same id once its
claim has run out. A way that fails rests: one letter is tried at its next moment, and the others
follow when that one got through.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from server.domain.channels import Fault, Letter, Way, written
from server.domain.errors import Undelivered
from server.domain.incidents import IncidentKind
from server.services.context import Tools
from server.services.notices import claims, fan_out, gathering
from server.services.notices.claims import Claim
from server.services.operations import incidents

#: gives the moment it is
Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """What a round did."""

    #: letters that are with their receivers
    sent: int
    #: ways that did not work
    failed: int


def deliver(tools: Tools, clock: Clock, real: Clock) -> Delivered:
    """Send what is due, each letter once; what does not get out is tried again later.

    Args:
        tools: their ``ways`` are the ways out.
        clock: the installation's clock, by which notices are owed.
        real: the real one, which letters are dated and incidents are noted by.
    """
    fan_out.spread(tools, clock())
    claims.forsaken(tools, clock())
    sent = failed = 0
    if tools.ways.ways and gathering.is_under_way(tools, clock()):
        return Delivered(sent=sent, failed=failed)
    for way in tools.ways.ways:
        n, is_sound = _through(tools, way, clock, real)
        sent += n
        failed += not is_sound
        if n and is_sound:
            incidents.over(tools, IncidentKind.CHANNEL_DOWN, real(), subject=way.name)
    return Delivered(sent=sent, failed=failed)


def _through(tools: Tools, way: Way, clock: Clock, real: Clock) -> tuple[int, bool]:
    """Send what is due on one way: how many letters got through, and whether the way is sound."""
    sent = 0
    if claims.rests(tools, way.name, clock()):
        return sent, True
    for found in claims.due(tools, way.name, clock()):
        tools.go_on()
        claim = claims.take(tools, clock(), way, found)
        if claim is None:
            continue
        fault = _send(way, _letter(tools, way, claim, real()))
        if fault is None:
            sent += claims.sent(tools, clock(), claim)
        elif fault is Fault.ADDRESS_REFUSED:
            claims.refused(tools, clock(), claim)
        elif fault is Fault.ADDRESS_DEFERRED:
            claims.deferred(tools, clock(), claim)
        else:
            claims.failed(tools, clock(), claim, fault)
            detail = {"error": fault}
            incidents.met(tools, IncidentKind.CHANNEL_DOWN, real(), subject=way.name, detail=detail)
            return sent, False
    return sent, True


def _letter(tools: Tools, way: Way, claim: Claim, at: datetime) -> Letter:
    return written(way, tools.ways.site, len(claim.ids), claim.message_id, claim.address, at)


def _send(way: Way, letter: Letter) -> Fault | None:
    try:
        way.send(letter)
    except Undelivered as error:
        return Fault(error.fault)
    return None

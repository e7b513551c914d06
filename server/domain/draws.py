"""A draw that anybody can do again: who is in a sample follows from a seed and the candidates.

::

    rank(candidate) = SHA-256("<seed>:<candidate>")        as hexadecimal text
    drawn           = the candidates with the lowest ranks

The seed is made and put on record before the candidates are known, so nobody chooses who is drawn:
neither whoever holds the campaign, nor whoever keeps the program.
"""

import hashlib
from collections.abc import Collection


def size(candidates: int, percent: int, least: int) -> int:
    """How many are drawn: so many per cent, rounded up, at least ``least``, never more than all.

    Raises:
        ValueError: ``percent`` is not 1 to 100, or ``least`` is below 1.
    """
    if not 0 < percent <= 100 or least < 1:
        raise ValueError(f"percent {percent}, least {least}")
    return min(candidates, max(least, -(-candidates * percent // 100)))


def rank(seed: str, candidate: str) -> str:
    """The place of a candidate in the draw, as 64 hexadecimal signs; the lowest are drawn."""
    return hashlib.sha256(f"{seed}:{candidate}".encode()).hexdigest()


def drawn(seed: str, candidates: Collection[str], number: int) -> frozenset[str]:
    """Those of the candidates that this seed draws; in whatever order they are given."""
    ranked = sorted(set(candidates), key=lambda each: (rank(seed, each), each))
    return frozenset(ranked[:number])


def digest(candidates: Collection[str]) -> str:
    """What the list of candidates is on record as: SHA-256 of its entries, sorted, a line each."""
    lines = "".join(f"{each}\n" for each in sorted(set(candidates)))
    return hashlib.sha256(lines.encode()).hexdigest()

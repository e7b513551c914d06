"""Where the program may connect to: into the open network, or to what the settings list (WB-9).

Loopback, link-local, private and every other special address is refused unless a listed network
holds it; so is a private address dressed up as another (mapped, translated, tunnelled).
"""

import re
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Network = IPv4Network | IPv6Network

#: addresses that stand for an IPv4 address on the other side of a translator
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")

_ADDRESS: Final = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_LONGEST: Final = 254


def may_connect(address: str, listed: Collection[Network]) -> bool:
    """May the program connect to this IP address."""
    found = _meant(ip_address(address.partition("%")[0]))
    if any(found.version == network.version and found in network for network in listed):
        return True
    if isinstance(found, IPv6Address) and (found.sixtofour or found.teredo):
        return False
    return found.is_global and not found.is_multicast


def is_listed(host: str, listed: Collection[Network]) -> bool:
    """Is this an IP address of a listed network; a name is none."""
    try:
        found = _meant(ip_address(host))
    except ValueError:
        return False
    return any(found.version == each.version and found in each for each in listed)


def is_mail_address(text: str) -> bool:
    """Is this a plain mail address: one line, no name, no list."""
    local = text.partition("@")[0]
    dots = local.startswith(".") or local.endswith(".") or ".." in text
    return len(text) <= _LONGEST and not dots and _ADDRESS.fullmatch(text) is not None


def _meant(found: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return found.ipv4_mapped
        if found in _TRANSLATED:
            return IPv4Address(int(found) & 0xFFFFFFFF)
    return found

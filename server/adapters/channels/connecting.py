"""Connections to where the settings lead, and nowhere else: resolve, judge, then connect to that.

The address that was judged is the one that is connected to, so that a name which answers otherwise
a moment later leads nowhere. No proxy, no redirect.
"""

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.domain.channels import Fault
from server.domain.errors import Undelivered
from server.domain.outbound import Network, is_listed, may_connect

#: seconds for each step of a conversation
PATIENCE: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What the settings let the program reach, and whom it believes."""

    #: addresses besides those of the open network
    networks: tuple[Network, ...] = ()
    #: names that are trusted wherever they lead
    hosts: frozenset[str] = frozenset()
    #: certificates of the site's own authority
    ca: Path | None = None

    def lists(self, host: str) -> bool:
        """Do the settings name this host, or a network it is an address of."""
        return host.lower() in self.hosts or is_listed(host, self.networks)

    def context(self) -> ssl.SSLContext:
        """Encryption with the public authorities and the site's own.

        Raises:
            Undelivered: the site's own cannot be read.
        """
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            if self.ca is not None:
                context.load_verify_locations(self.ca)
        except (OSError, ValueError):
            raise Undelivered(Fault.ENCRYPTION) from None
        return context

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to this host.

        Raises:
            Undelivered: it stands for an address that is not allowed, or does not answer.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Undelivered(Fault.UNREACHABLE) from None
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        trusted = host.lower() in self.hosts
        if not addresses or not all(
            trusted or may_connect(each, self.networks) for each in addresses
        ):
            raise Undelivered(Fault.NOT_ALLOWED)
        for address in addresses:
            try:
                return socket.create_connection((address, port), timeout=PATIENCE)
            except OSError:
                continue
        raise Undelivered(Fault.UNREACHABLE)


def encrypted(plain: socket.socket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    """The connection under encryption, with a certificate that is this host's.

    Raises:
        Undelivered: there is none that is trusted.
    """
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise Undelivered(Fault.ENCRYPTION) from None

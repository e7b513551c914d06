"""A group robot of DingTalk (钉钉群机器人): text messages under a token, signed with its secret."""

import hmac
from base64 import b64encode
from dataclasses import dataclass, field

from server.adapters.channels.connecting import Reach
from server.adapters.channels.posting import post
from server.domain.channels import Letter


@dataclass(frozen=True, kw_only=True, slots=True)
class DingTalk:
    """One robot."""

    reach: Reach
    name: str
    base: str
    token: str = field(repr=False)
    #: empty: the robot asks for no signature
    secret: str = field(default="", repr=False)
    units: frozenset[str] | None

    @property
    def is_personal(self) -> bool:
        """It speaks to a group."""
        return False

    def send(self, letter: Letter) -> None:
        """Say it in the group.

        Raises:
            Undelivered: the robot did not take it, or nobody knows.
        """
        query = {"access_token": self.token}
        if self.secret:
            stamp = str(int(letter.at.timestamp() * 1000))
            query |= {"timestamp": stamp, "sign": signature(self.secret, stamp)}
        post(self.reach, self.base, "/robot/send", query, letter)


def signature(secret: str, stamp: str) -> str:
    """What shows that the sender knows the robot's secret."""
    said = f"{stamp}\n{secret}".encode()
    return b64encode(hmac.digest(secret.encode(), said, "sha256")).decode()

"""A group robot of WeCom (企业微信群机器人): text messages under a key."""

from dataclasses import dataclass, field

from server.adapters.channels.connecting import Reach
from server.adapters.channels.posting import post
from server.domain.channels import Letter


@dataclass(frozen=True, kw_only=True, slots=True)
class WeCom:
    """One robot."""

    reach: Reach
    name: str
    base: str
    key: str = field(repr=False)
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
        post(self.reach, self.base, "/cgi-bin/webhook/send", {"key": self.key}, letter)

"""The ways by which notices leave the house, and what may be said on them.

A letter says how many notices wait and where to read them, nothing else: no name, no reference,
no fact of a case (SECURITY WB-9). How it travels is the business of ``adapters/channels``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from server.domain.texts import _

#: name of the way to a person's own address; all others are webhooks of offices
MAIL: Final = "mail"


class Fault(StrEnum):
    """Why something did not get there; the word that is kept of it."""

    #: no connection, or it broke before anything was handed over
    UNREACHABLE = "unreachable"
    #: the settings do not allow the address the name stands for
    NOT_ALLOWED = "not_allowed"
    #: no trusted encryption
    ENCRYPTION = "encryption"
    #: name and password, key or token were refused
    SIGN_IN = "sign_in"
    #: the receiver refused what it was given
    REFUSED = "refused"
    #: the receiver asks to come back later
    BUSY = "busy"
    #: it was handed over, and no answer came: it may have arrived
    UNANSWERED = "unanswered"
    #: this address is refused for good
    ADDRESS_REFUSED = "address_refused"
    #: this address is not taken now
    ADDRESS_DEFERRED = "address_deferred"
    #: the person has no address any more
    NO_ADDRESS = "no_address"
    #: the settings name this way no more
    NOT_CONFIGURED = "not_configured"


#: what people are told
FAULT_WORDS: Final[Mapping[str, str]] = {
    Fault.UNREACHABLE: _("连接不上"),
    Fault.NOT_ALLOWED: _("地址不在允许之列"),
    Fault.ENCRYPTION: _("加密连接不可信"),
    Fault.SIGN_IN: _("网关不接受账号或者密钥"),
    Fault.REFUSED: _("网关拒收"),
    Fault.BUSY: _("网关繁忙"),
    Fault.UNANSWERED: _("网关没有应答"),
    Fault.ADDRESS_REFUSED: _("邮箱地址无效"),
    Fault.ADDRESS_DEFERRED: _("邮箱暂不收信"),
    Fault.NO_ADDRESS: _("没有邮箱地址"),
    Fault.NOT_CONFIGURED: _("该渠道已停用"),
}

#: faults of one address; all others are the way's own, and everything on it waits
OF_ADDRESS: Final = frozenset({Fault.ADDRESS_REFUSED, Fault.ADDRESS_DEFERRED})
OF_WAY: Final = frozenset(
    {
        *(Fault.UNREACHABLE, Fault.NOT_ALLOWED, Fault.ENCRYPTION, Fault.SIGN_IN),
        *(Fault.REFUSED, Fault.BUSY, Fault.UNANSWERED),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One message on its way."""

    #: settled before the first attempt; another attempt at the same letter carries the same
    message_id: str
    #: address of the person, empty on a webhook; never shown
    address: str = field(default="", repr=False)
    subject: str
    text: str
    #: the real moment
    at: datetime


class Way(Protocol):
    """One way out, as the settings describe it."""

    @property
    def name(self) -> str:
        """``mail``, or the name the settings give a webhook."""

    @property
    def is_personal(self) -> bool:
        """It leads to a person's own address, not to an office."""

    @property
    def units(self) -> frozenset[str] | None:
        """Keys of the units whose notices go this way, None for all."""

    def send(self, letter: Letter) -> None:
        """Hand the letter over; once this returns, the receiver has it.

        Raises:
            Undelivered: it did not get there, or nobody knows.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Ways:
    """All ways out of this installation; none: notices stay in the house."""

    #: where people open the pages
    site: str = ""
    ways: tuple[Way, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Names of all ways."""
        return frozenset(way.name for way in self.ways)


def leads(way: Way, path: str | None) -> bool:
    """Does a webhook take the notices of the office with this path in the tree of units.

    A unit the settings name stands for all below it; what is for no office goes nowhere.
    """
    if way.is_personal or path is None:
        return False
    return way.units is None or bool(way.units & set(path.split("/")))


def cause_of(dedupe_key: str, recipient_id: str | None) -> str:
    """The rung a notice was given by, whoever it told: its key without the person."""
    return dedupe_key.removesuffix(f":{recipient_id or ''}")


def written(way: Way, site: str, n: int, message_id: str, address: str, at: datetime) -> Letter:
    """The letter about ``n`` notices: a number and a link, nothing else."""
    whose = _("您有{n}项提醒") if way.is_personal else _("本单位有{n}项提醒")
    told = whose.format(n=n)
    text = _("{told}，请登录容错纠错事项办理系统查看：\n{link}").format(
        told=told, link=f"{site}/notices"
    )
    if way.is_personal:
        text += "\n\n" + _("本邮件由系统自动发出，不含事项内容，请勿回复。")
    return Letter(message_id=message_id, address=address, subject=told, text=text, at=at)


def fault_words(faults: Collection[str]) -> str:
    """Why something did not get there, in words; several one after the other."""
    return "、".join(FAULT_WORDS.get(fault, fault) for fault in sorted(set(faults)))

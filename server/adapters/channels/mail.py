"""Mail by SMTP: one letter, one connection, a plain text without anything of a case.

The Message-ID is settled before the first attempt, so that a receiver who knows it drops a second
copy of a letter of which nobody knows whether it arrived.
"""

import smtplib
import socket
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final, Literal

from server.adapters.channels.connecting import PATIENCE, Reach, encrypted
from server.domain.channels import MAIL, Fault, Letter
from server.domain.errors import Undelivered
from server.domain.outbound import is_mail_address

Security = Literal["starttls", "tls", "none"]

_GOES_AWAY: Final = 421
_FOR_GOOD: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """The site's mail server."""

    reach: Reach
    host: str
    port: int
    security: Security
    sender: str
    username: str = ""
    password: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """Mail is one way."""
        return MAIL

    @property
    def is_personal(self) -> bool:
        """It leads to a person's own address."""
        return True

    @property
    def units(self) -> frozenset[str] | None:
        """Whose address it is says who gets it."""
        return frozenset()

    def send(self, letter: Letter) -> None:
        """Hand the letter to the mail server.

        Raises:
            Undelivered: the server did not take it, or nobody knows.
        """
        if not is_mail_address(letter.address):
            raise Undelivered(Fault.ADDRESS_REFUSED)
        content = composed(letter, self.sender)
        smtp = self._greeted()
        try:
            self._sign_in(smtp)
            self._hand_over(smtp, letter.address, content)
        finally:
            smtp.close()

    def _greeted(self) -> smtplib.SMTP:
        context = self.reach.context()
        connection = self.reach.connect(self.host, self.port)
        if self.security == "tls":
            connection = encrypted(connection, context, self.host)
        try:
            smtp = _Smtp(connection, self.host, self.port)
            smtp.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException):
            connection.close()
            raise Undelivered(Fault.UNREACHABLE) from None
        if self.security == "starttls":
            try:
                smtp.starttls(context=context)
                smtp.ehlo()
            except (OSError, smtplib.SMTPException):
                smtp.close()
                raise Undelivered(Fault.ENCRYPTION) from None
        return smtp

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        if not self.username:
            return
        try:
            smtp.login(self.username, self.password)
        except smtplib.SMTPServerDisconnected:
            raise Undelivered(Fault.UNREACHABLE) from None
        except (smtplib.SMTPException, UnicodeError):
            raise Undelivered(Fault.SIGN_IN) from None
        except OSError:
            raise Undelivered(Fault.UNREACHABLE) from None

    def _hand_over(self, smtp: smtplib.SMTP, address: str, content: bytes) -> None:
        try:
            code, _said = smtp.mail(self.sender)
            _refuse(code, is_address=False)
            code, _said = smtp.rcpt(address)
            _refuse(code, is_address=True)
        except (OSError, smtplib.SMTPException):
            raise Undelivered(Fault.UNREACHABLE) from None
        try:
            code, _said = smtp.data(content)
        except smtplib.SMTPDataError as error:  # it did not want to hear the letter
            code = error.smtp_code
        except (OSError, smtplib.SMTPException):
            raise Undelivered(Fault.UNANSWERED) from None
        _refuse(code, is_address=False)
        try:
            smtp.quit()
        except (OSError, smtplib.SMTPException):
            return  # the letter is with the server, whatever became of the farewell


class _Smtp(smtplib.SMTP):
    """The library's own over a connection that is there."""

    def __init__(self, connection: socket.socket, host: str, port: int) -> None:
        self._connection = connection
        super().__init__(host, port, local_hostname="localhost", timeout=PATIENCE)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._connection


def composed(letter: Letter, sender: str) -> bytes:
    """The letter as it travels. Headers are the site's own words and two checked addresses."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = letter.address
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.message_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="base64")
    return message.as_bytes()


def _refuse(code: int, *, is_address: bool) -> None:
    """Return when the server took it. Raises Undelivered."""
    if code < 400:
        return
    if is_address and code != _GOES_AWAY:
        is_final = code >= _FOR_GOOD
        raise Undelivered(Fault.ADDRESS_REFUSED if is_final else Fault.ADDRESS_DEFERRED)
    raise Undelivered(Fault.REFUSED if code >= _FOR_GOOD else Fault.BUSY)

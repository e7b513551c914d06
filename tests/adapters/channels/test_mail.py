"""Mail over real connections: encrypted, signed in, and no word of a name in a header."""

import smtplib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from server.adapters.channels.connecting import Reach
from server.adapters.channels.mail import Mail, composed
from server.domain.calendar import CHINA_TIME
from server.domain.channels import Fault, Letter, written
from server.domain.errors import Undelivered
from tests.factories.certificates import self_signed
from tests.factories.receivers import (
    LOOPBACK,
    SITE,
    Mailbox,
    knows,
    mail_server,
    with_tls,
)

AT = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)
#: what the certificate is for
NAMED = "localhost"


def test_a_letter_goes_by_starttls_to_a_server_the_settings_know(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    box = Mailbox()
    signing = {"authenticator": knows(b"rongcuo", b"geheim"), "auth_required": True}
    with mail_server(box, tls_context=with_tls(certificate, key), require_starttls=True, **signing):
        own = Reach(networks=LOOPBACK.networks, hosts=frozenset({NAMED}), ca=certificate)
        signed = {"username": "rongcuo", "password": "geheim"}
        box.way("starttls", NAMED, reach=own, **signed).send(letter())
        assert fault(box.way("starttls", NAMED, reach=own).send) == Fault.REFUSED
        wrong = {"username": "rongcuo", "password": "falsch"}
        assert fault(box.way("starttls", NAMED, reach=own, **wrong).send) == Fault.SIGN_IN
        public = Reach(networks=LOOPBACK.networks, hosts=frozenset({NAMED}))
        assert fault(box.way("starttls", NAMED, reach=public, **signed).send) == Fault.ENCRYPTION
    assert len(box.letters) == 1


def test_a_letter_goes_by_tls_and_a_server_without_it_gets_none(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    own = Reach(networks=LOOPBACK.networks, hosts=frozenset({NAMED}), ca=certificate)
    box = Mailbox()
    with mail_server(box, ssl_context=with_tls(certificate, key)):
        box.way("tls", NAMED, reach=own).send(letter())
        public = Reach(networks=LOOPBACK.networks, hosts=frozenset({NAMED}))
        assert fault(box.way("tls", NAMED, reach=public).send) == Fault.ENCRYPTION
        # a certificate of another name
        assert fault(box.way("tls", "127.0.0.1", reach=own).send) == Fault.ENCRYPTION
    bare = Mailbox()
    with mail_server(bare):
        assert fault(bare.way("starttls", NAMED, reach=own).send) == Fault.ENCRYPTION
    assert (len(box.letters), len(bare.letters)) == (1, 0)


@pytest.mark.parametrize(
    "address",
    [
        "a@example.cn\r\nBcc: other@example.cn",
        "a@example.cn\n",
        "a@example.cn, b@example.cn",
        "张三 <a@example.cn>",
        "a b@example.cn",
        "@example.cn",
        "a@localhost",
        ".a@example.cn",
        "a..b@example.cn",
        "<a@example.cn>",
        "",
    ],
)
def test_what_is_no_plain_address_gets_no_letter(address: str) -> None:
    way = Mail(reach=LOOPBACK, host="127.0.0.1", port=9, security="none", sender="r@example.cn")
    assert fault(lambda _letter: way.send(letter(address))) == Fault.ADDRESS_REFUSED


def test_a_letter_carries_its_id_and_plain_headers() -> None:
    content = composed(letter(), "rongcuo@example.cn").decode("ascii")
    head = content.partition("\r\n\r\n")[0]
    assert "Message-ID: <m-1@example.cn>" in head
    assert "Auto-Submitted: auto-generated" in head
    assert "To: desk@example.cn" in head
    names = {line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" ")}
    assert "Bcc" not in names
    assert "Cc" not in names


def test_a_server_that_hangs_up_after_the_letter_may_have_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(*_given: Any) -> None:
        raise smtplib.SMTPServerDisconnected

    box = Mailbox()
    with mail_server(box), monkeypatch.context() as patch:
        patch.setattr(smtplib.SMTP, "data", gone)
        assert fault(box.way().send) == Fault.UNANSWERED


def test_a_server_that_says_no_farewell_has_taken_the_letter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def late(*_given: Any) -> None:
        raise TimeoutError

    box = Mailbox()
    with mail_server(box), monkeypatch.context() as patch:
        patch.setattr(smtplib.SMTP, "quit", late)
        box.way().send(letter())
    assert len(box.letters) == 1


def letter(address: str = "desk@example.cn") -> Letter:
    way = Mail(reach=LOOPBACK, host="127.0.0.1", port=9, security="none", sender="r@example.cn")
    return written(way, SITE, 2, "m-1", address, AT)


def fault(send: Callable[[Letter], None]) -> str:
    with pytest.raises(Undelivered) as refused:
        send(letter())
    return refused.value.fault

"""Where the program connects to, and what is a mail address."""

from ipaddress import ip_network

import pytest

from server.domain.outbound import is_listed, is_mail_address, may_connect

LISTED = [ip_network("10.1.0.0/16"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("8.8.8.8", True),
        ("2400:3200::1", True),
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("fd00::1", True),
        ("10.2.0.1", False),
        ("127.0.0.1", False),
        ("::1", False),
        ("169.254.169.254", False),
        ("fe80::1%eth0", False),
        ("192.168.1.1", False),
        ("172.16.0.1", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", True),
        ("2002:a00:1::1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
    ],
)
def test_special_addresses_are_refused_unless_they_are_listed(
    address: str, *, is_open: bool
) -> None:
    assert may_connect(address, LISTED) is is_open


def test_a_name_is_no_address_of_a_network() -> None:
    assert is_listed("10.1.0.9", LISTED)
    assert not is_listed("10.2.0.9", LISTED)
    assert not is_listed("relay.lan", LISTED)


@pytest.mark.parametrize("text", ["a@x.cn", "zhang.san+1@mail.example.cn", "A_b-c%d@x-y.gov.cn"])
def test_plain_addresses(text: str) -> None:
    assert is_mail_address(text)


@pytest.mark.parametrize(
    "text", ["", "a", "a@", "@x.cn", "a@x", "a b@x.cn", "a@x.cn\n", "a@x..cn", "é@x.cn", "x" * 300]
)
def test_what_is_none(text: str) -> None:
    assert not is_mail_address(text)

"""Addresses within reach: public ones alone, in each spelling of IPv4 and IPv6."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from vault_sync.edge.sources import addresses
from vault_sync.edge.sources.addresses import Withheld, default_reach, resolved, within

NEAR = (
    *("10.0.0.1", "172.16.3.4", "192.168.1.1", "100.64.0.1", "0.0.0.0", "169.254.169.254"),
    *("224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
    *("fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "::", "fec0::1"),
    *("::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "::10.0.0.1"),
    *("2002:a9fe:a9fe::1", "2001:db8::1", "64:ff9b:1::1"),
)
LOOPBACK = ("127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::")
PUBLIC = ("8.8.8.8", "151.101.3.42", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")


@pytest.mark.parametrize("address", [*NEAR, *LOOPBACK])
def test_what_is_near_is_asked_where_the_device_names_it(address: str) -> None:
    assert not within(address, "public") and within(address, "any")
    assert within(address, "loopback") == (address in LOOPBACK)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_asked(address: str) -> None:
    assert within(address, "public") and within(address, "loopback")


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "[::1]", "[::ffff:7f00:1]"]
)
def test_every_spelling_of_this_machine_is_resolved_first(host: str) -> None:
    with pytest.raises(Withheld, match="config --device"):
        resolved(host, 443, "public")


def test_one_address_out_of_reach_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with a public and a private address is asked at neither."""
    both = [(2, 1, 6, "", (each, 443)) for each in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(Withheld, match=r"10\.0\.0\.1"):
        resolved("a.example.org", 443, "public")
    found: Any = resolved("a.example.org", 443, "any")
    assert found == ["8.8.8.8", "10.0.0.1"]


def test_servers_of_tests_are_asked_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_reach() == "loopback"
    monkeypatch.delenv(addresses.ALLOW_LOOPBACK)
    assert default_reach() == "public"

"""Addresses that may be connected to: public ones, and others where the device says so.

A name says nothing of where it leads, and may lead elsewhere a second later. So it is resolved once
for each connection, all of its addresses are judged, and the connection goes to one of these
(`near_adapter`). That holds for each redirect, for it is a connection too.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from typing import Literal

Reach = Literal["public", "loopback", "any"]
"""How near an address may be. "any": the device's own configuration names it."""

ALLOW_LOOPBACK = "VAULT_SYNC_ALLOW_LOOPBACK"
"""The environment variable by which tests have their servers on this machine asked."""


class Withheld(Exception):  # noqa: N818 -- the word for it
    """The name leads to an address that may not be asked. Says which."""


def loopback_allowed() -> bool:
    return bool(os.environ.get(ALLOW_LOOPBACK))


def default_reach() -> Reach:
    """Return how near an address may be that the device's own configuration does not name."""
    return "loopback" if loopback_allowed() else "public"


def within(address: str, reach: Reach) -> bool:
    """Return True for an IP address that lies within reach."""
    found = _plain(ipaddress.ip_address(address.partition("%")[0]))
    if reach == "any" or (reach == "loopback" and found.is_loopback):
        return True
    near = found.is_multicast or found.is_reserved or found.is_unspecified or not found.is_global
    return not (near or (found.version == 6 and (found.is_site_local or found in _LOCAL_NAT64)))


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.ip_network("::/96")


def _plain(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the IPv4 address that an IPv6 address stands for, else the address itself."""
    if address.version == 4 or int(address) < 2:  # :: and ::1
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address.teredo is not None:
        inner = address.teredo[1]
    if inner is None and (address in _NAT64 or address in _COMPATIBLE):
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


def resolved(host: str, port: int, reach: Reach) -> list[str]:
    """Return the addresses of a host.

    Raises:
        Withheld: one of them is not within reach.
        OSError, UnicodeError: it has none.
    """
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    for address in addresses:
        if not within(address, reach):
            raise Withheld(
                f"{host} is {address}, an address of this machine or its network, which only the "
                "device's own configuration may name (`vault-sync config --device`)"
            )
    return addresses

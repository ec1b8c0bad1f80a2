"""The connections of a session: to addresses within reach alone (`addresses`).

It imports `requests` and `urllib3`, 63 ms that almost no run needs, so a session alone imports it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3 import connectionpool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.util import parse_url

from vault_sync.edge.sources.addresses import Reach, resolved


class NearAdapter(HTTPAdapter):
    """Makes the connections of a session; its pools make connections that know their reach."""

    def __init__(self, reach: Reach) -> None:
        self.reach: Reach = reach
        super().__init__()

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        """Make the manager of pools, as `requests` calls it."""
        super().init_poolmanager(*given, **named)
        self.poolmanager.pool_classes_by_scheme = _pools(self.reach)

    def send(self, request: Any, *given: Any, **named: Any) -> Any:
        """Send a request.

        A proxy resolves names itself; what this machine knows of them is judged here.
        """
        if select_proxy(request.url, named.get("proxies")):
            parts = parse_url(request.url)
            with contextlib.suppress(OSError, UnicodeError):  # a name that the proxy alone knows
                resolved(parts.host or "", parts.port or 443, self.reach)
        return super().send(request, *given, **named)


def _pools(reach: Reach) -> dict[str, Any]:
    class PlainConnection(HTTPConnection):
        def _new_conn(self) -> Any:
            return _connected(self, super()._new_conn, reach)

    class SecureConnection(HTTPSConnection):
        def _new_conn(self) -> Any:
            return _connected(self, super()._new_conn, reach)

    class PlainPool(connectionpool.HTTPConnectionPool):
        ConnectionCls = PlainConnection

    class SecurePool(connectionpool.HTTPSConnectionPool):
        ConnectionCls = SecureConnection

    return {"http": PlainPool, "https": SecurePool}


def _connected(connection: Any, connect: Callable[[], Any], reach: Reach) -> Any:
    """Connect to one of the addresses that were judged, by the name that the certificate has.

    Raises:
        Withheld: an address is not within reach.
    """
    host = connection.host
    try:
        addresses = resolved(host, connection.port, reach)
    except (OSError, UnicodeError) as error:
        raise NewConnectionError(connection, str(error)) from error
    try:
        for address in addresses[:-1]:
            connection.host = address
            with contextlib.suppress(NewConnectionError):
                return connect()
        connection.host = addresses[-1]
        return connect()
    finally:
        connection.host = host

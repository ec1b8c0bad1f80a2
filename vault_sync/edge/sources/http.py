"""One HTTP request, bounded in every direction: time, size, kind and host.

No retry and no throttle here: both stand above (`client`), where they know of each other. A
retry inside the adapter goes out 0.04 s after the first try, past any throttle.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import SplitResult, urljoin, urlsplit

from vault_sync.edge.sources import addresses
from vault_sync.edge.sources.addresses import Reach

if TYPE_CHECKING:  # 63 ms that almost no run needs
    import requests

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CHUNK = 65_536
_TOO_SLOW = "its answer takes too long"


class Stopped(Exception):  # noqa: N818 -- not an error: somebody asked for it
    """The stop event was set."""


class Unreachable(Exception):  # noqa: N818 -- the word for it
    """No connection came about: no network, no such host, a certificate that does not fit."""


class Interrupted(Exception):  # noqa: N818 -- as above
    """A connection came about and broke off. Another try may do better."""


class Unusable(Exception):  # noqa: N818 -- as above
    """An answer that is not to be read. Says why."""


class Limits(NamedTuple):
    """Seconds to connect, between two bytes, and for the whole answer; bytes of a body."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0
    body: int = 8_000_000


class Request(NamedTuple):
    """A GET: the address, and the types of answers that can be read."""

    url: str
    media: tuple[str, ...]


class Unpacker(Protocol):
    """A `zlib.decompressobj`; its class has no public name."""

    @property
    def unconsumed_tail(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Reply(NamedTuple):
    """An answer to a GET.

    `body` is read of 200 and 400 only; `location` is where a redirect leads, "" if it is none;
    `wait` the seconds that the server asks to wait, None if it does not.
    """

    status: int
    body: bytes = b""
    location: str = ""
    wait: float | None = None


def session(agent: str, reach: Reach) -> requests.Session:
    """Return a session that connects to no address out of reach.

    Proxies and certificates are taken from the environment.
    """
    import requests

    from vault_sync.edge.sources.near_adapter import NearAdapter

    made = requests.Session()
    for scheme in ("http://", "https://"):
        made.mount(scheme, NearAdapter(reach))
    made.headers["User-Agent"] = agent
    made.headers["Accept-Encoding"] = "gzip"
    # So it follows no redirect. By `allow_redirects` it would still read each, and fail at one that
    # is no address.
    made.get_redirect_target = _no_target  # type: ignore[method-assign]
    return made


def _no_target(resp: requests.Response) -> None:
    del resp


def allowed(url: str) -> bool:
    """Return True for an https address; plain http only to this very machine (a local mirror)."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _port(parts)
    except ValueError:
        return False
    # Readers of addresses part ways at these: each would name another host.
    if "\\" in url or not url.isprintable() or " " in url:
        return False
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    )


def is_loopback(url: str) -> bool:
    """Return True if an address is allowed and leads to this very machine."""
    return allowed(url) and urlsplit(url).hostname in _LOOPBACK


def followed(url: str, location: str) -> str:
    """Return the absolute address that a redirect leads to, if it stays where we were.

    Raises:
        Unusable: it leads to another host or port, or from https to http.
    """
    target = ""
    try:
        target = urljoin(url, location)
        same = allowed(target) and _place(urlsplit(target)) == _place(urlsplit(url))
    except ValueError:
        same = False
    if not same:
        raise Unusable("it redirects to another host")
    return target


def get(
    session: requests.Session,
    request: Request,
    limits: Limits,
    stop: threading.Event,
    now: float,
) -> Reply:
    """Return the answer to a GET. `now` is the Unix time, for a Retry-After that is a date.

    The request runs in a thread of its own, so that no name server, no slow connection and no
    dripping header keeps the caller beyond `limits.total` or 0.05 seconds after `stop`. A thread
    left behind ends at its next byte, or with the process.

    Raises:
        Stopped, Unreachable, Interrupted, Unusable.
    """
    flight = _Flight(stop, time.monotonic() + limits.total)
    thread = threading.Thread(
        target=flight.run, args=(lambda: _get(session, request, limits, flight, now),), daemon=True
    )
    thread.start()
    # Two events to wait for, and the standard library waits for one: so in short steps.
    while not flight.done.wait(0.05):
        if flight.over():
            break
    if stop.is_set():
        raise Stopped
    if not flight.done.is_set():
        raise Unusable(_TOO_SLOW)
    if flight.failure is not None:
        raise flight.failure
    assert flight.reply is not None
    return flight.reply


@dataclass(slots=True)
class _Flight:
    """One request under way, seen from both threads."""

    stop: threading.Event
    deadline: float
    done: threading.Event = field(default_factory=threading.Event)
    reply: Reply | None = None
    failure: BaseException | None = None

    def over(self) -> bool:
        return self.stop.is_set() or time.monotonic() > self.deadline

    def run(self, request: Callable[[], Reply]) -> None:
        try:
            self.reply = request()
        except BaseException as failure:  # noqa: BLE001 -- raised again in the thread that asked
            self.failure = failure
        finally:
            self.done.set()


def _get(
    session: requests.Session, request: Request, limits: Limits, flight: _Flight, now: float
) -> Reply:
    import requests
    import urllib3

    timeouts = (limits.connect, limits.read)
    accept = {"Accept": ", ".join(request.media)}
    try:
        with session.get(request.url, headers=accept, timeout=timeouts, stream=True) as response:
            return _reply(response, request.media, limits, flight, now)
    except (requests.exceptions.SSLError, requests.exceptions.ProxyError) as error:
        raise Unreachable(_reason(error)) from error
    except requests.exceptions.ConnectTimeout as error:
        raise Unreachable("no connection in time") from error
    except requests.exceptions.ConnectionError as error:
        never_met = error.args and isinstance(error.args[0], urllib3.exceptions.MaxRetryError)
        raise (Unreachable if never_met else Interrupted)(_reason(error)) from error
    except (requests.exceptions.Timeout, urllib3.exceptions.HTTPError) as error:
        raise Interrupted(_reason(error)) from error
    except requests.exceptions.RequestException as error:
        raise Unusable(_reason(error)) from error
    except addresses.Withheld as error:
        raise Unusable(str(error)) from None
    except (Unusable, Interrupted):
        raise
    except Exception as error:  # whatever a stranger's answer does to a library is a notice
        raise Unusable(f"its answer cannot be read ({_reason(error)})") from error


def _reply(
    response: requests.Response,
    media: tuple[str, ...],
    limits: Limits,
    flight: _Flight,
    now: float,
) -> Reply:
    status = response.status_code
    wait = _seconds(response.headers.get("Retry-After", ""), now)
    if status not in {200, 400}:  # the API reports a bad id with either of the two
        location = response.headers.get("Location", "") if 300 <= status < 400 else ""
        return Reply(status, location=location, wait=wait)
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in media:
        if status == 400:
            return Reply(status)
        raise Unusable(f"it answers with {kind[:40] or 'no content type'} and not with {media[0]}")
    return Reply(status, _body(response, limits, flight), wait=wait)


def _body(response: requests.Response, limits: Limits, flight: _Flight) -> bytes:
    """Return the body, unpacked; never more of it in memory than the limit and one chunk.

    It is unpacked here: 64 KB packed twice are gigabytes, which a library makes in one piece.
    """
    packed = response.headers.get("Content-Encoding", "").strip().lower()
    if packed not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise Unusable(f"its answer is packed as {packed[:40]}")
    unpack = None if packed in {"", "identity"} else zlib.decompressobj(zlib.MAX_WBITS | 32)
    body = bytearray()
    # read1 comes back with every packet; read and iter_content wait until a chunk is full,
    # and a server that drips could hold them for hours.
    while chunk := response.raw.read1(_CHUNK, decode_content=False):
        for part in [chunk] if unpack is None else _unpacked(unpack, chunk):
            body += part
            if len(body) > limits.body:
                raise Unusable(f"its answer is over {limits.body // 1_000_000} MB")
        if flight.over():
            raise Unusable(_TOO_SLOW)
    return bytes(body)


def _unpacked(unpack: Unpacker, chunk: bytes) -> Iterator[bytes]:
    """Yield what a packed chunk holds, in pieces of a bounded size."""
    yield unpack.decompress(chunk, _CHUNK)
    while unpack.unconsumed_tail:
        yield unpack.decompress(unpack.unconsumed_tail, _CHUNK)


def _seconds(header: str, now: float) -> float | None:
    """Return the seconds of a Retry-After: a number, or a date (RFC 9110, 10.2.3)."""
    header = header.strip()
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _place(parts: SplitResult) -> tuple[str | None, int]:
    port = _port(parts)
    return parts.hostname, 443 if port == 80 and parts.scheme == "http" else port


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _reason(error: BaseException) -> str:
    """Return the innermost cause; the outer ones repeat the address and an object id."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return (text or type(error).__name__).splitlines()[0][:200]

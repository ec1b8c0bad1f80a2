"""Asking an archive, question by question, in turn with every other process of the machine.

The terms of use of arXiv's API (help/api/tou.md): one request every three seconds and one
connection at a time "over all machines under your control"; who asks stands in the User-Agent; 403
answers an attack, so after one nothing is asked until the next day. The others are asked alike,
once a second; a mail address in the User-Agent is Crossref's polite pool. The throttle stands above
the retries: each try waits for its turn.
"""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from vault_sync.core.model.values import Problem
from vault_sync.core.sources.answers import BatchResult, Feed, Question, Refused, questions, settle
from vault_sync.core.sources.archives import ARXIV, Archive
from vault_sync.edge.sources import cache, http
from vault_sync.edge.sources.addresses import Reach, default_reach

if TYPE_CHECKING:  # see `http`
    import requests

# arXiv answers 406 where others answer 429.
_BUSY = frozenset({406, 429, 500, 502, 503, 504})
_SPENT = "the time that a pass waits for it is over"
_REDIRECTS = 3
_LOCAL_INTERVAL = 0.05


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The pace of requests. Seconds, but for the two counts.

    `interval` from the end of a request to the next one; `tries` of one request; `longest` that we
    wait because the server asks for it (beyond it we come back another time, and for at most
    `patience` nobody asks); `splits` more requests that a run spends to find the ids that spoil
    their batch.
    """

    interval: float = 3.0
    tries: int = 4
    longest: float = 120.0
    patience: float = 3600.0
    splits: int = 24
    limits: http.Limits = field(default_factory=http.Limits)


def pace_for(archive: Archive, url: str, limits: http.Limits | None = None) -> RateLimit:
    """Return the pace at which an archive may be asked at `url`.

    Its interval holds for every host but this very machine: a mirror at a loopback address is the
    reader's own. It is asked in turn too, every 50 ms; what passes requests on to arXiv has to keep
    arXiv's pace itself.
    """
    interval = _LOCAL_INTERVAL if http.is_loopback(url) else archive.interval
    return RateLimit(interval=interval, limits=limits or http.Limits())


class Bounds(NamedTuple):
    """The seconds and the bytes of all answers of one run together, whoever is asked.

    What is not answered by then comes with a later run. `pace`: by default what each host is owed.
    """

    seconds: float
    bytes: int
    pace: RateLimit | None = None


PASS = Bounds(60.0, 64_000_000)
"""A pass waits for the facts of papers so long; then it goes on without them."""

PATIENT = Bounds(math.inf, 1_000_000_000)


class Allowance:
    """The seconds and bytes that a run may still take; `end` is that of one archive's part."""

    def __init__(self, bounds: Bounds) -> None:
        self.whole = self.end = time.monotonic() + bounds.seconds
        self.bytes = bounds.bytes

    def share(self, archives: int) -> None:
        """Give the next of so many archives its part of the seconds: one is slow, not all."""
        now = time.monotonic()
        self.end = now + max(0.0, self.whole - now) / archives

    @property
    def seconds(self) -> float:
        return max(0.0, self.end - time.monotonic())

    def limits(self, limits: http.Limits) -> http.Limits:
        """Return the limits of one more request."""
        total = min(limits.total, self.seconds)
        return limits._replace(total=total, body=min(limits.body, self.bytes))


class ApiConnection(NamedTuple):
    """The connection to an archive at `url`. `today` is a UTC day, ISO 8601.

    `own` are addresses that the device's own configuration names.
    """

    archive: Archive
    url: str
    agent: str
    db: sqlite3.Connection
    stop: threading.Event
    clock: Callable[[], float]
    pace: RateLimit
    today: str
    allowance: Allowance
    own: frozenset[str] = frozenset()

    @property
    def reach(self) -> Reach:
        return "any" if self.url in self.own else default_reach()

    @property
    def host(self) -> str:
        if not http.allowed(self.url):
            return self.url
        return urlsplit(self.url).netloc.rpartition("@")[2].lower()

    def named(self, one: str) -> str:
        """Return the `fact_name` of an id of this archive."""
        return one if self.archive is ARXIV else f"{self.archive.kind}:{one}"


class GivenUp(Exception):  # noqa: N818 -- the end of asking, not of the run
    """No more requests in this run; `problem` is the notice that says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def answers(
    connection: ApiConnection, urls: Sequence[str], ids: Sequence[str]
) -> Iterator[BatchResult]:
    """Yield an archive's answers for `ids`, one by one, each in the cache before it is yielded.

    The facts and missing papers are by `fact_name`. Ids that are in none of the answers could not
    be looked up within the pace. What the first of `urls` does not have, the next is asked for.

    Raises:
        GivenUp, http.Stopped, sqlite3.Error.
    """
    left = deque(questions(ids, connection.archive.batch))
    most = len(left) * len(urls) + connection.pace.splits
    with http.session(connection.agent, connection.reach) as session:
        while left and most > 0:
            most -= 1
            question = left.popleft()
            at = connection._replace(url=urls[question.site])
            result = settle(question, _feed(at, session, question))
            if result.missing and question.site + 1 < len(urls):
                next_site = Question(result.missing, site=question.site + 1)
                result = BatchResult(result.facts, (), (*result.left, next_site))
            left.extendleft(reversed(result.left))
            yield _stored(connection, result)


def _stored(connection: ApiConnection, result: BatchResult) -> BatchResult:
    """Return a result by `fact_name`, once it is in the cache."""
    facts = {connection.named(one): of for one, of in result.facts.items()}
    missing = tuple(map(connection.named, result.missing))
    cache.keep(connection.db, connection.today, facts, missing)
    return BatchResult(facts, missing)


def _feed(connection: ApiConnection, session: requests.Session, question: Question) -> Feed:
    """Return the answer to one question."""
    url = connection.archive.address(connection.url, question.ids)
    return _read(connection, question, _reply(connection, session, url))


def fetch(connection: ApiConnection) -> bytes:
    """Return the body at the connection's own address.

    Raises:
        GivenUp, http.Stopped, sqlite3.Error.
    """
    with http.session(connection.agent, connection.reach) as session:
        return _body(connection, _reply(connection, session, connection.url))


def _reply(connection: ApiConnection, session: requests.Session, url: str) -> http.Reply:
    """Return the reply to a GET, after as many tries as it takes and the pace allows."""
    _check(connection)
    failures = redirects = 0
    reason = ""
    while failures < connection.pace.tries and connection.allowance.seconds:
        try:
            reply = _request(connection, session, url, failures)
        except http.Interrupted as error:
            reason = str(error)
            failures += 1
            continue
        if reply.status in _BUSY:
            reason = f"it answers {reply.status}"
            failures += 1
            if (reply.wait or 0.0) > connection.allowance.seconds:
                break
        elif reply.location and redirects < _REDIRECTS:
            url = _followed(connection, url, reply.location)
            redirects += 1
        else:
            return reply
    raise GivenUp(_notice(connection, reason or _SPENT))


def _check(connection: ApiConnection) -> None:
    """Refuse an address that is not to be asked, or not today.

    Raises:
        GivenUp: as said.
    """
    if not http.allowed(connection.url):
        hint = "see [arxiv] and [sources] in vault-sync.toml"
        raise GivenUp(_notice(connection, "its address is not https", hint))
    if cache.refused_on(connection.db, connection.host) == connection.today:
        raise GivenUp(_turned_away(connection))


def _request(
    connection: ApiConnection, session: requests.Session, url: str, failures: int
) -> http.Reply:
    """Make one request, in turn. The more failures, the later the next; and as the server says."""
    pace = connection.pace
    later = pace.interval * 2 ** (failures + 1)
    with _turn(connection) as pauses:
        try:
            limits = connection.allowance.limits(pace.limits)
            request = http.Request(url, connection.archive.media)
            reply = http.get(session, request, limits, connection.stop, connection.clock())
            connection.allowance.bytes -= len(reply.body)
        except http.Interrupted:
            pauses.append(later)
            raise
        except http.Unreachable as error:
            raise GivenUp(_notice(connection, f"it cannot be reached: {error}")) from None
        except http.Unusable as error:
            raise GivenUp(_notice(connection, str(error))) from None
        if reply.wait is not None:
            pauses.append(min(reply.wait, pace.patience))
        elif reply.status in _BUSY:
            pauses.append(later)
        return reply


@contextmanager
def _turn(connection: ApiConnection) -> Iterator[list[float]]:
    """Wait for our turn and keep it. The list takes the seconds until the next turn, anyone's."""
    pace = connection.pace
    lease = pace.limits.connect + pace.limits.total
    ours = max(lease, pace.interval * 2**pace.tries)
    nonsense = max(ours, pace.patience)
    while wait := cache.take_turn(
        connection.db, connection.host, connection.clock(), lease=lease, nonsense=nonsense
    ):
        if wait > max(ours, pace.longest):
            minutes = round(wait / 60) or 1
            raise GivenUp(_notice(connection, f"it asks to be left alone for {minutes} min"))
        if not connection.allowance.seconds:
            raise GivenUp(_notice(connection, _SPENT))
        # A turn may end long before its lease, so not all of it is slept through.
        if connection.stop.wait(min(wait, pace.interval, connection.allowance.seconds)):
            raise http.Stopped
    pauses = [pace.interval]
    try:
        if connection.stop.is_set():
            raise http.Stopped
        yield pauses
    finally:
        cache.end_turn(connection.db, connection.host, connection.clock() + max(pauses))


def _followed(connection: ApiConnection, url: str, location: str) -> str:
    try:
        return http.followed(url, location)
    except http.Unusable as error:
        raise GivenUp(_notice(connection, str(error))) from None


def _read(connection: ApiConnection, question: Question, reply: http.Reply) -> Feed:
    """Return the papers of a reply.

    One paper's answer that cannot be read counts as none for today: else it would keep all papers
    after it from being asked for. Only here is a reader of answers called.
    """
    archive, alone = connection.archive, len(question.ids) == 1
    if alone and reply.status in archive.absent:
        return Feed({}, whole=True)
    try:
        return _answered(archive, _body(connection, reply), question.ids)
    except Refused as error:
        if alone and archive.absent:
            names = [connection.named(one) for one in question.ids]
            cache.keep(connection.db, connection.today, {}, names)
        raise GivenUp(_notice(connection, str(error))) from None


def _answered(archive: Archive, body: bytes, ids: Sequence[str]) -> Feed:
    """Return the papers of a body.

    Raises:
        Refused: it is no answer, whatever it does to its reader.
    """
    try:
        return archive.read(body, ids)
    except Refused:
        raise
    except Exception as error:
        raise Refused(f"its answer cannot be read ({type(error).__name__})") from error


def _body(connection: ApiConnection, reply: http.Reply) -> bytes:
    if reply.status == 403:
        cache.keep_refusal(connection.db, connection.host, connection.today)
        raise GivenUp(_turned_away(connection))
    if not reply.body:
        raise GivenUp(_notice(connection, f"it answers {reply.status}"))
    return reply.body


def _turned_away(connection: ApiConnection) -> Problem:
    return _notice(
        connection, "it refuses requests from here (403)", "it is asked again tomorrow (UTC)"
    )


def _notice(connection: ApiConnection, reason: str, hint: str = "") -> Problem:
    archive = connection.archive
    hint = hint or archive.later
    return Problem(
        path=connection.host,
        code="facts-network",
        message=f"no {archive.gives} from {archive.name} for now: {reason}; {hint}",
        level="notice",
    )

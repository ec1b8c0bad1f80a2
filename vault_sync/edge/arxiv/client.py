"""Asking arXiv, question by question, in turn with every other process of the machine.

The terms of use of the API (help/api/tou.md): one request every three seconds and one connection
at a time "over all machines under your control"; who asks stands in the User-Agent; 403 answers
an attack, so after one nothing is asked until the next day. The throttle stands above the retries:
each try waits for its turn.
"""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vault_sync.core.model.values import Problem
from vault_sync.edge.arxiv import atom, cache, http

if TYPE_CHECKING:  # see `http`
    import requests

_BUSY = frozenset({429, 500, 502, 503, 504})
_LATER = "facts come with a later run; nothing else is held up"
_SPENT = "the time that a pass waits for it is over"
_REDIRECTS = 3
_BYTES_EACH = 1_000_000


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The pace of requests. Seconds, but for the two counts.

    `interval` from the end of a request to the next one; `tries` of one request; `longest` that we
    wait because the server asks for it (beyond it we come back another time, and for at most
    `patience` nobody asks); `splits` more requests that a run spends to find the ids that spoil
    their batch. `run`: for all requests of a run together, and `run_each` more for each question;
    what is not answered by then comes with a later run.
    """

    interval: float = 3.0
    tries: int = 4
    longest: float = 120.0
    patience: float = 3600.0
    splits: int = 24
    run: float = math.inf
    run_each: float = 9.0
    limits: http.Limits = field(default_factory=http.Limits)


POLITE = RateLimit()
LOCAL = RateLimit(interval=0.05)


def pace_for(url: str) -> RateLimit:
    """Return the pace at which the API at `url` may be asked.

    arXiv's three seconds hold for every host but this very machine: a mirror at a loopback address
    is the reader's own. It is asked in turn too, every 50 ms; what passes requests on to arXiv
    has to keep arXiv's pace itself.
    """
    return LOCAL if http.is_loopback(url) else POLITE


def pace_of_pass(url: str) -> RateLimit:
    """Return the pace at which a pass may ask, which waits for the facts: 63 s for 100 papers."""
    return replace(pace_for(url), run=54.0)


class Allowance:
    """The seconds and the bytes that the answers of one run may still take, all together."""

    def __init__(self, pace: RateLimit, questions: int) -> None:
        self.end = time.monotonic() + pace.run + questions * pace.run_each
        self.bytes = pace.limits.body + questions * _BYTES_EACH

    @property
    def seconds(self) -> float:
        return max(0.0, self.end - time.monotonic())

    def limits(self, limits: http.Limits) -> http.Limits:
        """Return the limits of one more request."""
        total = min(limits.total, self.seconds)
        return replace(limits, total=total, body=min(limits.body, self.bytes))


@dataclass(frozen=True, slots=True)
class ApiConnection:
    """The connection to the API at `url`. `today` is a UTC day, ISO 8601."""

    url: str
    agent: str
    db: sqlite3.Connection
    stop: threading.Event
    clock: Callable[[], float]
    pace: RateLimit
    today: str
    allowance: Allowance

    @property
    def host(self) -> str:
        if not http.allowed(self.url):
            return self.url
        return urlsplit(self.url).netloc.rpartition("@")[2].lower()


class GivenUp(Exception):  # noqa: N818 -- the end of asking, not of the run
    """No more requests in this run; `problem` is the notice that says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def answers(connection: ApiConnection, ids: Sequence[str]) -> Iterator[atom.BatchResult]:
    """Yield arXiv's answers for `ids`, request by request, each in the cache before it is yielded.

    Ids that are in none of the answers could not be looked up within the pace.

    Raises:
        GivenUp, http.Stopped, sqlite3.Error.
    """
    if not http.allowed(connection.url):
        hint = "see `url` under [arxiv] in vault-sync.toml"
        raise GivenUp(_notice(connection, "its address is not https", hint))
    if cache.refused_on(connection.db, connection.host) == connection.today:
        raise GivenUp(_turned_away(connection))
    left = deque(atom.questions(ids))
    most = len(left) + connection.pace.splits
    with http.session(connection.agent) as session:
        while left and most > 0:
            most -= 1
            question = left.popleft()
            answer = atom.settle(question, _feed(connection, session, question))
            cache.keep(connection.db, connection.today, answer.facts, answer.missing)
            left.extendleft(reversed(answer.left))
            yield answer


def _feed(
    connection: ApiConnection, session: requests.Session, question: atom.Question
) -> atom.Feed:
    """Return the answer to one question, after as many tries as it takes and the pace allows."""
    query = atom.query(question.ids)
    url = f"{connection.url}{'&' if urlsplit(connection.url).query else '?'}{query}"
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
            return _read(connection, reply)
    raise GivenUp(_notice(connection, reason or _SPENT, _LATER))


def _request(
    connection: ApiConnection, session: requests.Session, url: str, failures: int
) -> http.Reply:
    """Make one request, in turn. The more failures, the later the next; and as the server says."""
    pace = connection.pace
    later = pace.interval * 2 ** (failures + 1)
    with _turn(connection) as pauses:
        try:
            limits = connection.allowance.limits(pace.limits)
            reply = http.get(session, url, limits, connection.stop, connection.clock())
            connection.allowance.bytes -= len(reply.body)
        except http.Interrupted:
            pauses.append(later)
            raise
        except http.Unreachable as error:
            raise GivenUp(_notice(connection, f"it cannot be reached: {error}", _LATER)) from None
        except http.Unusable as error:
            raise GivenUp(_notice(connection, str(error), _LATER)) from None
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
            raise GivenUp(
                _notice(connection, f"it asks to be left alone for {minutes} min", _LATER)
            )
        if not connection.allowance.seconds:
            raise GivenUp(_notice(connection, _SPENT, _LATER))
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
        raise GivenUp(_notice(connection, str(error), _LATER)) from None


def _read(connection: ApiConnection, reply: http.Reply) -> atom.Feed:
    if reply.status == 403:
        cache.keep_refusal(connection.db, connection.host, connection.today)
        raise GivenUp(_turned_away(connection))
    if not reply.body:
        raise GivenUp(_notice(connection, f"it answers {reply.status}", _LATER))
    try:
        return atom.read(reply.body)
    except atom.Refused as error:
        raise GivenUp(_notice(connection, str(error), _LATER)) from None


def _turned_away(connection: ApiConnection) -> Problem:
    return _notice(
        connection, "it refuses requests from here (403)", "it is asked again tomorrow (UTC)"
    )


def _notice(connection: ApiConnection, reason: str, hint: str) -> Problem:
    return Problem(
        path=connection.host,
        code="facts-network",
        message=f"no facts from arXiv for now: {reason}; {hint}",
        level="notice",
    )

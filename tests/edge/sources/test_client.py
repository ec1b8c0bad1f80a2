"""Asking in turn: distance between requests, bad ids, refusals, and stopping at once."""

from __future__ import annotations

import itertools
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from itertools import pairwise
from pathlib import Path

import pytest
from tests.support.arxiv_server import (
    A_DAY,
    FAST,
    NOON,
    Act,
    Api,
    Handler,
    ask,
    assert_whole,
    body,
    child,
    dripping_body,
    dripping_head,
    error,
    feed,
    go,
    ids_of,
    messages,
    reset,
    silent,
    status,
)
from vault_sync.core.sources.archives import ARXIV
from vault_sync.edge.config import ArxivConfig
from vault_sync.edge.sources import cache, client, http
from vault_sync.edge.sources.client import RateLimit, pace_for
from vault_sync.edge.sources.lookup import Answer, Source, remembered

# What is not asked.


@pytest.mark.parametrize(
    ("url", "seconds"),
    [
        (ArxivConfig().url, 3.0),
        ("https://example.org/api", 3.0),
        ("https://127.0.0.1.example.org/api", 3.0),
        ("http://127.0.0.1@example.org/", 3.0),
        ("", 3.0),
        ("http://127.0.0.1:8080/api", 0.05),
        ("http://[::1]/api", 0.05),
        ("https://localhost/api", 0.05),
    ],
)
def test_arxivs_pace_holds_for_every_host_but_this_machine(url: str, seconds: float) -> None:
    assert pace_for(ARXIV, url).interval == seconds


# What is asked, and how.


def test_it_says_who_it_is(api: Api, source: Source) -> None:
    ask(source, ["2308.00001"])
    ask(replace(source, contact="", version=""), ["2308.00002"])
    ask(replace(source, contact="a(b)\r\nX-Evil: 1 한"), ["2308.00003"])
    agents = list(dict.fromkeys(asked.headers["User-Agent"] for asked in api.asked))
    assert agents == [
        "vault-sync/1.2 (mailto:reader@example.org)",
        "vault-sync/0",
        "vault-sync/1.2 (mailto:abX-Evil: 1 )",
    ]
    assert not any("X-Evil" in asked.headers for asked in api.asked)


def test_requests_keep_their_distance_and_one_connection(api: Api, source: Source) -> None:
    ids = ids_of(300)
    api.papers = dict.fromkeys(ids, "2023-08-14")
    ask(source, ids, pace=replace(FAST, interval=0.1))
    gaps = [b.came - a.left for a, b in pairwise(api.asked)]
    assert len(gaps) == 2 and min(gaps) >= 0.09


def test_each_archive_has_its_part_of_the_seconds_that_are_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    allowance = client.Allowance(client.Bounds(60.0, 9))
    found = []
    for archives, took in ((3, 20.0), (2, 10.0), (1, 40.0), (1, 0.0)):
        allowance.share(archives)
        found.append(allowance.seconds)
        now[0] += took
    assert found == [20.0, 20.0, 30.0, 0.0]
    assert allowance.limits(http.Limits()).total == 0.0 and allowance.seconds == 0.0
    assert allowance.limits(http.Limits()).body == 9


def test_another_programs_turn_is_waited_for_no_longer_than_a_pass_may(tmp_path: Path) -> None:
    url, now = ArxivConfig().url, itertools.count(100.0, 0.5)
    with cache.opened(tmp_path / "arxiv.sqlite") as db:
        connection = client.ApiConnection(
            *(ARXIV, url, "agent", db, threading.Event(), lambda: next(now)),
            *(FAST, "2023-08-16", client.Allowance(client.Bounds(0.0, 9))),
        )
        cache.take_turn(db, connection.host, 100.0, lease=9.0, nonsense=99.0)
        with pytest.raises(client.GivenUp) as caught, client._turn(connection):
            pass
    assert "the time that a pass waits for it is over" in str(caught.value)
    assert str(caught.value) == caught.value.problem.message


def test_a_wait_is_told_in_minutes_and_at_least_as_one(tmp_path: Path) -> None:
    pace = replace(FAST, longest=0.5, limits=http.Limits(connect=1.0, total=1.0))
    with cache.opened(tmp_path / "arxiv.sqlite") as db:
        connection = client.ApiConnection(
            *(ARXIV, ArxivConfig().url, "agent", db, threading.Event(), lambda: 100.0),
            *(pace, "2023-08-16", client.Allowance(client.PASS)),
        )
        for wait, minutes in ((3.0, 1), (29.0, 1), (89.0, 1), (91.0, 2), (1800.0, 30)):
            cache.take_turn(db, connection.host, 100.0, lease=9.0, nonsense=0.0)
            cache.end_turn(db, connection.host, 100.0 + wait)
            with pytest.raises(client.GivenUp) as caught, client._turn(connection):
                pass
            assert f"left alone for {minutes} min" in caught.value.problem.message


# What arXiv does not have.


@pytest.mark.parametrize("code", [200, 400])
def test_a_bad_id_that_is_named_costs_one_more_request(api: Api, source: Source, code: int) -> None:
    ids = ids_of(100)
    api.papers = dict.fromkeys(ids, "2023-08-14")
    content = error(f"incorrect id format for {ids[40]}")
    api.script = [lambda handler, _ids: handler.send(content, code)]
    answer = ask(source, ids)
    assert api.sizes() == [100, 99]
    assert answer.missing == {ids[40]} and len(answer.facts) == 99
    assert answer.problems == ()


@pytest.mark.parametrize("content", [error("malformed"), feed()], ids=["error", "empty"])
def test_a_bad_id_that_is_not_named_is_found_by_halves(
    api: Api, source: Source, content: bytes
) -> None:
    ids = ids_of(64)
    good = feed((one, "2023-08-14") for one in ids)

    def spoiled(handler: Handler, asked: tuple[str, ...]) -> None:
        handler.send(content if ids[40] in asked else good)

    api.script = [spoiled] * 100
    answer = ask(source, ids)
    assert answer.missing == {ids[40]} and len(answer.facts) == 63
    assert len(api.asked) <= 14
    assert ask(source, ids).facts == answer.facts
    assert len(api.asked) <= 14


def test_an_empty_feed_is_asked_once_more(api: Api, source: Source) -> None:
    ids = ids_of(5)
    api.papers = dict.fromkeys(ids, "2023-08-14")
    api.script = [body(feed())]
    answer = ask(source, ids)
    assert set(answer.facts) == set(ids) and api.sizes() == [5, 5]


def test_the_search_for_bad_ids_has_an_end_and_goes_on_another_time(
    api: Api, source: Source
) -> None:
    ids = ids_of(60)
    first = ask(source, ids)  # arXiv has none of them
    assert len(api.asked) == 1 + 24
    assert first.missing and first.unknown and not first.facts
    second = ask(source, ids)
    assert first.missing < second.missing
    assert first.missing.isdisjoint(one for asked in api.asked[25:] for one in asked.ids)


# A server in trouble.


@pytest.mark.parametrize(
    "trouble",
    [reset, status(406), status(429), status(500), status(502), status(503), status(504)],
    ids=["reset", "406", "429", "500", "502", "503", "504"],
)
def test_passing_trouble_is_tried_again(api: Api, source: Source, trouble: Act) -> None:
    api.papers = {"2308.00001": "2023-08-01"}
    api.script = [trouble]
    answer = ask(source, ["2308.00001"], pace=replace(FAST, interval=0.05))
    assert set(answer.facts) == {"2308.00001"} and answer.problems == ()
    assert len(api.asked) == 2
    assert api.asked[1].came - api.asked[0].left >= 0.09  # the second wait is twice as long


@pytest.mark.parametrize("trouble", [reset, status(406), status(429), status(503)])
def test_lasting_trouble_is_one_notice_and_no_hammering(
    api: Api, source: Source, trouble: Act
) -> None:
    api.script = [trouble] * 50
    answer = ask(source, ids_of(250))
    assert len(api.asked) == FAST.tries
    assert len(messages(answer)) == 1 and len(answer.unknown) == 250
    assert answer.missing == frozenset()


def test_by_itself_a_request_is_tried_four_times(api: Api, source: Source) -> None:
    api.script = [status(503)] * 50
    stop = Patience()
    answer = ask(source, ids_of(2), stop=stop, clock=stop.clock, pace=None)
    assert len(api.asked) == 4 and len(messages(answer)) == 1
    assert stop.waited == pytest.approx(0.05 * (2 + 4 + 8))


class Patience(threading.Event):
    """Waits in no time: the clock goes on by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = 0.0
        self.steps: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited += timeout or 0.0
        self.steps.append(timeout or 0.0)
        return self.is_set()

    def clock(self) -> float:
        return NOON + self.waited


@pytest.mark.parametrize("form", ["7", formatdate(NOON + 7, usegmt=True)])
def test_retry_after_is_obeyed(api: Api, source: Source, form: str) -> None:
    api.papers = {"2308.00001": "2023-08-01"}
    api.script = [status(503, Retry_After=form)]
    stop = Patience()
    pace = replace(FAST, longest=10.0, interval=2.0)
    answer = ask(source, ["2308.00001"], stop=stop, clock=stop.clock, pace=pace)
    assert set(answer.facts) == {"2308.00001"}
    assert stop.steps == [2.0, 2.0, 2.0, 1.0], "the turn may be free before that"


@pytest.mark.parametrize("form", ["", "soon", "-5", "7.5", "Mon, 99 Nov 2023 00:00:00 GMT", "7;x"])
def test_a_retry_after_that_is_none_is_a_wait_of_our_own(
    api: Api, source: Source, form: str
) -> None:
    api.papers = {"2308.00001": "2023-08-01"}
    api.script = [status(503, Retry_After=form), status(503)]
    stop = Patience()
    pace = replace(FAST, longest=10.0, interval=2.0)
    ask(source, ["2308.00001"], stop=stop, clock=stop.clock, pace=pace)
    assert stop.waited == 4.0 + 8.0


def test_a_long_retry_after_ends_the_run_and_holds_for_everybody(api: Api, source: Source) -> None:
    api.script = [status(429, Retry_After="1800")]
    first = ask(source, ids_of(2))
    second = ask(source, ids_of(2))
    assert len(api.asked) == 1
    assert "left alone for 30 min" in messages(first)[0] == messages(second)[0]
    start = time.time()
    api.papers = dict.fromkeys(ids_of(2), "2023-08-01")
    later = ask(source, ids_of(2), clock=lambda: start + 1900 + time.time() - start)
    assert len(later.facts) == 2


def test_a_retry_after_without_measure_is_capped(api: Api, source: Source) -> None:
    api.script = [status(503, Retry_After="999999999999")]
    answer = ask(source, ids_of(1))
    assert "left alone for 60 min" in messages(answer)[0]


def test_403_is_the_end_until_tomorrow(api: Api, source: Source) -> None:
    ids = ids_of(250)
    api.papers = dict.fromkeys(ids, "2023-08-01")
    api.script = [api.otherwise, status(403)]
    start = time.time()
    first = ask(source, ids, clock=lambda: NOON + time.time() - start)
    assert len(first.facts) == 100 and len(first.unknown) == 150
    assert "403" in messages(first)[0] and messages(first)[0].endswith("again tomorrow (UTC)")
    second = ask(source, ids, clock=lambda: NOON + 60 + time.time() - start)
    assert len(api.asked) == 2 and messages(second) == messages(first)
    third = ask(source, ids, clock=lambda: NOON + A_DAY + time.time() - start)
    assert len(third.facts) == 250 and third.problems == ()


def test_a_refusal_is_one_hosts(serve: Callable[[], Api], source: Source, api: Api) -> None:
    other = serve()
    api.script = [status(403)]
    other.papers = {"2308.00001": "2023-08-01"}
    ask(source, ["2308.00001"])
    assert len(ask(replace(source, url=other.url), ["2308.00001"]).facts) == 1


@pytest.mark.parametrize("code", [401, 404, 410, 418, 304])
def test_any_other_status_is_a_notice_and_the_end(api: Api, source: Source, code: int) -> None:
    api.script = [lambda handler, _ids: handler.send(b"", code)] * 5
    answer = ask(source, ids_of(250))
    assert len(api.asked) == 1 and str(code) in messages(answer)[0]


# Stopping.


class StoppedWhileItWaits(threading.Event):
    """Is set as soon as somebody waits for long."""

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is None or timeout > 100.0:
            self.set()
        return super().wait(timeout)


def test_stopping_while_waiting_for_a_turn_ends_at_once(api: Api, source: Source) -> None:
    ids = ids_of(250)
    api.papers = dict.fromkeys(ids, "2023-08-01")
    stop = StoppedWhileItWaits()
    answer = ask(source, ids, stop=stop, pace=replace(FAST, interval=1000.0))
    assert len(answer.facts) == 100 and len(answer.unknown) == 150 and answer.problems == ()
    assert len(remembered(source, ids)) == 100


@pytest.mark.parametrize("slow", [silent, dripping_body, dripping_head])
def test_stopping_during_an_answer_ends_at_once(api: Api, source: Source, slow: Act) -> None:
    stop = threading.Event()

    def stop_and_be_slow(handler: Handler, ids: tuple[str, ...]) -> None:
        stop.set()
        slow(handler, ids)

    api.script = [stop_and_be_slow]
    started = time.monotonic()
    answer = ask(source, ids_of(2), stop=stop, pace=RateLimit(interval=0.01))
    assert time.monotonic() - started < 20, "a slow answer is waited for 30 s and more"
    assert answer == Answer({}, frozenset(ids_of(2)), frozenset())


def test_stopped_before_it_began_it_asks_nothing(api: Api, source: Source) -> None:
    stop = threading.Event()
    stop.set()
    assert ask(source, ids_of(2), stop=stop).unknown == set(ids_of(2))
    assert not api.asked


def test_three_processes_at_once_keep_one_interval_and_one_connection(
    api: Api, source: Source
) -> None:
    interval = 0.1
    months = ["2306", "2307", "2308"]
    papers = {one: "2023-08-01" for month in months for one in ids_of(101, month)}

    def slow(handler: Handler, ids: tuple[str, ...]) -> None:
        handler.api.released.wait(interval * 1.5)  # so that a turn by the clock alone would overlap
        handler.send(feed((one, papers[one]) for one in ids))

    api.script = [slow] * 6
    children = [child(source, interval, ids_of(101, month)) for month in months]
    go(*children)
    said = [one.communicate(timeout=60)[0].splitlines()[-1] for one in children]
    assert said == ["[101, 0, 0]"] * 3
    order = sorted(api.asked, key=lambda asked: asked.came)
    assert sorted(len(asked.ids) for asked in order) == [1, 1, 1, 100, 100, 100]
    assert min(b.came - a.left for a, b in pairwise(order)) >= interval - 0.01


def test_sigterm_while_waiting_ends_the_process_at_once(api: Api, source: Source) -> None:
    ids = ids_of(250)
    api.papers = dict.fromkeys(ids, "2023-08-01")
    process = child(source, 60.0, ids)
    go(process)
    deadline = time.monotonic() + 100
    while len(remembered(source, ids)) < 100 and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=40)[0]  # its turn comes in 60 s
    assert process.returncode == 0 and said.splitlines()[-1] == "[100, 150, 0]"
    assert_whole(source, 100)

"""arXiv asked over real HTTP: a server on loopback that speaks the API's Atom, and misbehaves."""

from __future__ import annotations

import gzip
import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pytest
from tests.support.folders import CORPUS, ROOT, SAMPLE
from vault_sync.core.model.values import Facts
from vault_sync.edge.arxiv import cache, dump_file, http
from vault_sync.edge.arxiv.client import RateLimit, pace_for
from vault_sync.edge.arxiv.lookup import Answer, Source, look_up, remembered
from vault_sync.edge.config import ArxivConfig

TRUTH = CORPUS / "weeks" / "flat" / "truth.json"

# Limits that a busy machine does not reach; those of HASTY are there to be reached.
FAST = RateLimit(
    interval=0.01,
    tries=3,
    longest=0.5,
    limits=http.Limits(connect=10.0, read=10.0, total=20.0, body=1_000_000),
)
HASTY = replace(FAST, limits=http.Limits(connect=0.5, read=0.15, total=0.3))
NOON = 1_700_000_000.0  # 2023-11-14, 22:13 UTC
A_DAY = 86_400.0


# The server.


@dataclass
class Asked:
    """One request as the server saw it: when it came, and when its answer was about to go."""

    ids: tuple[str, ...]
    path: str
    headers: dict[str, str]
    came: float
    left: float = 0.0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    api: Api
    asked: Asked

    def do_GET(self) -> None:
        if self.api.released.is_set():
            self.close_connection = True
            return
        query = parse_qs(urlsplit(self.path).query)
        ids = tuple(filter(None, query.get("id_list", [""])[0].split(",")))
        asked = Asked(ids, self.path, dict(self.headers), time.monotonic())
        self.api.asked.append(asked)
        self.asked = asked
        act = self.api.script.pop(0) if self.api.script else self.api.otherwise
        with suppress(ConnectionError):
            act(self, ids)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name it has there
        pass

    def send(
        self, body: bytes, status: int = 200, kind: str = "application/atom+xml", **more: str
    ) -> None:
        self.asked.left = time.monotonic()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


Act = Callable[[Handler, tuple[str, ...]], None]


@dataclass
class Api:
    """What the server does: `script` first, act by act; then `otherwise`."""

    papers: dict[str, str] = field(default_factory=dict)  # id: the day it was published
    script: list[Act] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    close: Callable[[], None] = lambda: None
    released: threading.Event = field(default_factory=threading.Event)

    def otherwise(self, handler: Handler, ids: tuple[str, ...]) -> None:
        handler.send(feed((one, self.papers[one]) for one in ids if one in self.papers))

    def sizes(self) -> list[int]:
        return [len(one.ids) for one in self.asked]


def feed(papers: Iterable[tuple[str, str]] = (), more: str = "", title: str = "A Title") -> bytes:
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{one}v2</id><published>{day}T10:00:00Z</published>"
        f"<updated>{day}T12:00:00Z</updated><title>{escape(title)}</title>"
        f"<summary>Of {one}.</summary><author><name>An Author</name></author></entry>"
        for one, day in papers
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>http://arxiv.org/api/x</id>{entries}{more}</feed>"
    ).encode()


def error(text: str) -> bytes:
    return feed(
        more="<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title>"
        f"<summary>{text}</summary></entry>"
    )


def status(code: int, **headers: str) -> Act:
    return lambda handler, _ids: handler.send(b"busy", code, "text/plain", **headers)


def body(content: bytes, kind: str = "application/atom+xml", **headers: str) -> Act:
    return lambda handler, _ids: handler.send(content, 200, kind, **headers)


def reset(handler: Handler, _ids: tuple[str, ...]) -> None:
    handler.asked.left = time.monotonic()
    handler.close_connection = True
    handler.connection.close()


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Api]]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    running: list[Api] = []

    def start() -> Api:
        api = Api()
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("ApiHandler", (Handler,), {"api": api}))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()

        def close() -> None:
            api.released.set()
            server.shutdown()
            server.server_close()
            api.close = lambda: None

        api.close = close
        api.url = f"http://127.0.0.1:{server.server_port}/api/query"
        running.append(api)
        return api

    yield start
    for api in running:
        api.close()


@pytest.fixture
def api(serve: Callable[[], Api]) -> Api:
    return serve()


@pytest.fixture
def source(api: Api, tmp_path: Path) -> Source:
    return Source(
        cache=tmp_path / "state" / "arxiv.sqlite",
        url=api.url,
        contact="reader@example.org",
        version="1.2",
    )


def ids_of(count: int, month: str = "2308") -> list[str]:
    return [f"{month}.{number:05}" for number in range(1, count + 1)]


def ask(source: Source, ids: Sequence[str], **more: Any) -> Answer:
    defaults: dict[str, Any] = {"stop": threading.Event(), "pace": FAST}
    return look_up(source, ids, **defaults | more)


def messages(answer: Answer) -> list[str]:
    assert all(problem.level == "notice" for problem in answer.problems)
    return [problem.message for problem in answer.problems]


# What is not asked.


def test_no_ids_no_request_no_file(api: Api, source: Source) -> None:
    assert ask(source, []) == Answer({}, frozenset(), frozenset())
    assert not api.asked and not source.cache.exists()


@pytest.mark.parametrize("how", [{"offline": True}, {"enabled": False}])
def test_offline_and_disabled_ask_nothing(api: Api, source: Source, how: dict[str, Any]) -> None:
    ids = ids_of(3)
    api.papers = dict.fromkeys(ids[:2], "2023-08-14")
    ask(source, ids[:1])
    answer = ask(replace(source, **how), ids)
    assert set(answer.facts) == {ids[0]}
    assert answer.unknown == set(ids[1:])
    assert answer.problems == () and len(api.asked) == 1


def test_a_pass_makes_no_request_and_no_file(api: Api, source: Source) -> None:
    ids = ids_of(2)
    assert remembered(source, ids) == {}
    assert not api.asked and not source.cache.parent.exists()
    api.papers = dict.fromkeys(ids, "2023-08-14")
    ask(source, ids[:1])
    assert set(remembered(source, ids)) == {ids[0]}
    assert len(api.asked) == 1


def test_requests_is_not_imported_where_nothing_is_asked(tmp_path: Path) -> None:
    code = (
        "import sys, threading; from pathlib import Path\n"
        "from vault_sync.edge.arxiv.lookup import Source, look_up\n"
        "source = Source(Path(sys.argv[1]), url='', snapshot=Path(sys.argv[2]))\n"
        "found = look_up(source, ['2308.07124'], stop=threading.Event())\n"
        "assert found.facts['2308.07124'].published == '2023-08-14'\n"
        "assert not {'requests', 'urllib3'} & set(sys.modules)\n"
    )
    sample = SAMPLE / "arxiv.jsonl"
    arguments = [sys.executable, "-c", code, str(tmp_path / "c.sqlite"), str(sample)]
    subprocess.run(arguments, check=True, cwd=ROOT)


def test_what_cannot_be_an_id_is_never_sent(api: Api, source: Source) -> None:
    api.papers = {"2308.00001": "2023-08-14"}
    answer = ask(source, ["2308.1", "x&y=z", "2308.00001", ""])
    assert api.asked[0].ids == ("2308.00001",)
    assert answer.missing == {"2308.1", "x&y=z", ""}


@pytest.mark.parametrize(
    "url",
    ["http://example.org/api", "ftp://127.0.0.1/x", "https://", "", "file:///etc", "http://[::"],
)
def test_only_https_is_asked_but_for_this_machine(source: Source, url: str) -> None:
    answer = ask(replace(source, url=url), ["2308.00001"])
    assert answer.unknown == {"2308.00001"}
    assert "not https" in messages(answer)[0] and len(answer.problems) == 1


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
    assert pace_for(url).interval == seconds


# What is asked, and how.


def test_250_papers_are_three_requests_and_a_second_run_is_none(api: Api, source: Source) -> None:
    ids = ids_of(250)
    api.papers = dict.fromkeys(ids, "2023-08-14")
    steps: list[tuple[int, int]] = []
    first = ask(source, ids, progress=lambda done, of: steps.append((done, of)))
    assert api.sizes() == [100, 100, 50]
    assert [one for asked in api.asked for one in asked.ids] == ids
    assert [parse_qs(urlsplit(a.path).query)["max_results"] for a in api.asked] == [
        ["100"],
        ["100"],
        ["50"],
    ]
    assert first.facts == dict.fromkeys(ids) | {
        one: Facts(
            published="2023-08-14",
            updated="2023-08-14",
            title="A Title",
            authors=("An Author",),
            abstract=f"Of {one}.",
        )
        for one in ids
    }
    assert steps == [(0, 250), (100, 250), (200, 250), (250, 250)]
    assert ask(source, ids) == first
    assert remembered(source, ids) == first.facts
    assert len(api.asked) == 3


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


def test_every_spelling_of_an_id_is_one_question(api: Api, source: Source) -> None:
    api.papers = {"math/0309136": "2003-09-08", "2308.00001": "2023-08-01"}
    asked = ["math.GT/0309136v1", "math/0309136", "2308.00001v3", "2308.00001"]
    answer = ask(source, asked)
    assert api.asked[0].ids == ("math/0309136", "2308.00001") and len(api.asked) == 1
    assert set(answer.facts) == set(asked)
    assert answer.facts["math.GT/0309136v1"].published == "2003-09-08"


def test_requests_keep_their_distance_and_one_connection(api: Api, source: Source) -> None:
    ids = ids_of(300)
    api.papers = dict.fromkeys(ids, "2023-08-14")
    ask(source, ids, pace=replace(FAST, interval=0.1))
    gaps = [b.came - a.left for a, b in pairwise(api.asked)]
    assert len(gaps) == 2 and min(gaps) >= 0.09


def test_the_corpus_is_six_requests(api: Api, source: Source) -> None:
    if not TRUTH.exists():
        pytest.skip("the corpus is not here (../shared/corpus)")
    truth = json.loads(TRUTH.read_text("utf-8"))
    api.papers = {one["arxiv"]: one["day"] for one in truth}
    ids = [one["arxiv"] for one in truth]
    answer = ask(source, ids)
    assert len(truth) == 507 and len(api.asked) == 6
    assert {one: of.published for one, of in answer.facts.items()} == api.papers


# What arXiv does not have.


def test_a_missing_paper_is_not_asked_for_again_until_tomorrow(api: Api, source: Source) -> None:
    ids = ids_of(3)
    api.papers = dict.fromkeys(ids[:2], "2023-08-14")
    start = time.time()
    first = ask(source, ids, clock=lambda: NOON + time.time() - start)
    assert first.missing == {ids[2]} and first.unknown == frozenset()
    again = ask(source, ids, clock=lambda: NOON + 60 + time.time() - start)
    assert again == first and len(api.asked) == 1
    api.papers[ids[2]] = "2023-11-15"
    later = ask(source, ids, clock=lambda: NOON + A_DAY + time.time() - start)
    assert later.facts[ids[2]].published == "2023-11-15"
    assert [asked.ids for asked in api.asked[1:]] == [(ids[2],)]


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
    assert len(api.asked) == 1 + FAST.splits
    assert first.missing and first.unknown and not first.facts
    second = ask(source, ids)
    assert first.missing < second.missing
    assert first.missing.isdisjoint(one for asked in api.asked[25:] for one in asked.ids)


def test_a_withdrawn_paper_has_facts(api: Api, source: Source) -> None:
    withdrawn = (
        "<entry><id>http://arxiv.org/abs/2308.00001v3</id><title>T</title>"
        "<published>2023-08-01T00:00:00Z</published>"
        '<arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">'
        "This paper has been withdrawn</arxiv:comment></entry>"
    )
    api.script = [body(feed(more=withdrawn))]
    facts = ask(source, ["2308.00001"]).facts["2308.00001"]
    assert (facts.published, facts.comment) == ("2023-08-01", "This paper has been withdrawn")


def test_papers_that_nobody_asked_for_are_dropped(api: Api, source: Source) -> None:
    api.script = [body(feed([("2308.00001", "2023-08-01"), ("2308.00009", "2023-08-01")]))]
    assert set(ask(source, ["2308.00001"]).facts) == {"2308.00001"}
    assert remembered(source, ["2308.00009"]) == {}


# A server in trouble.


@pytest.mark.parametrize(
    "trouble",
    [reset, status(429), status(500), status(502), status(503), status(504)],
    ids=["reset", "429", "500", "502", "503", "504"],
)
def test_passing_trouble_is_tried_again(api: Api, source: Source, trouble: Act) -> None:
    api.papers = {"2308.00001": "2023-08-01"}
    api.script = [trouble]
    answer = ask(source, ["2308.00001"], pace=replace(FAST, interval=0.05))
    assert set(answer.facts) == {"2308.00001"} and answer.problems == ()
    assert len(api.asked) == 2
    assert api.asked[1].came - api.asked[0].left >= 0.09  # the second wait is twice as long


@pytest.mark.parametrize("trouble", [reset, status(429), status(503)])
def test_lasting_trouble_is_one_notice_and_no_hammering(
    api: Api, source: Source, trouble: Act
) -> None:
    api.script = [trouble] * 50
    answer = ask(source, ids_of(250))
    assert len(api.asked) == FAST.tries
    assert len(messages(answer)) == 1 and len(answer.unknown) == 250
    assert answer.missing == frozenset()


class Patience(threading.Event):
    """Waits in no time: the clock goes on by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        self.waited += timeout or 0.0
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
    assert stop.waited == 7.0


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
    assert "403" in messages(first)[0]
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


def silent(handler: Handler, _ids: tuple[str, ...]) -> None:
    handler.close_connection = True
    handler.api.released.wait(2)


def dripping_body(handler: Handler, _ids: tuple[str, ...]) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/atom+xml")
    handler.send_header("Content-Length", "10000")
    handler.end_headers()
    handler.close_connection = True
    for _ in range(100):
        handler.wfile.write(b" ")
        if handler.api.released.wait(0.03):
            break


def dripping_head(handler: Handler, _ids: tuple[str, ...]) -> None:
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(100):
        handler.wfile.write(b"X-%d: y\r\n" % number)
        if handler.api.released.wait(0.03):
            break


def test_a_silent_server_is_tried_again_and_given_up(api: Api, source: Source) -> None:
    api.script = [silent] * 10
    started = time.monotonic()
    answer = ask(source, ids_of(2), pace=HASTY)
    assert len(api.asked) == HASTY.tries and len(messages(answer)) == 1
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("drip", [dripping_body, dripping_head])
def test_a_server_that_drips_is_left_after_the_total_time(
    api: Api, source: Source, drip: Act
) -> None:
    api.script = [drip] * 10
    started = time.monotonic()
    answer = ask(source, ids_of(2), pace=HASTY)
    assert time.monotonic() - started < 2
    assert len(api.asked) == 1
    assert "too long" in messages(answer)[0]


def test_an_answer_cut_short_is_not_taken_for_whole(api: Api, source: Source) -> None:
    whole = feed([("2308.00001", "2023-08-01")])

    def cut(handler: Handler, _ids: tuple[str, ...]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/atom+xml")
        handler.send_header("Content-Length", str(len(whole)))
        handler.end_headers()
        handler.wfile.write(whole[:-20])
        handler.close_connection = True

    api.papers = {"2308.00001": "2023-08-01"}
    api.script = [cut]
    answer = ask(source, ["2308.00001"])
    assert set(answer.facts) == {"2308.00001"} and len(api.asked) == 2


# A server that lies.


def test_a_redirect_to_another_host_is_not_followed(
    api: Api, serve: Callable[[], Api], source: Source
) -> None:
    other = serve()
    other.papers = {"2308.00001": "2023-08-01"}
    for target in (other.url, "https://example.org/", "//example.org/x", "file:///etc/passwd"):
        api.script = [status(302, Location=target)]
        answer = ask(source, ["2308.00001"])
        assert answer.unknown == {"2308.00001"}
        assert "another host" in messages(answer)[0]
    assert not other.asked


def test_a_redirect_on_the_same_host_is_followed_in_turn(api: Api, source: Source) -> None:
    api.papers = {"2308.00001": "2023-08-01"}
    api.script = [status(301, Location="/new?id_list=2308.00001&max_results=1")]
    answer = ask(source, ["2308.00001"], pace=replace(FAST, interval=0.1))
    assert set(answer.facts) == {"2308.00001"}
    assert api.asked[1].path.startswith("/new?")
    assert api.asked[1].came - api.asked[0].left >= 0.09


def test_redirects_in_a_circle_end(api: Api, source: Source) -> None:
    api.script = [status(302, Location="/round?id_list=2308.00001")] * 20
    answer = ask(source, ["2308.00001"])
    assert len(api.asked) == 4 and "302" in messages(answer)[0]


@pytest.mark.parametrize(
    ("url", "location", "target"),
    [
        ("https://a.org/x", "/y", "https://a.org/y"),
        ("https://a.org/x", "https://a.org:443/y", "https://a.org:443/y"),
        ("https://a.org/x", "http://a.org/y", None),
        ("https://a.org/x", "https://b.org/y", None),
        ("https://a.org/x", "https://a.org.b.org/y", None),
        ("https://a.org/x", "https://a.org@b.org/y", None),
        ("https://a.org/x", "https://a.org:8443/y", None),
        ("https://a.org/x", "https://a.org:x/y", None),
        ("https://a.org/x", "https://[a/y", None),
    ],
)
def test_where_a_redirect_may_lead(url: str, location: str, target: str | None) -> None:
    if target is not None:
        assert http.followed(url, location) == target
        return
    with pytest.raises(http.Unusable):
        http.followed(url, location)


BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>&c;</title></feed>'
)


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (body(b"<!DOCTYPE html><html></html>", "text/html"), "text/html"),
        (body(b"{}", "application/json; charset=utf-8"), "application/json"),
        (body(feed(), ""), "no content type"),
        (body(BOMB), "DOCTYPE"),
        (body(b"garbage"), "not XML"),
        (body(b"<x/>", "text/xml"), "no Atom feed"),
        (body(b"garbage", Content_Encoding="gzip"), ""),
        (lambda handler, _ids: handler.send(b"bad request", 400, "text/plain"), "400"),
    ],
)
def test_what_is_no_answer_is_refused(api: Api, source: Source, act: Act, why: str) -> None:
    api.script = [act] * 10
    answer = ask(source, ["2308.00001"])
    assert answer.unknown == {"2308.00001"}
    (message,) = messages(answer)
    assert why in message
    assert len(api.asked) <= FAST.tries


def test_a_body_of_200_mb_is_cut_at_the_limit(api: Api, source: Source) -> None:
    sent = [0]

    def endless(handler: Handler, _ids: tuple[str, ...]) -> None:
        handler.close_connection = True
        handler.send_response(200)
        handler.send_header("Content-Type", "application/atom+xml")
        handler.send_header("Content-Length", "200000000")
        handler.end_headers()
        for _ in range(2000):
            handler.wfile.write(b"<a/>" * 25_000)
            sent[0] += 100_000

    api.script = [endless]
    tracemalloc.start()
    answer = ask(source, ["2308.00001"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "over 1 MB" in messages(answer)[0]
    assert sent[0] < 20_000_000 and peak < 12_000_000


def test_a_packed_body_is_measured_unpacked(api: Api, source: Source) -> None:
    api.script = [body(gzip.compress(b" " * 50_000_000), Content_Encoding="gzip")]
    tracemalloc.start()
    answer = ask(source, ["2308.00001"], pace=replace(FAST, limits=http.Limits(body=10**6)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "over 1 MB" in messages(answer)[0]
    assert peak < 12_000_000


def test_a_packed_answer_is_read(api: Api, source: Source) -> None:
    packed = gzip.compress(feed([("2308.00001", "2023-08-01")]))
    api.script = [body(packed, Content_Encoding="gzip")]
    assert set(ask(source, ["2308.00001"]).facts) == {"2308.00001"}


def test_hostile_text_is_harmless_in_facts_and_cache(api: Api, source: Source) -> None:
    title = "T`$= dv.pages()`\n---\n<% tp %> ![[x]] %%<script>\u202e"
    api.script = [body(feed([("2308.00001", "2023-08-01")], title=title))]
    harmless = "T‘$= dv.pages()‘ --- < % tp %> ! [ [x] ] % %< script>"
    assert ask(source, ["2308.00001"]).facts["2308.00001"].title == harmless
    assert remembered(source, ["2308.00001"])["2308.00001"].title == harmless


# No network.


def test_no_network_is_one_notice_and_what_is_known_still_is(api: Api, source: Source) -> None:
    ids = ids_of(300)
    api.papers = dict.fromkeys(ids, "2023-08-01")
    ask(source, ids[:10])
    api.close()
    answer = ask(source, ids)
    assert set(answer.facts) == set(ids[:10])
    assert len(messages(answer)) == 1 and "cannot be reached" in messages(answer)[0]
    assert answer.problems[0].path == urlsplit(api.url).netloc


def test_a_network_lost_in_the_middle_is_made_up_for_by_the_next_run(
    api: Api, serve: Callable[[], Api], source: Source
) -> None:
    ids = ids_of(250)
    api.papers = dict.fromkeys(ids, "2023-08-01")
    lost = ask(source, ids, progress=lambda done, _of: api.close() if done == 100 else None)
    assert len(lost.facts) == 100 and len(lost.unknown) == 150
    assert len(messages(lost)) == 1
    back = serve()
    back.papers = api.papers
    whole = ask(replace(source, url=back.url), ids)
    assert len(whole.facts) == 250 and whole.problems == ()
    assert back.sizes() == [100, 50]
    assert ids[0] not in back.asked[0].ids


def test_a_certificate_that_does_not_fit_is_not_trusted(tmp_path: Path, source: Source) -> None:
    import shutil
    import ssl

    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    api = Api(papers={"2308.00001": "2023-08-01"})
    handler = type("ApiHandler", (Handler,), {"api": api, "timeout": 1})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        answer = ask(replace(source, url=f"https://127.0.0.1:{server.server_port}/q"), ids_of(1))
        server.shutdown()
    assert "cannot be reached" in messages(answer)[0] and "certificate" in messages(answer)[0]
    assert not api.asked


# Stopping.


def test_stopping_while_waiting_for_a_turn_ends_at_once(api: Api, source: Source) -> None:
    ids = ids_of(250)
    api.papers = dict.fromkeys(ids, "2023-08-01")
    stop = threading.Event()
    timer = threading.Timer(0.15, stop.set)
    timer.start()
    started = time.monotonic()
    answer = ask(source, ids, stop=stop, pace=replace(FAST, interval=30.0))
    assert time.monotonic() - started < 5
    timer.join()
    assert len(answer.facts) == 100 and len(answer.unknown) == 150 and answer.problems == ()
    assert len(remembered(source, ids)) == 100


@pytest.mark.parametrize("slow", [silent, dripping_body, dripping_head])
def test_stopping_during_an_answer_ends_at_once(api: Api, source: Source, slow: Act) -> None:
    api.script = [slow]
    stop = threading.Event()
    timer = threading.Timer(0.1, stop.set)
    timer.start()
    started = time.monotonic()
    answer = ask(source, ids_of(2), stop=stop, pace=RateLimit(interval=0.01))
    assert time.monotonic() - started < 2
    timer.join()
    assert answer == Answer({}, frozenset(ids_of(2)), frozenset())


def test_stopped_before_it_began_it_asks_nothing(api: Api, source: Source) -> None:
    stop = threading.Event()
    stop.set()
    assert ask(source, ids_of(2), stop=stop).unknown == set(ids_of(2))
    assert not api.asked


CHILD = """
import json, signal, sys, threading, time
from dataclasses import replace
from pathlib import Path
from vault_sync.edge.arxiv.lookup import Source, look_up
from vault_sync.edge.arxiv.client import RateLimit, pace_for

url, cache, interval, ids = sys.argv[1:]
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
source = Source(cache=Path(cache), url=url)
print("ready", flush=True)
sys.stdin.readline()
answer = look_up(source, ids.split(), stop=stop, pace=RateLimit(interval=float(interval)))
print(json.dumps([len(answer.facts), len(answer.unknown), len(answer.problems)]))
"""


def child(source: Source, interval: float, ids: Sequence[str]) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", CHILD, source.url, str(source.cache), str(interval)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [*arguments, " ".join(ids)], stdin=pipe, stdout=pipe, text=True, cwd=ROOT
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def go(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()


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
    deadline = time.monotonic() + 20
    while len(remembered(source, ids)) < 100 and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=10)[0]
    assert time.monotonic() - started < 5
    assert process.returncode == 0 and said.splitlines()[-1] == "[100, 150, 0]"
    assert_whole(source, 100)


def test_a_process_killed_in_its_turn_leaves_whole_rows_and_its_turn_runs_out(
    api: Api, source: Source
) -> None:
    ids = ids_of(250)
    api.papers = dict.fromkeys(ids, "2023-08-01")
    api.script = [api.otherwise, silent]
    process = child(source, 0.01, ids)
    go(process)
    deadline = time.monotonic() + 20
    while len(api.asked) < 2 and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    process.kill()
    process.communicate(timeout=10)
    assert_whole(source, 100)
    start = time.time()
    with closing(sqlite3.connect(source.cache)) as db:
        (busy,) = db.execute("SELECT busy FROM turn").fetchone()
    assert start + 60 < busy < start + 80
    answer = ask(source, ids, clock=lambda: busy + time.time() - start)
    assert len(answer.facts) == 250


def assert_whole(source: Source, papers: int) -> None:
    with closing(sqlite3.connect(source.cache)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM paper").fetchone() == (papers,)
        texts = [text for (text,) in db.execute("SELECT facts FROM paper")]
    assert all(json.loads(text)["published"] for text in texts)


# The turn.


def turn(db: sqlite3.Connection, now: float, host: str = "a") -> float:
    return cache.take_turn(db, host, now, lease=70.0, nonsense=3600.0)


def test_a_turn_is_one_hosts_and_one_askers(tmp_path: Path) -> None:
    with cache.opened(tmp_path / "c.sqlite") as db:
        assert turn(db, 1000.0) == 0.0
        assert turn(db, 1001.0) == 69.0
        assert turn(db, 1001.0, "b") == 0.0
        cache.end_turn(db, "a", 1004.0)
        assert turn(db, 1001.0) == 3.0
        assert turn(db, 1004.0) == 0.0
        assert turn(db, 1074.0) == 0.0  # whoever had it is dead


def test_a_clock_set_back_does_not_stop_everybody(tmp_path: Path) -> None:
    with cache.opened(tmp_path / "c.sqlite") as db:
        turn(db, 1_000_000.0)
        cache.end_turn(db, "a", 1_000_003.0)
        assert turn(db, 1_000_000.0 - 3000) > 0
        assert turn(db, 1_000_000.0 - 4000) == 0.0
        assert turn(db, 1_000_000.0 - 3990) == 60.0  # and the wrong time is forgotten


# Refreshing.


def test_refresh_asks_again_but_not_twice_a_day(api: Api, source: Source) -> None:
    ids = ids_of(2)
    api.papers = dict.fromkeys(ids, "2023-08-01")
    start = time.time()

    def today() -> float:
        return NOON + time.time() - start

    def tomorrow() -> float:
        return today() + A_DAY

    ask(source, ids, clock=today)
    ask(source, ids, clock=today, refresh=True)
    assert len(api.asked) == 1
    assert ask(source, ids, clock=tomorrow).facts[ids[0]].published == "2023-08-01"
    assert len(api.asked) == 1
    api.papers = {ids[0]: "2023-08-02"}
    answer = ask(source, ids, clock=tomorrow, refresh=True)
    assert len(api.asked) == 2
    assert answer.facts[ids[0]].published == "2023-08-02"
    assert answer.facts[ids[1]].published == "2023-08-01"  # what was known stays known
    assert answer.missing == frozenset()
    assert ask(source, ids, clock=tomorrow, refresh=True).facts == answer.facts
    assert len(api.asked) == 2


def test_refresh_without_network_keeps_what_is_known(api: Api, source: Source) -> None:
    api.papers = {"2308.00001": "2023-08-01"}
    start = time.time()
    ask(source, ["2308.00001"], clock=lambda: NOON)
    api.close()
    answer = ask(
        source, ["2308.00001"], clock=lambda: NOON + A_DAY + time.time() - start, refresh=True
    )
    assert set(answer.facts) == {"2308.00001"} and len(answer.problems) == 1


# The file of the vault.


def snapshot(path: Path, **days: str) -> Path:
    lines = [
        {"id": f"2308.{number[1:]}", "title": "From the file",
         "versions": [{"version": "v1", "created": f"Mon, {day} Aug 2023 00:00:00 GMT"}]}
        for number, day in days.items()
    ]  # fmt: skip
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def test_the_layers_in_their_order(api: Api, source: Source, tmp_path: Path) -> None:
    api.papers = dict.fromkeys(ids_of(3), "2023-08-01")
    ask(source, ids_of(1))
    file = snapshot(tmp_path / "arxiv.jsonl", _00001="28", _00002="28")
    answer = ask(replace(source, snapshot=file), ids_of(4))
    assert {one: of.title for one, of in answer.facts.items()} == {
        "2308.00001": "A Title",
        "2308.00002": "From the file",
        "2308.00003": "A Title",
    }
    assert answer.missing == {"2308.00004"}
    assert [asked.ids for asked in api.asked] == [("2308.00001",), ("2308.00003", "2308.00004")]


def test_the_file_is_read_once_until_it_changes(source: Source, tmp_path: Path) -> None:
    file = snapshot(tmp_path / "arxiv.jsonl", _00001="28")
    with_file = replace(source, snapshot=file)
    with mock.patch.object(dump_file, "facts", wraps=dump_file.facts) as read:
        for _ in range(3):
            assert set(remembered(with_file, ids_of(2))) == {"2308.00001"}
        assert read.call_count == 1
        assert set(remembered(with_file, ids_of(3))) == {"2308.00001"}
        assert read.call_args.args[1] == ["2308.00003"]
        snapshot(file, _00001="14", _00002="28")
        found = remembered(with_file, ids_of(2))
        assert found["2308.00001"].published == "2023-08-14"
        assert set(found) == set(ids_of(2))
        assert read.call_count == 3
    with closing(sqlite3.connect(source.cache)) as db:
        assert db.execute("SELECT count(DISTINCT stamp) FROM snapshot").fetchone() == (1,)


def test_a_file_that_was_not_read_to_its_end_is_read_again(source: Source, tmp_path: Path) -> None:
    file = snapshot(tmp_path / "arxiv.jsonl", _00001="28")
    file.write_text('{"id":"x"}\n' * 3000 + file.read_text("utf-8"), "utf-8")
    with_file = replace(source, snapshot=file)
    stop = threading.Event()
    stop.set()
    assert ask(with_file, ids_of(1), stop=stop).unknown == set(ids_of(1))
    assert set(remembered(with_file, ids_of(1))) == set(ids_of(1))


def test_a_file_that_is_not_there_is_a_notice_and_arxiv_is_asked(
    api: Api, source: Source, tmp_path: Path
) -> None:
    api.papers = {"2308.00001": "2023-08-01"}
    answer = ask(replace(source, snapshot=tmp_path / "none"), ["2308.00001"])
    assert set(answer.facts) == {"2308.00001"}
    assert [problem.code for problem in answer.problems] == ["facts-snapshot"]
    assert remembered(replace(source, snapshot=tmp_path / "none"), ["2308.00002"]) == {}


# The cache.


def test_without_a_cache_nothing_is_asked_and_the_file_still_speaks(
    api: Api, source: Source, tmp_path: Path
) -> None:
    source.cache.parent.mkdir()
    source.cache.write_bytes(b"no database" * 1000)
    with_file = replace(source, snapshot=snapshot(tmp_path / "arxiv.jsonl", _00001="28"))
    answer = ask(with_file, ids_of(2))
    assert set(answer.facts) == {"2308.00001"} and answer.unknown == {"2308.00002"}
    assert [problem.code for problem in answer.problems] == ["facts-cache"]
    assert set(remembered(with_file, ids_of(2))) == {"2308.00001"}
    assert not api.asked
    assert source.cache.read_bytes() == b"no database" * 1000


def test_a_cache_that_cannot_be_made_is_a_notice(api: Api, source: Source, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = ask(replace(source, cache=tmp_path / "file" / "c.sqlite"), ids_of(1))
    assert [problem.code for problem in answer.problems] == ["facts-cache"]
    assert not api.asked


def test_a_cache_of_another_version_is_made_anew(api: Api, source: Source) -> None:
    api.papers = {"2308.00001": "2023-08-01"}
    ask(source, ["2308.00001"])
    with closing(sqlite3.connect(source.cache)) as db:
        db.execute("DROP TABLE turn")
        db.execute("PRAGMA user_version = 99")
    assert remembered(source, ["2308.00001"]) == {}
    assert len(ask(source, ["2308.00001"]).facts) == 1


@pytest.mark.parametrize("damage", ["{", "[]", '{"publisht": "2023"}', "3"])
def test_a_damaged_row_is_asked_for_again(api: Api, source: Source, damage: str) -> None:
    api.papers = dict.fromkeys(ids_of(2), "2023-08-01")
    ask(source, ids_of(2))
    with closing(sqlite3.connect(source.cache)) as db, db:
        db.execute("UPDATE paper SET facts = ? WHERE id = '2308.00001'", (damage,))
    assert set(remembered(source, ids_of(2))) == {"2308.00002"}
    assert set(ask(source, ids_of(2)).facts) == set(ids_of(2))
    assert api.asked[-1].ids == ("2308.00001",)


def test_an_answer_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    with cache.opened(tmp_path / "c.sqlite") as db:
        db.execute(
            "CREATE TRIGGER bad BEFORE INSERT ON paper WHEN new.id = '2308.00003'"
            " BEGIN SELECT raise(ABORT, 'full'); END"
        )
        with pytest.raises(sqlite3.Error):
            cache.keep(db, "2023-08-14", dict.fromkeys(ids_of(3), Facts(title="x")), ())
        assert cache.rows(db, ids_of(3)) == {}


def test_the_cache_gives_back_what_it_was_given(tmp_path: Path) -> None:
    facts = Facts(
        "2023-08-14", "2023-08-15", "제목", ("A", "B"), ("cs.CL",), "10.1/x", "J", "c", "a\nb"
    )
    ids = ids_of(1200)
    with cache.opened(tmp_path / "c.sqlite") as db:
        cache.keep(db, "2023-08-14", dict.fromkeys(ids, facts), ["none"])
        found = cache.rows(db, [*ids, "none", "never"])
    assert found == dict.fromkeys(ids, ("2023-08-14", facts)) | {"none": ("2023-08-14", None)}


def test_the_real_address_is_https() -> None:
    url = ArxivConfig().url
    assert http.allowed(url) and url.startswith("https://export.arxiv.org/")

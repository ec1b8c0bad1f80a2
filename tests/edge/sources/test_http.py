"""One request: servers that are silent, slow, too big, elsewhere or not what they say."""

from __future__ import annotations

import gzip
import subprocess
import threading
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest
import requests
import urllib3
from tests.support.arxiv_server import (
    BOMB,
    FAST,
    HASTY,
    LONG,
    Act,
    Api,
    Handler,
    ask,
    body,
    dripping_body,
    dripping_head,
    feed,
    ids_of,
    messages,
    silent,
    slow_clock,
    status,
)
from vault_sync.edge.sources import client, http
from vault_sync.edge.sources.client import Bounds
from vault_sync.edge.sources.lookup import Source, remembered

# What is not asked.


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/api",
        "ftp://127.0.0.1/x",
        "https://",
        "",
        "file:///etc",
        "http://[::",
        "https://example.org:x/",
        "https://example.org:99999/",
        "http://127.0.0.1:x/",
    ],
)
def test_only_https_is_asked_but_for_this_machine(source: Source, url: str) -> None:
    answer = ask(replace(source, url=url), ["2308.00001"])
    assert answer.unknown == {"2308.00001"}
    assert "not https" in messages(answer)[0] and len(answer.problems) == 1


# A server in trouble.


def test_a_silent_server_is_tried_again_and_given_up(api: Api, source: Source) -> None:
    api.script = [silent] * 10
    started = time.monotonic()
    answer = ask(source, ids_of(2), pace=HASTY)
    assert len(api.asked) == HASTY.tries and len(messages(answer)) == 1
    assert time.monotonic() - started < LONG / 2


@pytest.mark.parametrize("drip", [dripping_body, dripping_head])
def test_a_server_that_drips_is_left_after_the_total_time(
    api: Api, source: Source, drip: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "time", slow_clock(api))
    api.script = [drip] * 10
    started = time.monotonic()
    answer = ask(source, ids_of(2), pace=FAST)
    assert time.monotonic() - started < LONG / 2
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


@pytest.mark.parametrize(
    "location",
    [
        "http://[::1",
        "//[",
        "http://x:99999999/",
        "https://\u00ff\u00fe/",
        "%",
        "http:",
        "\t",
        "//@",
    ],
)
def test_a_redirect_that_is_no_address_is_one_notice(
    api: Api, source: Source, location: str
) -> None:
    api.script = [status(302, Location=location)] * 10
    answer = ask(source, ["2308.00001"])
    assert answer.unknown == {"2308.00001"} and len(messages(answer)) == 1


def test_whatever_a_library_raises_is_one_notice(
    api: Api, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(requests.Session, "send", fail)
    answer = ask(source, ["2308.00001"])
    (message,) = messages(answer)
    assert "cannot be read (too deep)" in message and not api.asked


class Broken:
    """A session of which each request fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def get(self, *_: object, **__: object) -> None:
        raise self.error


A_GET = http.Request("https://example.org/a", ("text/plain",))
NEVER_MET = urllib3.exceptions.MaxRetryError(cast("Any", None), "/a", OSError(111, "refused"))


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (requests.exceptions.SSLError("no trust"), http.Unreachable, "no trust"),
        (requests.exceptions.ProxyError("no proxy"), http.Unreachable, "no proxy"),
        (requests.exceptions.ConnectTimeout("x"), http.Unreachable, "no connection in time"),
        (requests.exceptions.ConnectionError(NEVER_MET), http.Unreachable, "Max retries"),
        (requests.exceptions.ConnectionError("broken off"), http.Interrupted, "broken off"),
        (requests.exceptions.ConnectionError(), http.Interrupted, "ConnectionError"),
        (requests.exceptions.ReadTimeout("silent"), http.Interrupted, "silent"),
        (urllib3.exceptions.ProtocolError("no HTTP"), http.Interrupted, "no HTTP"),
        (requests.exceptions.InvalidURL("no address"), http.Unusable, "no address"),
        (KeyError("odd"), http.Unusable, "its answer cannot be read ('odd')"),
        (OSError(5, "the cable"), http.Unusable, "its answer cannot be read (the cable)"),
        (KeyError(f"{'x' * 300}"), http.Unusable, f"('{'x' * 199})"),
        (ValueError("one\ntwo"), http.Unusable, "(one)"),
    ],
)
def test_a_failure_is_said_to_be_one_of_four(
    error: Exception, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind) as caught:
        http.get(cast("Any", Broken(error)), A_GET, http.Limits(), threading.Event(), 0.0)
    assert words in str(caught.value) and type(caught.value) is kind


def test_the_innermost_cause_is_told() -> None:
    inner = OSError(113, "No route to host")
    outer = requests.exceptions.ConnectionError("<object at 0x7f>: example.org")
    outer.__cause__ = inner
    with pytest.raises(http.Interrupted, match=r"^No route to host$"):
        http.get(cast("Any", Broken(outer)), A_GET, http.Limits(), threading.Event(), 0.0)


@pytest.mark.parametrize("stopped", [True, False])
def test_whoever_does_not_answer_keeps_neither_the_caller_nor_the_process(stopped: bool) -> None:
    answer, asked, stop = threading.Event(), threading.Event(), threading.Event()

    class Silent:
        def get(self, *_: object, **__: object) -> None:
            asked.set()
            answer.wait(LONG)
            raise requests.exceptions.ReadTimeout

    others = set(threading.enumerate())
    if stopped:
        stop.set()
    with pytest.raises(http.Stopped if stopped else http.Unusable):
        http.get(cast("Any", Silent()), A_GET, http.Limits(total=LONG * stopped), stop, 0.0)
    assert asked.wait(LONG)
    assert all(thread.daemon for thread in set(threading.enumerate()) - others)
    answer.set()


def test_an_answer_may_be_as_large_as_the_limit(api: Api, source: Source) -> None:
    whole = feed([("2308.00001", "2023-08-01")])
    for room, papers in ((0, 1), (-1, 0)):
        source.cache.unlink(missing_ok=True)
        api.script = [body(whole)]
        limits = http.Limits(body=len(whole) + room)
        answer = ask(source, ["2308.00001"], pace=replace(FAST, limits=limits))
        assert len(answer.facts) == papers


@pytest.mark.parametrize("code", [300, 301, 302, 303, 307, 308, 399])
def test_each_kind_of_redirect_leads_on(api: Api, source: Source, code: int) -> None:
    api.papers = {"2308.00001": "2023-08-01"}
    api.script = [status(code, Location="/new?id_list=2308.00001&max_results=1")]
    assert set(ask(source, ["2308.00001"]).facts) == {"2308.00001"}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("9" * 400, float("inf")),
        ("\u0661", None),
        ("-1", None),
        ("Thu, 01 Jan 1970 00:16:50 GMT", 10.0),
        ("Thu, 01 Jan 1970 00:16:30 GMT", 0.0),
        ("Thu, 01 Jan 19700 00:00:00 GMT", None),
    ],
)
def test_how_long_a_server_asks_to_wait(header: str, seconds: float | None) -> None:
    assert http._seconds(header, 1000.0) == seconds


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
        ("http://127.0.0.1/x", "http://127.0.0.1/y", "http://127.0.0.1/y"),
        ("http://127.0.0.1/x", "https://127.0.0.1/y", "https://127.0.0.1/y"),
        ("http://127.0.0.1:80/x", "https://127.0.0.1:443/y", "https://127.0.0.1:443/y"),
        ("http://127.0.0.1:8080/x", "https://127.0.0.1/y", None),
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


@pytest.mark.parametrize("packed", ["br", "zstd", "gzip, gzip", "gzip, deflate, gzip"])
def test_what_is_packed_otherwise_is_not_unpacked(api: Api, source: Source, packed: str) -> None:
    twice = gzip.compress(gzip.compress(b" " * 40_000_000, 9))
    api.script = [body(twice, Content_Encoding=packed)]
    tracemalloc.start()
    answer = ask(source, ["2308.00001"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "packed as" in messages(answer)[0] and peak < 8_000_000


def test_a_run_of_requests_has_one_allowance_of_time(
    api: Api, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each answer may be slow, and all of them together may not."""
    monkeypatch.setattr(client, "time", slow_clock(api))
    api.papers = dict.fromkeys(ids_of(300), "2023-08-01")
    answer = ask(source, ids_of(300), pace=FAST, bounds=Bounds(100.0, 10**6))
    assert len(answer.unknown) == 200 and len(messages(answer)) == 1
    assert len(api.asked) == 1


def test_a_server_that_asks_to_wait_longer_than_a_pass_does_is_left_at_once(
    api: Api, source: Source
) -> None:
    api.script = [status(503, Retry_After="60")] * 5
    answer = ask(source, ids_of(3), pace=replace(FAST, longest=120.0), bounds=Bounds(20.0, 10**6))
    assert len(api.asked) == 1 and "it answers 503" in messages(answer)[0]


def test_a_run_of_answers_has_one_allowance_of_bytes(api: Api, source: Source) -> None:
    large = feed(more="<title>" + "x" * 900_000 + "</title>")
    api.script = [body(large)] * 30
    answer = ask(source, ids_of(100), bounds=Bounds(60.0, 2_000_000))
    assert "over" in messages(answer)[0] and len(api.asked) < 5


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

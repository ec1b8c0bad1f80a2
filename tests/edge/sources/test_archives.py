"""All archives over real HTTP: each asked in its way, one allowance for all, hostile ones."""

from __future__ import annotations

import ast
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.archive_server import NOTE, archives, notes, sites
from tests.support.arxiv_server import (
    A_DAY,
    FAST,
    NOON,
    Act,
    Api,
    Handler,
    ask,
    body,
    messages,
    reset,
    silent,
    slow_clock,
    status,
)
from tests.support.folders import ROOT
from vault_sync.core.sources.answers import Feed
from vault_sync.core.sources.archives import ARCHIVES, Archive, spelled
from vault_sync.edge.config import SourcesConfig
from vault_sync.edge.sources import client, http, lookup
from vault_sync.edge.sources.client import PASS, Bounds
from vault_sync.edge.sources.lookup import Source, remembered

DOI = "doi:10.1038/s41586-021-03819-2"
REVIEW, OLD_REVIEW, ACL = "openreview:KZq8r4xF2w", "openreview:rJXMpikCZ", "acl:N19-1423"
ALL = [DOI, REVIEW, OLD_REVIEW, ACL]
JSON = "application/json"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with archives() as api:
        yield api


@pytest.fixture
def source(api: Api, tmp_path: Path) -> Source:
    cache = tmp_path / "state" / "arxiv.sqlite"
    return Source(cache, f"{api.url}/arxiv", sites(api), contact="reader@example.org")


def at(start: float) -> Callable[[], float]:
    """Return a clock that begins at `start`."""
    began = time.time()
    return lambda: start + time.time() - began


def paths(api: Api) -> list[str]:
    return [asked.path for asked in api.asked]


def test_each_archive_is_asked_for_its_own_and_answers_are_remembered(
    api: Api, source: Source
) -> None:
    answer = ask(source, ALL)
    assert {one: of.title for one, of in answer.facts.items()} == {
        DOI: "Highly accurate protein structure prediction & AlphaFold",
        REVIEW: "Quiet Gradients",
        OLD_REVIEW: "Graph Attention",
        ACL: "BERT: Pre-training of Deep Bidirectional Transformers",
    }
    assert paths(api) == [
        "/crossref/works/10.1038/s41586-021-03819-2",
        "/openreview2/notes?id=KZq8r4xF2w",
        "/openreview2/notes?id=rJXMpikCZ",
        "/openreview1/notes?id=rJXMpikCZ",
        "/acl/N19-1423.xml",
    ]
    assert all("mailto:reader@example.org" in asked.headers["User-Agent"] for asked in api.asked)
    assert [asked.headers["Accept"].partition(",")[0] for asked in api.asked] == [
        *[JSON] * 4,
        "application/xml",
    ]
    assert remembered(source, ALL) == answer.facts == ask(source, ALL).facts
    assert len(api.asked) == 5


def test_many_dois_are_one_question_and_what_is_missing_waits_until_tomorrow(
    api: Api, source: Source
) -> None:
    dois = [DOI, *(f"doi:10.1000/{number}" for number in range(25))]
    answer = ask(source, dois, clock=at(NOON))
    assert set(answer.facts) == {DOI} and len(answer.missing) == 25
    assert len(api.asked) == 2 and api.asked[0].path.count("doi:") == 25
    ask(source, dois, clock=at(NOON))
    assert len(api.asked) == 2
    ask(source, dois, clock=at(NOON + A_DAY))
    assert len(api.asked) == 3


def test_a_paper_that_no_address_has_is_missing(api: Api, source: Source) -> None:
    unknown = ["openreview:none", "acl:P19-9999", "doi:10.1000/none"]
    answer = ask(source, unknown)
    assert answer.missing == set(unknown) and answer.problems == ()
    assert len(api.asked) == 4


@pytest.mark.parametrize("how", [{"offline": True}, {"enabled": False}, {"sites": {}}])
def test_who_is_not_to_be_asked_is_not(api: Api, source: Source, how: dict[str, Any]) -> None:
    answer = ask(replace(source, **how), ALL)
    assert answer.unknown == set(ALL) and not api.asked


def test_one_archive_in_trouble_leaves_the_others(api: Api, source: Source) -> None:
    api.script = [body(b"<html>Sign in</html>", "text/html")]
    answer = ask(source, ALL)
    assert set(answer.facts) == {REVIEW, OLD_REVIEW, ACL}
    (message,) = messages(answer)
    assert message.startswith("no facts from Crossref for now: it answers with text/html")


HOSTILE: list[tuple[Act, str]] = [
    (status(302, Location="http://[::1"), "another host"),
    (status(302, Location="https://example.org/x"), "another host"),
    (body(b"<html>Sign in</html>", "text/html"), "text/html"),
    (body(b"<feed/>", "application/atom+xml"), "application/atom+xml"),
    (body(b'{"a":' * 200_000, JSON), "too deep"),
    (body(b"not json", JSON), "no JSON"),
    (body(b"[1]", JSON), "no JSON object"),
    (body(b"x" * 1_100_000, JSON), "over 1 MB"),
    (status(429, Retry_After="1800"), "left alone for 30 min"),
    (status(500), "500"),
    (reset, ""),
]


def test_papers_of_a_broken_answer_about_several_are_asked_for_again(
    api: Api, source: Source
) -> None:
    """Which of them broke it nobody can say."""
    api.script = [body(b"broken", JSON)]
    dois = [DOI, "doi:10.1000/1"]
    assert len(ask(source, dois, clock=at(NOON)).problems) == 1
    second = ask(source, dois, clock=at(NOON))
    assert set(second.facts) == {DOI} and len(api.asked) == 2


@pytest.mark.parametrize(("act", "why"), HOSTILE)
def test_a_hostile_answer_is_one_notice(api: Api, source: Source, act: Act, why: str) -> None:
    api.script = [act] * 10
    answer = ask(source, [DOI])
    assert not answer.facts and len(api.asked) <= FAST.tries
    (message,) = messages(answer)
    assert message.startswith("no facts from Crossref for now: ") and why in message


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<modsCollection>" * 100, "no MODS"),
        ('<modsCollection xmlns="http://www.loc.gov/mods/v3">' + "<a>" * 99, "too many elements"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "DOCTYPE"),
    ],
)
def test_hostile_xml_is_one_notice(api: Api, source: Source, text: str, why: str) -> None:
    api.script = [body(text.encode(), "text/xml")]
    assert why in messages(ask(source, [ACL]))[0]


def test_one_papers_broken_answer_does_not_keep_the_next_from_being_asked_for(
    api: Api, source: Source
) -> None:
    api.script = [body(b"broken", JSON)]
    first = ask(source, [OLD_REVIEW, REVIEW], clock=at(NOON))
    assert not first.facts and len(first.problems) == 1
    second = ask(source, [OLD_REVIEW, REVIEW], clock=at(NOON))
    assert set(second.facts) == {REVIEW} and second.missing == {OLD_REVIEW}


def test_a_minute_and_64_mb_hold_over_all_archives_together(
    api: Api, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Crossref is silent and is left after its part of the time; the others still get theirs."""
    assert Bounds(60.0, 64_000_000) == PASS
    api.script = [silent]
    for module in (client, http):
        monkeypatch.setattr(module, "time", slow_clock(api, PASS.seconds / 2))
    pace = replace(FAST, limits=http.Limits(connect=100.0, read=100.0, total=100.0))
    slow = replace(source, sites=sites(api))
    answer = ask(slow, ALL, pace=pace, bounds=PASS)
    assert set(answer.facts) == {REVIEW, OLD_REVIEW, ACL} and len(messages(answer)) == 1


def test_who_is_asked_later_has_what_the_others_left(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each its part of the seconds that are left, and the last all of them."""
    totals: list[float] = []

    def get(*given: Any) -> http.Reply:
        totals.append(given[2].total)
        return http.Reply(404)

    monkeypatch.setattr(http, "get", get)
    monkeypatch.setattr(client, "time", SimpleNamespace(monotonic=lambda: 1000.0))
    pace = replace(FAST, limits=http.Limits(total=100.0))
    answer = ask(source, [DOI, REVIEW, ACL], pace=pace, bounds=Bounds(60.0, 10**6))
    assert answer.missing == {DOI, REVIEW, ACL}
    assert totals == [20.0, 30.0, 30.0, 60.0], "OpenReview has two addresses"


def test_the_bytes_of_all_archives_are_counted_together(api: Api, source: Source) -> None:
    padded = {**NOTE, "content": {**NOTE["content"], "more": {"value": "x" * 60_000}}}
    api.script = [body(notes(padded), JSON)]
    answer = ask(source, [REVIEW, ACL], bounds=Bounds(60.0, 60_500))
    assert REVIEW not in answer.facts and "over" in messages(answer)[0]


def test_stopping_ends_all_archives(api: Api, source: Source) -> None:
    stop = threading.Event()

    def halt(handler: Handler, _ids: tuple[str, ...]) -> None:
        stop.set()
        handler.send(json.dumps({}).encode(), kind=JSON)

    api.script = [halt]
    assert ask(source, ALL, stop=stop).unknown == set(ALL)
    assert len(api.asked) == 1


def test_the_real_addresses_are_https() -> None:
    assert all(http.allowed(url) for urls in SourcesConfig().sites.values() for url in urls)


MODS = (
    '<modsCollection xmlns="http://www.loc.gov/mods/v3"><mods><titleInfo><title>T</title>'
    "</titleInfo><location><url>{url}</url></location></mods></modsCollection>"
)


@pytest.mark.parametrize("url", ["http://[::1", "http://a\u2100b/", "http://[", "//]"])
def test_an_address_that_is_none_is_no_error(api: Api, source: Source, url: str) -> None:
    api.script = [body(MODS.format(url=url).encode(), kind="application/xml")]
    assert ACL in ask(source, [ACL]).unknown
    assert DOI in ask(source, [DOI]).facts


@pytest.mark.parametrize(
    "error", [ValueError, RecursionError, UnicodeError, KeyError, AttributeError, MemoryError]
)
def test_whatever_an_answer_does_to_its_reader_is_a_refusal(
    source: Source, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """It names the host, and the papers of other archives have their facts."""

    def read(*_: object) -> Feed:
        raise error

    planted = tuple(each._replace(read=read) if each.kind == "doi" else each for each in ARCHIVES)
    monkeypatch.setattr(lookup, "ARCHIVES", planted)
    monkeypatch.setattr(lookup, "spelled", lambda name: _spelled(name, planted))
    answer = ask(source, [DOI, ACL])
    assert ACL in answer.facts
    (problem,) = answer.problems
    assert "127.0.0.1" in problem.path and error.__name__ in problem.message


def _spelled(name: str, planted: tuple[Archive, ...]) -> tuple[Archive, str]:
    archive, one = spelled(name)
    return next(each for each in planted if each.kind == archive.kind), one


def test_one_place_calls_the_readers_of_answers() -> None:
    """Each `read` of an archive is called by `client._answered` alone, which fears no answer."""
    readers = {"anthology", "atom", "crossref", "openreview", "archive"}
    found = [
        f"{path.name}:{function.name}"
        for path in sorted((ROOT / "vault_sync").rglob("*.py"))
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "read"
        and ast.unparse(node.func.value).rpartition(".")[2] in readers
    ]
    assert found == ["client.py:_answered"]

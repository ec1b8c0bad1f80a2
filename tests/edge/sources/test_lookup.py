"""Facts in layers, over real HTTP: what is not asked, what is asked once, what is remembered."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.support.arxiv_server import A_DAY, NOON, Api, ask, body, feed, ids_of, messages
from tests.support.folders import CORPUS, ROOT, SAMPLE, needs_corpus
from vault_sync.core.model.values import Facts
from vault_sync.edge.config import ArxivConfig
from vault_sync.edge.sources import dump_file, http
from vault_sync.edge.sources.lookup import Answer, Source, remembered

TRUTH = CORPUS / "weeks" / "flat" / "truth.json"


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
        "from vault_sync.edge.sources.lookup import Source, look_up\n"
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


def test_every_spelling_of_an_id_is_one_question(api: Api, source: Source) -> None:
    api.papers = {"math/0309136": "2003-09-08", "2308.00001": "2023-08-01"}
    asked = ["math.GT/0309136v1", "math/0309136", "2308.00001v3", "2308.00001"]
    answer = ask(source, asked)
    assert api.asked[0].ids == ("math/0309136", "2308.00001") and len(api.asked) == 1
    assert set(answer.facts) == set(asked)
    assert answer.facts["math.GT/0309136v1"].published == "2003-09-08"


@needs_corpus
def test_the_corpus_is_six_requests(api: Api, source: Source) -> None:
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


def test_a_paper_that_the_archive_has_not_is_answered_for_too(api: Api, source: Source) -> None:
    ids = ids_of(3)
    api.papers = {ids[0]: "2023-08-01"}
    steps: list[tuple[int, int]] = []
    answer = ask(source, ids, progress=lambda done, of: steps.append((done, of)))
    assert answer.missing == {*ids[1:]} and steps == [(0, 3), (3, 3)]


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
    assert [(each.code, each.path) for each in answer.problems] == [
        ("facts-cache", str(source.cache))
    ]
    assert set(remembered(with_file, ids_of(2))) == {"2308.00001"}
    assert not api.asked
    assert source.cache.read_bytes() == b"no database" * 1000


def test_a_cache_that_cannot_be_made_is_a_notice(api: Api, source: Source, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = ask(replace(source, cache=tmp_path / "file" / "c.sqlite"), ids_of(1))
    assert [problem.code for problem in answer.problems] == ["facts-cache"]
    assert not api.asked


def test_the_real_address_is_https() -> None:
    url = ArxivConfig().url
    assert http.allowed(url) and url.startswith("https://export.arxiv.org/")

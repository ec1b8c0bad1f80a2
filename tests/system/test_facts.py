"""Facts from arXiv in the whole program: the installed command, a vault, and a real HTTP server.

The server stands on loopback, where requests are 50 ms apart and not three seconds.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from tests.support import arxiv_server, fork_server
from tests.support.arxiv_server import Act, Handler
from tests.support.folders import SAMPLE
from tests.support.vaults import DIGEST, OCTOPACK, Vault
from vault_sync import __version__
from vault_sync.core.digest import editor as digest_lens
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.digest.reader import Entry
from vault_sync.core.model.values import Facts
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.property_table import fact_names
from vault_sync.edge.sources import dump_file
from vault_sync.edge.state.store import open_state
from vault_sync.sync.facts import facts_cache

UNDATED = "papers/OctoPack.md"
CAUSAL = "CausalLM is not optimal for in-context learning.md"
ALL_FACTS = fact_names()


# The server.


@dataclass
class Api(arxiv_server.Api):
    """arXiv as it is here: `facts` are what it has, `otherwise` what it does with a request.

    Each request has a connection of its own: of a server that stopped nothing is left.
    """

    facts: dict[str, Facts] = field(default_factory=dict)
    let_go: threading.Event = field(default_factory=threading.Event)

    def answer(self, handler: Handler, ids: tuple[str, ...]) -> None:
        send(handler, feed({one: self.facts[one] for one in ids if one in self.facts}))

    def hold(self, handler: Handler, ids: tuple[str, ...]) -> None:
        """A server that takes its time: until it is let go."""
        self.let_go.wait(30)
        self.answer(handler, ids)


def send(handler: Handler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send(body, status, Connection="close", **headers)


def feed(papers: Mapping[str, Facts]) -> bytes:
    entries = "".join(_entry(one, paper) for one, paper in papers.items())
    return (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" '
        f'xmlns:arxiv="http://arxiv.org/schemas/atom">{entries}</feed>'
    ).encode()


def _entry(one: str, paper: Facts) -> str:
    more = {"doi": paper.doi, "journal_ref": paper.journal, "comment": paper.comment}
    return (
        f"<entry><id>http://arxiv.org/abs/{one}v3</id><title>{escape(paper.title)}</title>"
        f"<published>{paper.published}T10:00:00Z</published>"
        f"<updated>{paper.updated or paper.published}T12:00:00Z</updated>"
        f"<summary>{escape(paper.abstract)}</summary>"
        + "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
        + "".join(f'<category term="{term}"/>' for term in paper.categories)
        + "".join(f"<arxiv:{name}>{escape(of)}</arxiv:{name}>" for name, of in more.items() if of)
        + "</entry>"
    )


def refuse(handler: Handler, ids: tuple[str, ...]) -> None:
    send(handler, b"", 403)


def elsewhere(handler: Handler, ids: tuple[str, ...]) -> None:
    send(handler, b"", 302, Location="https://example.org/api/query")


def bomb(handler: Handler, ids: tuple[str, ...]) -> None:
    send(handler, b'<!DOCTYPE x [<!ENTITY a "ha">]><feed>&a;</feed>')


@pytest.fixture
def api() -> Iterator[Api]:
    lines = (SAMPLE / "arxiv.jsonl").read_text("utf-8").splitlines()
    ids = [json.loads(line)["id"] for line in lines]
    made = Api(facts=dict(dump_file.facts(SAMPLE / "arxiv.jsonl", ids).facts))
    made.start()
    yield made
    made.let_go.set()
    made.close()


def configured(vault: Vault, api: Api, more: str = "", **tables: str) -> Vault:
    """The vault, asking this server and no file."""
    others = "".join(f"[{name}]\n{text}\n" for name, text in tables.items())
    vault.write("vault-sync.toml", f'[arxiv]\nurl = "{api.url}"\n{more}\n{others}')
    return vault


def notes_of(vault: Vault) -> dict[str, note_lens.Note]:
    read = {
        path: note_lens.read(content.decode())
        for path, content in vault.files().items()
        if path.endswith(".md") and not path.startswith("digests/")
    }
    return {path: note for path, note in read.items() if note.managed}


# Where nothing is asked.


def test_who_only_looks_asks_nothing(vault: Vault, api: Api) -> None:
    configured(vault, api)
    vault.ok("rebuild", "--offline")
    assert vault.ok("check").out == ""
    vault.edit(DIGEST, "정말 애매하네요", "꽤 애매하네요")
    for looking in ("check", "diff", "status"):
        vault.run(looking)
    ran = vault.ok("sync", "--dry-run")
    assert "(dry run" in ran.out and "arXiv was not asked: 14 papers wait" in ran.err
    assert api.asked == []


def test_notes_that_lack_nothing_are_not_asked_about(vault: Vault, api: Api) -> None:
    vault.ok("rebuild", "--offline")  # with the file of facts; the cache has none of arXiv's
    configured(vault, api, watch="settle = 0.05\nquiet = 0")
    assert "nothing to do" in vault.ok("sync").out
    assert "no note lacks a fact" in vault.ok("facts").out
    with running(vault, "watch"):
        until(lambda: "last pass" in vault.run("status").out)
        vault.edit(DIGEST, "정말 애매하네요", "꽤 애매하네요")
        until(lambda: "꽤 애매하네요" in vault.read(f"papers/230814 {CAUSAL}"))
    assert api.asked == []


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_hook_asks_nothing(vault: Vault, api: Api) -> None:
    configured(vault, api)
    vault.environ["GIT_CONFIG_GLOBAL"] = "/dev/null"
    vault.ok("rebuild", "--offline")
    for words in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *words], cwd=vault.root, env=vault.env, check=True)
    vault.ok("check", "--staged")
    assert api.asked == []


def test_just_any_page_is_left_without_facts_and_without_error(
    empty_vault: Vault, api: Api
) -> None:
    configured(empty_vault, api)
    empty_vault.write("digests/week.md", "https://blog.example/post\nA Post (Some One)\n#x\n")
    assert empty_vault.ok("rebuild").err == ""
    assert "no note lacks a fact" in empty_vault.ok("facts").out
    assert set(notes_of(empty_vault)) == {"papers/A Post.md"}
    assert api.asked == []


# What is asked.


def test_the_notes_are_those_that_a_file_of_facts_gives(
    vault: Vault, settled: Vault, api: Api
) -> None:
    configured(vault, api, 'contact = "reader@example.org"')
    assert vault.ok("rebuild").err == ""
    made, wanted = vault.files(), settled.files()
    assert {path for path in made if made[path] != wanted[path]} == {"vault-sync.toml"}
    assert made.keys() == wanted.keys()
    (asked,) = api.asked
    assert len(asked.ids) == 14
    assert asked.headers["User-Agent"].startswith(f"vault-sync/{__version__} (")
    assert "mailto:reader@example.org" in asked.headers["User-Agent"]
    for again in (["sync"], ["rebuild"], ["facts"], ["facts", "--refresh"]):
        assert "nothing to do" in vault.ok(*again).out
    assert len(api.asked) == 1


def test_every_spelling_of_an_address_leads_to_its_facts(empty_vault: Vault, api: Api) -> None:
    api.facts |= {
        "cs/0703041": Facts(published="2007-03-09", title="An Old One", authors=("Al Ba",)),
        "2308.00009": Facts(published="2023-08-09", title="Zeta: <b>A</b> `= x` [[y]] #z"),
    }
    urls = (
        "https://arxiv.org/abs/cs/0703041",
        "https://www.alphaxiv.org/abs/2308.07124v2",
        "https://huggingface.co/papers/2308.07317",
        "https://arxiv.org/pdf/2308.00009v1.pdf",
    )
    digest = "week\n" + "".join(f"{url}\n짧은 글.\n#x\n" for url in urls)
    configured(empty_vault, api).write("digests/week.md", digest)
    empty_vault.ok("rebuild")
    notes = notes_of(empty_vault)
    assert set(notes) == {
        "papers/070309 An Old One.md",
        "papers/230814 OctoPack.md",
        "papers/230814 Platypus.md",
        "papers/230809 Zeta.md",
    }
    assert notes["papers/070309 An Old One.md"].fields.authors == ("Al Ba",)
    assert notes["papers/230809 Zeta.md"].fields.title == "Zeta: < b>A< /b> ‘= x‘ [ [y] ] #z"
    # The digest stays as its author wrote it: it gets its links, and no title of a stranger's.
    assert digest_lens.export(empty_vault.read("digests/week.md")) == digest
    assert all(not entry.fields.title for entry in entries(empty_vault, "digests/week.md"))
    (asked,) = api.asked
    assert set(asked.ids) == {"cs/0703041", "2308.07124", "2308.07317", "2308.00009"}


def entries(vault: Vault, path: str) -> tuple[Entry, ...]:
    return digest_reader.read(vault.read(path)).entries


def test_all_facts_once_and_then_the_readers(vault: Vault, api: Api) -> None:
    configured(vault, api, f"facts = {json.dumps(ALL_FACTS)}")
    api.facts["2308.07124"] = Facts(
        published="2023-08-14",
        updated="2024-02-18",
        title="OctoPack",
        categories=("cs.CL", "cs.AI"),
        doi="10.1000/182",
        journal="J. of `Tests` 3",
        comment="60 pages: 9 main",
        abstract="Finetuning.\n# No heading\n```dataviewjs\nx\n#tag [[link]] <% tp %>",
    )
    vault.ok("rebuild")
    text = vault.read(OCTOPACK)
    assert (
        "published: 2023-08-14\nyear: 2023\nupdated: 2024-02-18\n"
        "categories:\n  - cs.CL\n  - cs.AI\n"
        'doi: 10.1000/182\njournal: J. of ‘Tests‘ 3\ncomment: "60 pages: 9 main"\n'
        "pdf: https://arxiv.org/pdf/2308.07124\ncitekey: muennighoff2023octopack\n"
    ) in text
    callout = text.partition("\n---\n\n")[2].partition("\n\n## [[")[0]
    assert callout.startswith("> [!abstract]- Abstract\n> Finetuning.")
    assert all(line.startswith(">") for line in callout.split("\n"))
    assert not re.search(r"`|<%|\[\[| #\w|> #", callout)
    assert "journal" not in vault.read("papers/230814 Platypus.md")
    assert "nothing to do" in vault.ok("sync").out
    assert len(api.asked) == 1  # what arXiv does not have is not asked for again

    vault.edit(OCTOPACK, callout + "\n\n", "")
    vault.edit(OCTOPACK, "journal: J. of ‘Tests‘ 3", "journal: 내 잡지")
    vault.edit(OCTOPACK, "doi: 10.1000/182\n", "")
    vault.ok("sync")
    after = vault.read(OCTOPACK)
    assert (
        "[!abstract]" not in after and "journal: 내 잡지" in after and "doi: 10.1000/182" in after
    )
    vault.ok("check")
    assert len(api.asked) == 1


def test_facts_are_asked_for_by_the_note(vault: Vault, api: Api) -> None:
    configured(vault, api)
    vault.ok("rebuild", "--offline")
    ran = vault.ok("facts", UNDATED, "Platypus")
    assert "2 of 2 papers are known" in ran.out and "2 renamed" in ran.out
    assert api.asked[0].ids == ("2308.07124", "2308.07317")
    assert "[[230814 OctoPack|" in vault.read(DIGEST)
    assert vault.run("facts", "nothing.md").code == 2
    assert vault.run("facts", DIGEST).code == 2
    del api.facts["2308.07037"]
    ran = vault.ok("facts")
    assert "11 of 12 papers are known; nobody has 2308.07037" in ran.out
    assert len(api.asked) == 2 and len(api.asked[1].ids) == 12
    assert vault.ok("sync").err == "" and len(api.asked) == 2


# Where there is no network.


@pytest.mark.parametrize(
    "act", [None, refuse, elsewhere, bomb], ids=["nobody", "403", "redirect", "doctype"]
)
def test_no_network_is_said_in_one_line_and_mended_by_the_next_run(
    vault: Vault, settled: Vault, api: Api, act: Act | None
) -> None:
    configured(vault, api)
    if act is None:
        api.close()
    else:
        api.otherwise = act
    ran = vault.ok("rebuild")
    assert len(ran.err.splitlines()) == 1 and "no facts from arXiv for now" in ran.err
    assert "14 made" in ran.out and UNDATED in vault.files()
    vault.ok("check")
    if act is not None:
        return
    api.start()
    ran = vault.ok("sync")
    assert ran.err == "" and "14 renamed" in ran.out
    assert vault.files().keys() == settled.files().keys()
    assert vault.read(DIGEST) == settled.read(DIGEST)
    for path, note in notes_of(vault).items():
        other = note_lens.read(settled.read(path))
        assert (note.fields, note.text[note.properties.body :]) == (
            other.fields,
            other.text[other.properties.body :],
        )
        assert note.properties.items("published") == other.properties.items("published")
        assert note.properties.items("mentions") == other.properties.items("mentions")


def test_offline_and_disabled_are_no_trouble(vault: Vault, api: Api) -> None:
    configured(vault, api)
    ran = vault.ok("rebuild", "--offline")
    assert ran.err == (
        "arXiv: note: arXiv was not asked: 14 papers wait for their facts, "
        "which come with a later run\n"
    )
    (said,) = vault.ok("--json", "sync", "--offline").json["problems"]
    assert (said["level"], said["code"]) == ("notice", "facts-offline")
    configured(vault, api, "enabled = false")
    assert vault.ok("sync").err == ""
    ran = vault.ok("facts")
    assert len(ran.err.splitlines()) == 1 and "enabled = false" in ran.err
    (said,) = vault.ok("--json", "facts").json["problems"]
    assert (said["level"], said["code"]) == ("notice", "facts-disabled")
    assert api.asked == []


def test_what_comes_late_is_renamed_once_and_links_follow(vault: Vault, api: Api) -> None:
    configured(vault, api)
    vault.ok("rebuild", "--offline")
    text = "https://example.org/a\nOther (Some One)\n[[OctoPack]]과 [[Platypus|오리]] 참조.\n#x\n"
    vault.write("digests/week.md", text)
    vault.write("papers/230814 platypus.md", "남의 글\n")
    vault.ok("sync", "--offline")
    (vault.root / "papers/Bayesian Flow Networks.md").rename(vault.root / "papers/내 이름.md")
    vault.ok("sync")
    notes = notes_of(vault)
    assert {"papers/230814 Platypus (2308.07317).md", OCTOPACK, "papers/내 이름.md"} <= set(notes)
    assert notes["papers/내 이름.md"].properties.scalar("published") == "2023-08-14"
    said = "[[230814 OctoPack]]과 [[230814 Platypus (2308.07317)|오리]] 참조."
    assert said in vault.read("digests/week.md") and said in vault.read("papers/Other.md")
    assert notes["papers/Other.md"].properties.items("mentions") == (
        "[[230814 OctoPack]]",
        "[[230814 Platypus (2308.07317)]]",
    )
    assert "[[내 이름|Bayesian Flow Networks]]" in vault.read(DIGEST)
    vault.edit(OCTOPACK, "published: 2023-08-14", "published: 2023-08-20")
    assert "nothing to do" in vault.ok("sync").out
    vault.ok("check")


def test_a_name_is_dated_where_no_fact_is_to_be_a_property(vault: Vault, api: Api) -> None:
    configured(vault, api, "facts = []")
    vault.ok("rebuild", "--offline")
    assert "14 renamed" in vault.ok("sync").out
    assert "published" not in vault.read(OCTOPACK)
    assert "nothing to do" in vault.ok("sync").out and len(api.asked) == 1


# Many papers.


def corpus_vault(vault: Vault, api: Api, corpus: Path, kind: str) -> list[dict[str, Any]]:
    truth: list[dict[str, Any]] = json.loads((corpus / "weeks" / kind / "truth.json").read_text())
    api.facts = {each["arxiv"]: Facts(published=each["day"]) for each in truth}
    shutil.copytree(
        corpus / "weeks" / kind / "digests", vault.root / "digests", copy_function=shutil.copyfile
    )
    configured(vault, api)
    return truth


def strangers(vault: Vault, truth: list[dict[str, Any]]) -> set[str]:
    """Names that the corpus' author gave and that no note has; every note has its day."""
    days = {each["arxiv"]: each["day"] for each in truth}
    notes = notes_of(vault)
    assert len(notes) == len(truth) == 507
    for note in notes.values():
        assert note.properties.scalar("published") == days[note.properties.scalar("arxiv")]
    return {each["name"] for each in truth} - {Path(path).stem for path in notes}


@pytest.mark.sweep  # as much is seen below, where the network is taken away
def test_the_corpus_is_six_requests(empty_vault: Vault, api: Api, corpus: Path) -> None:
    truth = corpus_vault(empty_vault, api, corpus, "flat")
    assert empty_vault.ok("rebuild").err == ""
    assert [len(asked.ids) for asked in api.asked] == [100] * 5 + [7]
    rest = strangers(empty_vault, truth)
    assert len(rest) <= 5, rest
    assert "nothing to do" in empty_vault.ok("sync").out
    assert len(api.asked) == 6


def test_the_network_taken_away_in_the_middle(empty_vault: Vault, api: Api, corpus: Path) -> None:
    truth = corpus_vault(empty_vault, api, corpus, "spaced")

    def last(handler: Handler, ids: tuple[str, ...]) -> None:
        if len(api.asked) == 3:
            api.close()
        api.answer(handler, ids)

    api.otherwise = last
    ran = empty_vault.ok("rebuild")
    assert len(ran.err.splitlines()) == 1 and "no facts from arXiv for now" in ran.err
    dated = [note for note in notes_of(empty_vault).values() if note.properties.items("published")]
    assert len(dated) == 300 and "507 made" in ran.out
    empty_vault.ok("check")
    api.start()
    ran = empty_vault.ok("sync")
    assert ran.err == "" and "207 renamed" in ran.out
    assert [len(asked.ids) for asked in api.asked] == [100, 100, 100, 100, 100, 7]
    assert len(strangers(empty_vault, truth)) <= 5
    empty_vault.ok("check")


def test_three_processes_keep_the_interval_together(empty_vault: Vault, api: Api) -> None:
    vaults = [Vault(empty_vault.root / name, empty_vault.state) for name in "abc"]
    for number, vault in enumerate(vaults):
        ids = [f"2308.{100 * number + each:05}" for each in range(1, 4)]
        api.facts |= {one: Facts(published="2023-08-01", title=f"T {one}") for one in ids}
        configured(vault, api)
        vault.write("digests/w.md", "".join(f"https://arxiv.org/abs/{one}\n#x\n" for one in ids))
    processes = [started(vault, "rebuild") for vault in vaults]
    for process in processes:
        assert process.communicate(timeout=100)[1] == b"" and process.returncode == 0
    assert len(api.asked) == 3 and all(len(notes_of(vault)) == 3 for vault in vaults)
    asked = sorted(api.asked, key=lambda each: each.came)
    assert min(b.came - a.left for a, b in pairwise(asked)) >= 0.049


# What ends while it waits.


def started(vault: Vault, *arguments: str) -> fork_server.Run:
    return fork_server.Run(["--vault", str(vault.root), *arguments], vault.root, vault.env)


@contextmanager
def running(vault: Vault, *arguments: str) -> Iterator[fork_server.Run]:
    process = started(vault, *arguments)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def later(handler: Handler, ids: tuple[str, ...]) -> None:
    """A server that asks to be left alone, for less than a pass would wait."""
    send(handler, b"", 503, Retry_After="30")


def waits_for_its_turn(vault: Vault) -> bool:
    """The answer has come, and the next request has its time: nothing but the wait is left."""
    with closing(sqlite3.connect(facts_cache(open_state(vault.root, vault.env)))) as cache:
        return cache.execute("SELECT 1 FROM turn WHERE busy = 0").fetchone() is not None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
@pytest.mark.parametrize(
    ("command", "waits_for"),
    [("rebuild", "an answer"), ("sync", "its turn"), ("facts", "an answer")],
)
def test_a_signal_ends_the_wait_at_once(
    vault: Vault, api: Api, command: str, waits_for: str, number: signal.Signals
) -> None:
    configured(vault, api)
    api.otherwise = api.hold if waits_for == "an answer" else later
    before = vault.files()
    with running(vault, command) as process:
        assert api.heard.wait(100)
        until(lambda: waits_for == "an answer" or waits_for_its_turn(vault))
        process.send_signal(number)
        _, said = process.communicate(timeout=25)  # either is waited for 30 s
    assert process.returncode == 130
    assert said.decode().strip() == "interrupted; what was written is whole"
    assert vault.files() == before
    # No lock is held, and the turn was given back: it would be held for a minute and more.
    api.otherwise = api.answer
    api.let_go.set()
    if waits_for == "an answer":
        assert vault.ok("sync").err == "" and OCTOPACK in vault.files()
    else:
        vault.ok("sync", "--offline")


# The daemon.


def until(met: Callable[[], object], seconds: float = 100.0) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def test_the_daemon_asks_beside_its_passes(vault: Vault, api: Api) -> None:
    configured(vault, api, watch="settle = 0.05\nquiet = 0")
    api.otherwise = api.hold
    with running(vault, "watch") as process:
        assert api.heard.wait(100)
        assert (vault.root / UNDATED).exists()
        vault.edit(DIGEST, "정말 애매하네요", "꽤 애매하네요")
        until(lambda: "꽤 애매하네요" in vault.read(f"papers/{CAUSAL}"))
        api.let_go.set()
        until(lambda: "[[230814 OctoPack|" in vault.read(DIGEST))
        until(lambda: vault.run("check").code == 0)
        vault.edit(DIGEST, "꽤 애매하네요", "퍽 애매하네요")
        until(lambda: "퍽 애매하네요" in vault.read(f"papers/230814 {CAUSAL}"))
        assert len(api.asked) == 1 and len(api.asked[0].ids) == 14
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=100)
        assert process.returncode == 0
    assert len(notes_of(vault)) == 14


def test_a_daemon_that_waits_for_an_answer_ends_at_once(vault: Vault, api: Api) -> None:
    configured(vault, api)
    api.otherwise = api.hold
    with running(vault, "watch") as process:
        assert api.heard.wait(100)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=25)
        assert process.returncode == 0

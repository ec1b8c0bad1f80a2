"""Papers from Crossref, OpenReview and the ACL Anthology in the whole program, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.archive_server import archives, configuration
from tests.support.arxiv_server import Api
from tests.support.vaults import Vault

WEEK = "digests/2023-W33.md"
FIRST = "# 2023-W33\n\nhttps://blog.example/post\nA Post (Some One)\nwords\n#x\n"
GIVEN = (
    "https://doi.org/10.1038/s41586-021-03819-2",
    "https://openreview.net/pdf?id=rJXMpikCZ",
    "https://www.aclweb.org/anthology/N19-1423.pdf",
)
PAGES = (
    GIVEN[0],
    "https://openreview.net/forum?id=rJXMpikCZ",
    "https://aclanthology.org/N19-1423",
)
PROTEIN = "Highly accurate protein structure prediction & AlphaFold"
TITLES = (
    f"{PROTEIN} (John Jumper, Demis Hassabis Jr., The AlphaFold Team)",
    "Graph Attention (Petar V.)",
    "BERT: Pre-training of Deep Bidirectional Transformers (Jacob Devlin, Ming-Wei Chang)",
)


@pytest.fixture
def api() -> Iterator[Api]:
    with archives() as api:
        yield api


@pytest.fixture
def vault(empty_vault: Vault, api: Api) -> Vault:
    facts = 'facts = ["published", "year", "doi", "journal", "pdf", "citekey"]\n'
    empty_vault.write("vault-sync.toml", f"[arxiv]\n{facts}{configuration(api)}")
    empty_vault.write(WEEK, FIRST)
    return empty_vault


def test_add_fills_in_what_archives_know(vault: Vault, api: Api) -> None:
    ran = vault.ok("add", *GIVEN, "--to", WEEK, "--now")
    assert ran.err == "" and ran.out.count(": added  ") == 3
    text = vault.read(WEEK)
    assert all(f"{url}\n{title}\n" in text for url, title in zip(PAGES, TITLES, strict=True))
    asked = len(api.asked)
    vault.ok("rebuild")
    note = vault.read(f"papers/210715 {PROTEIN}.md")
    for line in ("published: 2021-07-15", "year: 2021", "journal: Nature"):
        assert f"\n{line}\n" in note
    note = vault.read("papers/BERT.md")
    assert "published" not in note and "\nyear: 2019\n" in note
    assert "\npdf: https://aclanthology.org/N19-1423.pdf\ncitekey: devlin2019bert\n" in note
    assert len(api.asked) == asked  # the answers are remembered
    assert "nothing to do" in vault.ok("sync").out
    assert len(api.asked) == asked


def test_offline_the_address_alone_and_the_title_comes_later(vault: Vault, api: Api) -> None:
    ran = vault.ok("add", "--offline", "--to", WEEK, "--now", "10.1038/s41586-021-03819-2")
    assert "added, the address alone" in ran.out and api.asked == []
    waits = vault.ok("rebuild", "--offline")
    assert "Crossref was not asked: 1 paper waits for its facts" in waits.err and api.asked == []
    vault.ok("sync")
    found = [path for path in vault.files() if path.startswith("papers/210715 Highly")]
    assert len(found) == 1 and "authors:\n  - John Jumper\n" in vault.read(found[0])


def test_an_archive_that_is_not_to_be_asked_and_one_that_has_no_such_paper(
    vault: Vault, api: Api
) -> None:
    unknown = "https://doi.org/10.1000/none"
    vault.write("vault-sync.toml", configuration(api))
    assert ": added, the address alone" in vault.ok("add", unknown, "--to", WEEK, "--now").out
    assert "nobody has doi:10.1000/none" in vault.ok("facts").out
    vault.write("vault-sync.toml", "[sources]\ncrossref = []\nopenreview = []\nacl = []\n")
    before = len(api.asked)
    ran = vault.ok("add", *GIVEN, "--to", WEEK, "--now")
    assert ran.out.count("the address alone") == 3 and len(api.asked) == before
    vault.write("vault-sync.toml", '[sources]\ncrossref = "x"\nacl = ["ftp://a"]\nx = []\n')
    told = vault.run("status").err
    assert "'crossref' in [sources]: must be a list of addresses" in told
    assert "'acl' in [sources]: must be an http or https address" in told
    assert "unknown key 'x' in [sources]" in told


def test_a_vaults_file_sends_nothing_anywhere(empty_vault: Vault) -> None:
    """Of no verb and no watch, with hosts of this machine, its path and its query."""
    with archives() as api:
        empty_vault.environ["VAULT_SYNC_ALLOW_LOOPBACK"] = ""
        dead = "http://127.0.0.1:9"
        for scheme in ("http", "https"):  # what goes to the built-in hosts goes nowhere
            empty_vault.environ[f"{scheme}_proxy"] = dead
        empty_vault.write(
            "vault-sync.toml",
            f'[arxiv]\nurl = "{api.url}/shutdown?x="\ncontact = "victim@example.org"\n'
            f'[sources]\ncrossref = ["{api.url}/a?b="]\nopenreview = ["{api.url}"]\n'
            f'acl = ["{api.url}/../admin"]\n',
        )
        addresses = ("arxiv.org/abs/2308.00001", "doi.org/10.1000/x", "aclanthology.org/N19-1423")
        entries = "".join(
            f"https://{each}\nT{n} (A B)\nw\n#t\n" for n, each in enumerate(addresses)
        )
        empty_vault.write("digests/w.md", entries)
        for verb in ("check", "status", "diff", "rebuild", "sync", "facts"):
            ran = empty_vault.run(verb)
            assert ran.code in {0, 1}, ran
            if verb in {"rebuild", "facts"}:
                assert ran.err.count("not allowed on this device yet") == 1
        assert api.asked == []
        # A yes is for hosts; one on this machine is the device's own choice.
        empty_vault.ok("config", "--allow-hosts")
        empty_vault.run("facts")
        assert api.asked == []

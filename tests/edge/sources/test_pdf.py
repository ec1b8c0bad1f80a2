"""`pdf` by the installed command: fetched once, linked, undone, and nothing hostile written."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support import shapes
from tests.support.archive_server import archives
from tests.support.arxiv_server import Act, Api, body, status
from tests.support.vaults import Vault
from vault_sync.core.model.values import Problem
from vault_sync.edge.sources import client
from vault_sync.edge.sources.lookup import Source
from vault_sync.edge.sources.pdf import fetch_pdf

NOTE = "papers/230814 OctoPack.md"
PDF = "pdfs/2308.07124.pdf"
CONTENT = b"%PDF-1.7\n\xff\x00\r\nno text\n%%EOF"


@pytest.fixture
def api() -> Iterator[Api]:
    with archives() as api:
        yield api


@pytest.fixture
def vault(built: Vault, api: Api) -> Vault:
    built.edit(NOTE, "published: 2023-08-14\n", f"published: 2023-08-14\npdf: {api.url}/a.pdf\n")
    return built


def test_a_pdf_is_fetched_once_and_linked(vault: Vault, api: Api) -> None:
    api.script = [body(CONTENT, "application/pdf")]
    assert f"+ {PDF}" in vault.ok("pdf", "230814 OctoPack").out
    assert vault.files()[PDF] == CONTENT
    assert '\npdf: "[[2308.07124.pdf]]"\n' in vault.read(NOTE)
    assert vault.ok("pdf", NOTE).out == f"{PDF} is there\n" and len(api.asked) == 1
    shapes.check(vault.ok("pdf", NOTE, "--json").json, "outcome")
    assert "nothing to do" in vault.ok("sync", "--offline").out
    vault.ok("undo")
    assert PDF not in vault.files() and f"pdf: {api.url}/a.pdf" in vault.read(NOTE)


def test_a_file_that_is_there_is_linked_and_not_fetched(vault: Vault, api: Api) -> None:
    vault.write(PDF, "the reader's own scan")
    vault.ok("pdf", NOTE)
    assert vault.read(PDF) == "the reader's own scan" and api.asked == []
    assert "[[2308.07124.pdf]]" in vault.read(NOTE)


@pytest.mark.parametrize(("before", "is_pdf"), [(0, True), (1019, True), (1020, False)])
def test_a_pdf_says_what_it_is_in_its_first_kilobyte(
    api: Api, tmp_path: Path, before: int, is_pdf: bool
) -> None:
    """As readers of PDF take it."""
    content = b"x" * before + CONTENT
    api.script = [body(content, "application/octet-stream")]
    source = Source(tmp_path / "cache.sqlite", "")
    found = fetch_pdf(source, f"{api.url}/a.pdf", threading.Event())
    assert found == content if is_pdf else isinstance(found, Problem) and found.code == "no-pdf"


HOSTILE: list[tuple[Act, str]] = [
    (body(b"<html>Sign in</html>", "text/html"), "text/html"),
    (body(b"<html>Sign in</html>", "application/pdf"), "is no PDF"),
    (status(302, Location="https://example.org/a.pdf"), "another host"),
    (status(302, Location="http://[::1"), "another host"),
    (status(403), "it refuses requests"),
    (status(404), "it answers 404"),
    (status(429, Retry_After="1800"), "it answers 429"),
]


def test_what_is_no_pdf_is_not_written(vault: Vault, api: Api) -> None:
    before = vault.files()
    for act, why in HOSTILE:
        (vault.state / "arxiv.sqlite").unlink(missing_ok=True)  # where it is remembered who refused
        api.script = [act] * 4
        ran = vault.run("pdf", NOTE)
        assert ran.code == 1 and why in ran.err and "facts" not in ran.err, ran
        assert ran.err.startswith(api.url.removeprefix("http://")), "it is said of whose site"
        assert ran.err.count("\n") == 1 and vault.files() == before


def test_where_the_turns_of_requests_cannot_be_kept_nobody_is_asked(vault: Vault, api: Api) -> None:
    (vault.state / "arxiv.sqlite").write_bytes(b"no database" * 400)
    ran = vault.run("pdf", NOTE)
    assert ran.code == 1 and "arxiv.sqlite" in ran.err and "cannot be used" in ran.err, ran
    assert api.asked == [] and PDF not in vault.files()


def test_what_cannot_be_fetched_is_one_line(vault: Vault, api: Api) -> None:
    vault.edit(NOTE, f"pdf: {api.url}/a.pdf", 'pdf: "[[my scan.pdf]]"')
    ran = vault.run("pdf", NOTE)
    assert ran.code == 1 and "which is yours" in ran.err
    assert vault.run("pdf", NOTE, "--quiet").err == ran.err
    vault.write("digests/x.md", "https://doi.org/10.1000/x\nA Title (Some One)\n#x\n")
    vault.ok("sync", "--offline")
    ran = vault.run("pdf", "A Title")
    assert ran.code == 1 and "nobody says where its PDF is" in ran.err
    assert vault.run("pdf", "digests/x.md").code == 2
    vault.write("vault-sync.toml", '[pdf]\nfolder = "../out"\n')
    assert "is not a path inside the vault" in vault.run("pdf", NOTE).err
    vault.write("vault-sync.toml", "[arxiv]\nenabled = false\n")
    assert vault.run("pdf", NOTE).code == 2 and api.asked == []


def test_where_the_cache_cannot_be_used_nobody_is_asked(vault: Vault, api: Api) -> None:
    (vault.state / "arxiv.sqlite").mkdir()
    ran = vault.run("pdf", NOTE)
    assert ran.code == 1 and "the cache of facts cannot be used" in ran.err and not api.asked


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x.pdf",
        "https://arxiv.org.evil.example/x.pdf",
        "https://arxiv.org@evil.example/x.pdf",
        "https://user:pw@arxiv.org/x.pdf",
        "https://evil.example\\\\@arxiv.org/x.pdf",
        "https://evil.example#@arxiv.org/",
        "https://arxiv.org:8443/x.pdf",
        "https://169.254.169.254/latest/meta-data",
        "http://arxiv.org/pdf/2308.07124",
        "https://arxiv.org%2eevil.example/x",
        "https://\u24d0rxiv.org/x",
    ],
)
def test_another_host_is_asked_after_a_yes_that_names_it(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setattr(client, "fetch", lambda *_: pytest.fail("asked"))
    source = Source(tmp_path / "arxiv.sqlite", api.url)
    for hosts in ((), ("arxiv.org", "else.example")):
        problem = fetch_pdf(source, url, threading.Event(), hosts)
        assert isinstance(problem, Problem) and problem.code == "pdf-host"


def test_the_host_that_was_named_is_asked(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def fetch(connection: client.ApiConnection) -> bytes:
        asked.append(connection.url)
        return CONTENT

    monkeypatch.setattr(client, "fetch", fetch)
    source = Source(tmp_path / "arxiv.sqlite", api.url)
    for url in ("https://arxiv.org/pdf/1", "https://e.example:8443/a.pdf", "https://e.example/a"):
        assert fetch_pdf(source, url, threading.Event(), ("e.example", "e.example:8443")) == CONTENT
    assert len(asked) == 3


def test_a_notes_address_is_not_asked_without_a_yes(vault: Vault, api: Api) -> None:
    """`pdf:` of a note is a stranger's word. On this machine not even after one."""
    vault.environ["VAULT_SYNC_ALLOW_LOOPBACK"] = ""
    host = api.url.removeprefix("http://").partition("/")[0]
    ran = vault.run("pdf", NOTE)
    assert ran.code == 1 and f"--from {host}" in ran.err and api.asked == []
    ran = vault.run("pdf", NOTE, "--from", host)
    assert ran.code == 1 and "config --device" in ran.err and api.asked == []

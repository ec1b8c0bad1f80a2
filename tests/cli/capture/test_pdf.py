"""`pdf`: why one is not fetched or not linked."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support import transcript
from tests.support.vaults import Vault
from vault_sync.cli.capture import pdf
from vault_sync.cli.console import Bar
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.note.properties import Unwritable
from vault_sync.edge.config import Config
from vault_sync.edge.sources.lookup import Source
from vault_sync.sync.capture.pdfs import PaperPdf

NOTE, PATH = RelPath("papers/a.md"), RelPath("pdfs/a.pdf")


@pytest.mark.parametrize(
    ("there", "paper", "words"),
    [
        (True, PaperPdf(NOTE, "u", PATH, "[[mine.pdf]]"), "is [[mine.pdf]], which is yours"),
        (False, PaperPdf(NOTE, "", PATH), "nobody says where its PDF is"),
        (True, PaperPdf(NOTE, "", PATH), "its property `pdf` cannot be written: a blank line"),
    ],
)
def test_why_not(
    empty_vault: Vault,
    monkeypatch: pytest.MonkeyPatch,
    there: bool,
    paper: PaperPdf,
    words: str,
) -> None:
    def refuse(*_: object) -> None:
        raise Unwritable(3, "a blank line")

    monkeypatch.setattr(pdf, "write_pdf", refuse)
    if there:
        empty_vault.write(PATH, "")
    state: Any = None
    found = pdf._fetched(Config(empty_vault.root), state, paper, [])
    assert isinstance(found, Problem)
    assert (found.path, found.code, found.level) == (NOTE, "no-pdf", "notice")
    assert words in found.message


def test_how_far_it_is_is_shown_by_papers(
    empty_vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers = "".join(f"https://arxiv.org/abs/2308.0000{n}\nT{n} (A B)\n#x\n" for n in range(3))
    empty_vault.write("digests/w.md", papers)
    empty_vault.arrange("rebuild", "--offline")
    shown: list[tuple[object, ...]] = []
    monkeypatch.setattr(Bar, "__call__", lambda _, *given: shown.append(given))
    asked: list[Source] = []

    def fetched(source: Source, *_: object) -> bytes:
        asked.append(source)
        return b"%PDF-1.4"

    monkeypatch.setattr(pdf, "fetch_pdf", fetched)
    assert list(transcript.said(empty_vault, "pdf", "T0", "T1", "T2", "--quiet")) == []
    assert [each for each in shown if each[0] == "fetching"] == [
        ("fetching", number, 3) for number in range(3)
    ]
    assert [each.offline for each in asked] == [False] * 3


def test_what_is_said(
    request: pytest.FixtureRequest, empty_vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is there, of one nothing comes, of one nobody says where it is."""

    def fetched(_: object, url: str, *__: object) -> bytes | Problem:
        if "2308.07124" in url:
            return b"%PDF-1.4 words"
        return Problem(url, "no-pdf", "answers with 404", level="notice")

    monkeypatch.setattr(pdf, "fetch_pdf", fetched)
    told, expected = transcript.retold(request, empty_vault, "pdf")
    assert told == expected

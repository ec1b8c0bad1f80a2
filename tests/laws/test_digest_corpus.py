"""Real digests: the entries read are those that their author wrote.

The corpus is not part of the project; where it is missing these tests skip, and say so.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.support.folders import CORPUS, SAMPLE, needs_corpus, text_of
from tests.support.vaults import DIGEST
from vault_sync.core.digest import editor as digest
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.text.spans import splice

pytestmark = needs_corpus


def truth(kind: str) -> dict[str, list[dict[str, Any]]]:
    """By digest, its entries in order, as their author wrote them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in json.loads((CORPUS / "weeks" / kind / "truth.json").read_text("utf-8")):
        found.setdefault(entry["digest"], []).append(entry)
    assert found
    return found


def texts() -> list[str]:
    return [text_of(path) for path in sorted(CORPUS.glob("**/*.md"))]


@pytest.mark.parametrize("kind", ["flat", "spaced"])
def test_the_entries_are_those_of_the_truth(kind: str) -> None:
    for name, wanted in truth(kind).items():
        read = digest_reader.read(text_of(CORPUS / "weeks" / kind / "digests" / f"{name}.md"))
        assert [entry.fields.url for entry in read.entries] == [one["url"] for one in wanted], name
        assert read.notices == ()


@pytest.mark.parametrize("kind", ["flat", "spaced"])
def test_every_field_is_as_its_author_wrote_it(kind: str) -> None:
    different = []
    for name, wanted in truth(kind).items():
        read = digest_reader.read(text_of(CORPUS / "weeks" / kind / "digests" / f"{name}.md"))
        for entry, one in zip(read.entries, wanted, strict=True):
            # The flat form of the corpus leaves blank lines out of commentaries too.
            body = [line for line in one["body"] if line or kind == "spaced"]
            said = entry.fields
            if (said.title, list(said.authors), list(said.tags), said.commentary) != (
                one["title"], one["authors"], one["tags"], "\n".join(body),
            ):  # fmt: skip
                different.append((name, entry.line))
    assert different == []


def test_the_sample_digest_is_read_as_fourteen_papers() -> None:
    read = digest_reader.read(text_of(SAMPLE / DIGEST))
    names = json.loads((CORPUS / "sample" / "names.json").read_text("utf-8"))
    ids = [one["arxiv"] for one in names]
    assert sorted(entry.key for entry in read.entries) == sorted(f"arxiv:{one}" for one in ids)
    assert len(ids) == 14
    assert all(entry.fields.title and entry.fields.authors for entry in read.entries)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_linking_all_and_exporting_gives_every_digest_back(newline: str) -> None:
    for text in texts():
        original = text.replace("\n", newline)
        read = digest_reader.read(original)
        edits = [
            edit
            for number, entry in enumerate(read.entries)
            for edit in digest.edit(read, entry, entry.fields, f"n{number}")
        ]
        linked = splice(original, edits)
        again = digest_reader.read(linked)
        assert [one.link and one.link.target for one in again.entries] == [
            f"n{number}" for number in range(len(read.entries))
        ]
        assert [one.fields for one in again.entries] == [one.fields for one in read.entries]
        assert digest.export(linked) == original

"""Real digests in other styles: the entries read are those of the truth, and every law holds.

The corpus is not part of the project; where it is missing these tests skip, and say so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support import folders
from tests.support.folders import text_of
from tests.support.styled_shapes import has_partial_authors, linked
from vault_sync.core.digest.reader import Digest, Entry
from vault_sync.core.digest.styles import lens, styled_reader
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.model.values import Fields
from vault_sync.core.text.spans import BOM, splice

CORPUS = folders.CORPUS / "styles"
FOLDERS: dict[str, StyleName] = {
    "list-link": "list",
    "list-label": "list",
    "task": "list",
    "heading": "heading",
    "table": "table",
    "paragraph": "paragraph",
}
STYLES = tuple(dict.fromkeys(FOLDERS.values()))
ALL: tuple[StyleName, ...] = ("flat", *STYLES)
# In one row the truth takes the `and` in a name for the word: `Noor Alakhawand et.al.`.
WRONG_TRUTH = {("beiyuouo__arxiv-daily__storage_2022-07-05.md", 86)}

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of styles is not here")


def files() -> Iterator[tuple[StyleName, str]]:
    for folder, style in FOLDERS.items():
        for path in sorted((CORPUS / folder).glob("*.md")):
            yield style, text_of(path)


def truth(folder: str) -> Iterator[tuple[dict[str, Any], Entry | None]]:
    """Each entry of the truth, and the entry read on its line."""
    wanted = json.loads((CORPUS / folder / "truth.json").read_text("utf-8"))
    for name in sorted({one["file"] for one in wanted}):
        read = styled_reader.read(text_of(CORPUS / folder / name), (FOLDERS[folder],))
        found = {entry.line: entry for entry in (*read.entries, *read.repeats)}
        for one in wanted:
            if one["file"] == name:
                yield one, found.pop(one["line"], None)
        assert not found, f"{name}: no entries by the truth: {sorted(found)}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_entries_are_those_of_the_truth(folder: str) -> None:
    wrong: dict[str, list[object]] = {
        name: [] for name in ("entry", "title", "address", "authors", "commentary", "lines")
    }
    for one, entry in truth(folder):
        place = (one["file"], one["line"])
        if entry is None or entry.styled is None:
            wrong["entry"].append(place)
            continue
        said = entry.fields
        if said.title != one["title"]:
            wrong["title"].append((place, said.title))
        if said.url != one["address"]:
            wrong["address"].append((place, said.url))
        partial = has_partial_authors(entry)
        if (list(said.authors), partial) != (one["authors"], one["authors_partial"]):
            wrong["authors"].append(place)
        words = [line.strip() for line in one["commentary"] if line.strip()]
        if [line.strip() for line in said.commentary.split("\n") if line.strip()] != words:
            wrong["commentary"].append(place)
    wrong["authors"] = [place for place in wrong["authors"] if place not in WRONG_TRUTH]
    assert not any(wrong.values()), {name: places[:5] for name, places in wrong.items()}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_paper_met_again_is_no_entry_but_is_linked_along(folder: str) -> None:
    wanted = json.loads((CORPUS / folder / "truth.json").read_text("utf-8"))
    for name in sorted({one["file"] for one in wanted}):
        read = styled_reader.read(text_of(CORPUS / folder / name), (FOLDERS[folder],))
        again = {one["line"] for one in wanted if one["file"] == name and one["repeats"]}
        assert {entry.line for entry in read.repeats} == again


def test_a_style_that_was_not_chosen_reads_nothing() -> None:
    for style, text in files():
        others: list[StyleName] = [name for name in ALL if name != style]
        chosen = {entry.line for entry in styled_reader.read(text, (style,)).entries}
        for other in others:
            entries = styled_reader.read(text, (other,)).entries
            assert not chosen & {entry.line for entry in entries}
    for _, text in files():
        assert styled_reader.read(text, ("flat",)).entries == ()


def said(digest: Digest) -> list[Fields]:
    return [entry.fields for entry in (*digest.entries, *digest.repeats)]


VARIANTS = ("lf", "crlf", "bom", "no final newline")


def variant_of(text: str, variant: str) -> str:
    if variant == "crlf":
        return text.replace("\n", "\r\n")
    if variant == "bom":
        return BOM + text
    return text.rstrip("\n") if variant == "no final newline" else text


def test_link_and_export() -> None:
    for number, (style, text) in enumerate(files()):
        link_and_export(variant_of(text, VARIANTS[number % len(VARIANTS)]), (style,))


@pytest.mark.sweep
@pytest.mark.parametrize("variant", VARIANTS)
def test_link_and_export_in_each_variant(variant: str) -> None:
    for style, text in files():
        link_and_export(variant_of(text, variant), (style,))


def test_link_and_export_where_every_style_is_chosen() -> None:
    for number, (_, text) in enumerate(files()):
        link_and_export(variant_of(text, VARIANTS[number % len(VARIANTS)]), ALL)


def link_and_export(text: str, styles: tuple[StyleName, ...]) -> None:
    read = styled_reader.read(text, styles)
    once = linked(read)
    again = styled_reader.read(once, styles)
    targets = [entry.link and entry.link.target for entry in again.entries]
    assert targets == [f"n{number}" for number in range(len(read.entries))]
    assert said(again) == said(read)
    assert linked(again) == once, "a second pass writes"
    assert lens.export(once, styles) == text


def edited(entry: Entry) -> Iterator[Fields]:
    old = entry.fields
    yield old._replace(title=old.title + " Again")
    yield old._replace(title="New " + old.title)
    yield old._replace(url="https://arxiv.org/abs/2401.99999")
    yield old._replace(authors=(*old.authors, "New Person"))
    yield old._replace(tags=("alpha", "b/c"))
    yield old._replace(commentary=(old.commentary + "\nmore words").strip())
    yield old._replace(commentary="first\n" + old.commentary if old.commentary else "one")


LINKED = pytest.mark.parametrize("link", [False, True], ids=["bare", "linked"])


@LINKED
@pytest.mark.parametrize("style", STYLES)
def test_an_edit_changes_its_entry_alone_and_can_be_undone(style: StyleName, link: bool) -> None:
    kind = 0
    for read in digests(style, link=link):
        for number, entry in list(single(read))[5 * link :: 41]:
            edits = list(edited(entry))
            undone(read, number, lens.placed(entry, edits[kind % len(edits)]))
            kind += 1
    assert kind, style


@pytest.mark.sweep
@LINKED
@pytest.mark.parametrize("style", STYLES)
def test_all_edits_of_many_entries(style: StyleName, link: bool) -> None:
    for read in digests(style, link=link):
        for number, entry in list(single(read))[::17]:
            for fields in edited(entry):
                undone(read, number, lens.placed(entry, fields))


def digests(style: StyleName, *, link: bool) -> Iterator[Digest]:
    for each, text in files():
        if each == style:
            read = styled_reader.read(text, (style,))
            yield styled_reader.read(linked(read), (style,)) if link else read


def single(read: Digest) -> Iterator[tuple[int, Entry]]:
    """The entries whose paper is met once, with their numbers."""
    repeated = {entry.key for entry in read.repeats}
    for number, entry in enumerate(read.entries):
        if entry.key not in repeated:
            yield number, entry


def undone(read: Digest, number: int, wanted: Fields) -> None:
    entry = read.entries[number]
    edits = lens.edit(read, entry, wanted, None)
    assert bool(edits) == (wanted != entry.fields)
    start, end = entry.span
    assert all(start <= at.start <= at.end <= end for at, _ in edits), "a byte outside the entry"
    after = styled_reader.read(splice(read.text, edits), read.styles)
    expected = [each.fields for each in read.entries]
    if [each.fields for each in after.entries] == expected:
        assert wanted == entry.fields or "://" in entry.fields.commentary
        return
    if "](" not in wanted.commentary:
        expected[number] = wanted
        assert [each.fields for each in after.entries] == expected
        back = lens.edit(after, after.entries[number], entry.fields, None)
        assert splice(after.text, back) == read.text


def test_entries_are_added_in_the_form_of_the_last_one() -> None:
    fields = Fields(
        "https://arxiv.org/abs/2401.11111", "A New Paper: With Colon", ("Ann Bee", "Cee Dee"),
        ("tag",), "my words\nmore",
    )  # fmt: skip
    bare = Fields("https://openreview.net/forum?id=abc", "Second Paper")
    for number, (style, lf_text) in enumerate(files()):
        for variant in {"lf", VARIANTS[number % len(VARIANTS)]}:
            text = variant_of(lf_text, variant)
            read = styled_reader.read(text, (style,))
            grown = lens.append(read, [(fields, "note"), (bare, None)])
            if style == "table":
                assert grown == text
                continue
            added = [
                entry
                for entry in styled_reader.read(grown, (style,)).entries
                if entry.key in {"arxiv:2401.11111", "openreview:abc"}
            ]
            authors = added[0].fields.authors
            assert authors in {(), fields.authors}
            assert added[0].fields == fields._replace(authors=authors)
            assert added[1].fields == bare
            assert [entry.link and entry.link.target for entry in added] == ["note", None]
            assert grown.endswith("\n") == text.endswith("\n")

"""Digests in the shapes of other people, through passes: edits of both sides arrive, and rest."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.styled_shapes import SHAPES, Shaped, shaped
from vault_sync.core.digest.reader import Entry
from vault_sync.core.digest.styles import lens, styled_reader
from vault_sync.core.model.values import Rules
from vault_sync.core.note import note as note_lens
from vault_sync.core.text.spans import splice

DIGEST = "digests/d.md"
every_shape = pytest.mark.parametrize("name", SHAPES)


def world(name: str) -> tuple[Shaped, MemoryVault]:
    """Return a digest of a shape, and a vault in which it is linked and has its notes."""
    made = shaped(name, 3)
    vault = MemoryVault({DIGEST: made.text}, rules=Rules(digest_styles=(("**", (made.style,)),)))
    vault.sync()
    return made, vault


def entries(vault: MemoryVault, made: Shaped) -> tuple[Entry, ...]:
    return styled_reader.read(vault.files[DIGEST], (made.style,)).entries


def note_of(vault: MemoryVault, entry: Entry) -> str:
    """Return the path of an entry's note."""
    return next(
        path
        for path, text in vault.files.items()
        if path != DIGEST and note_lens.read(text).key == entry.key
    )


def silent(vault: MemoryVault) -> bool:
    before = dict(vault.files)
    return vault.sync().operations == () and vault.files == before


@every_shape
def test_a_digest_is_linked_once_and_every_paper_has_its_note(name: str) -> None:
    made, vault = world(name)
    assert len(vault.files) == 1 + len(made.papers)
    assert silent(vault)
    assert lens.export(vault.files[DIGEST], (made.style,)) == made.text


@every_shape
def test_an_edited_note_arrives_in_its_entry_and_in_no_byte_beside_it(name: str) -> None:
    made, vault = world(name)
    before, entry = vault.files[DIGEST], entries(vault, made)[4]
    path = note_of(vault, entry)
    head, properties, body = vault.files[path].split("---\n", 2)
    lines = [line for line in properties.split("\n") if not line.startswith("title:")]
    properties = "title: Quite Another\n" + "\n".join(lines)
    vault.files[path] = f"{head}---\n{properties}---\n{body.rstrip()}\n\n덧붙인 말.\n"
    assert vault.sync().conflicts == ()
    start, end = entry.span
    after, found = vault.files[DIGEST], entries(vault, made)[4].fields
    assert (after[:start], after[len(after) - len(before) + end :]) == (
        before[:start],
        before[end:],
    )
    assert found.title == "Quite Another"
    # A cell has one line, so that a second paragraph lives in the note alone.
    assert made.style == "table" or found.commentary.endswith("덧붙인 말.")
    assert "덧붙인 말." in vault.files[path] and silent(vault)


@every_shape
def test_an_edited_entry_arrives_in_its_note(name: str) -> None:
    made, vault = world(name)
    digest = styled_reader.read(vault.files[DIGEST], (made.style,))
    entry = digest.entries[2]
    wanted = entry.fields.saying(title="From the Digest", tags=("new",), commentary="words")
    fields = lens.placed(entry, wanted)
    vault.files[DIGEST] = splice(digest.text, lens.edit(digest, entry, fields, None))
    path = note_of(vault, entry)
    assert vault.sync().conflicts == ()
    found = note_lens.read(vault.files[path])
    assert (found.fields.title, set(found.fields.tags)) == (fields.title, set(fields.tags))
    assert [each.commentary for each in found.sections] == [fields.commentary]
    assert silent(vault)


@every_shape
def test_an_entry_that_is_none_any_more_is_no_removal(name: str) -> None:
    """Half typed, its title or address is gone; its note stays, and comes together with it."""
    made, vault = world(name)
    before, entry = vault.files[DIGEST], entries(vault, made)[2]
    path = note_of(vault, entry)
    start, end = entry.span
    title = entry.fields.title
    own = before[start:end].replace("[[", "").replace("]]", "").replace("**", "").replace("](", " ")
    vault.files[DIGEST] = before[:start] + own.replace(title, "(") + before[end:]
    vault.sync()
    assert path in vault.files
    vault.files[DIGEST] = before
    vault.sync()
    assert path in vault.files and silent(vault)

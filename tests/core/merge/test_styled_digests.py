"""Digests in other styles merged entry by entry: edits, additions and removals of both sides."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.styled_shapes import SHAPES, Shaped, shaped
from vault_sync.core.digest.reader import Digest
from vault_sync.core.digest.styles import lens, styled_reader
from vault_sync.core.merge import documents
from vault_sync.core.merge.digest_copies import merge_digest_copy
from vault_sync.core.model.values import Fields, RelPath
from vault_sync.core.text.spans import Edit, splice

NEW = Fields("https://arxiv.org/abs/2402.00001", "Newer Nets: A Study")
OTHER = Fields("https://arxiv.org/abs/2402.00002", "Another Net: A Survey")


def read(made: Shaped, text: str) -> Digest:
    return styled_reader.read(text, (made.style,))


def edited(made: Shaped, text: str, number: int, link: str | None = None, **values: Any) -> str:
    digest = read(made, text)
    entry = digest.entries[number]
    fields = lens.placed(entry, entry.fields.saying(**values))
    return splice(text, lens.edit(digest, entry, fields, link))


def merged(made: Shaped, ours: str, theirs: str) -> tuple[list[Fields], int]:
    found = documents.digest(made.text, ours, theirs, (made.style,))
    return [each.fields for each in read(made, found.text).entries], found.conflicts


@pytest.mark.parametrize("name", SHAPES)
def test_edits_of_both_sides_meet_in_every_entry(name: str) -> None:
    made = shaped(name, 0)
    ours = edited(made, edited(made, made.text, 1, title="Ours"), 3, tags=("ours",))
    theirs = edited(made, made.text, 1, "note", commentary="words")
    theirs = edited(made, theirs, 4, title="Theirs")
    entries = read(made, made.text).entries
    meant = [each.fields for each in entries]
    meant[1] = lens.placed(entries[1], meant[1].saying(commentary="words")).saying(title="Ours")
    meant[3] = lens.placed(entries[3], meant[3].saying(tags=("ours",)))
    meant[4] = meant[4].saying(title="Theirs")
    assert merged(made, ours, theirs) == (meant, 0)
    assert merged(made, theirs, ours) == (meant, 0)


@pytest.mark.parametrize("name", [name for name in SHAPES if "row" not in name])
def test_papers_that_came_and_went_on_both_sides(name: str) -> None:
    made = shaped(name, 0)
    digest = read(made, made.text)
    ours = splice(made.text, [Edit(digest.entries[2].span, "")])
    ours = lens.append(read(made, ours), [(NEW, "n")])
    theirs = lens.append(digest, [(OTHER, "n")])
    found, conflicts = merged(made, ours, theirs)
    titles = [each.title for each in found]
    old = [each.fields.title for each in digest.entries]
    assert (titles, conflicts) == ([*old[:2], *old[3:], NEW.title, OTHER.title], 0)


@pytest.mark.parametrize("name", [name for name in SHAPES if "flat" not in name])
def test_one_field_changed_differently_stays_open_in_its_entry_alone(name: str) -> None:
    made = shaped(name, 0)
    ours = edited(made, edited(made, made.text, 1, title="Ours"), 3, title="Kept")
    theirs = edited(made, made.text, 1, title="Theirs")
    found = documents.digest(made.text, ours, theirs, (made.style,))
    assert found.conflicts == 1
    assert found.text.count("<<<<<<<") == 1
    assert "Ours" in found.text and "Theirs" in found.text and "Kept" in found.text


@pytest.mark.parametrize("name", SHAPES)
def test_a_copy_is_merged_into_its_digest(name: str) -> None:
    made = shaped(name, 0)
    copy = edited(made, made.text, 1, title="Of the copy")
    copy = copy if "row" in name else lens.append(read(made, copy), [(NEW, "n")])
    found = merge_digest_copy(RelPath("digests/w.md"), made.text, copy, {}, (made.style,))
    assert found is not None
    titles = [each.fields.title for each in read(made, found.text).entries]
    own = [each.title for each in made.papers]
    assert titles[2:] == [*own[2:], *([] if "row" in name else [NEW.title])]

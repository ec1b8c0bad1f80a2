"""Digests in other styles merged entry by entry: edits, additions and removals of both sides."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from tests.support.styled_shapes import SHAPES, Shaped, shaped
from vault_sync.core.digest.reader import Digest
from vault_sync.core.digest.styles import lens, styled_reader
from vault_sync.core.merge import documents
from vault_sync.core.merge.document_copies import merge_digest_copy
from vault_sync.core.merge.sync_copy import CopyMerge
from vault_sync.core.model.base import CopyRow, Histories, History, PastValue
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Fields, Key, RelPath
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


def test_an_entry_that_stays_open_does_so_line_by_line() -> None:
    """No line is a field's alone in these styles: a tag beside such a title is open as well."""
    text = "## One\n[pdf](https://arxiv.org/abs/2308.00001)\n#tag\n"
    ours, theirs = (
        text.replace("One", word).replace("#tag", f"#tag #{word}") for word in ("a", "b")
    )
    found = documents.digest(text, ours, theirs, ("heading",))
    assert found.conflicts == 2
    assert "<<<<<<< ours\n## a\n=======\n## b\n>>>>>>> theirs\n[pdf]" in found.text
    assert "<<<<<<< ours\n#tag #a\n=======\n#tag #b\n>>>>>>> theirs\n" in found.text


# Copies.


WEEK = RelPath("digests/w.md")


def seen(made: Shaped) -> Histories:
    """What a device has seen that had this digest from the start."""
    return {
        BaseKey(entry.key, WEEK if name in {"tags", "commentary"} else "", name): History(
            (PastValue(getattr(entry.fields, name), "delivered"),)
        )
        for entry in read(made, made.text).entries
        for name in Fields._fields
    }


def with_copy(made: Shaped, file: str, copy: str) -> CopyMerge:
    found = merge_digest_copy(WEEK, file, copy, seen(made), (made.style,))
    assert found is not None
    return found


def scribbled(made: Shaped, chance: random.Random, mark: str) -> str:
    """The digest with words of one device's, each another: in fields, beside them, in entries."""
    text = made.text
    for number in range(chance.randint(1, 6)):
        word, at = f"{mark}{number}", chance.randrange(len(made.papers))
        fields = read(made, text).entries[at].fields
        what = chance.choice(("title", "commentary", "tags", "authors", "entry", "beside", "line"))
        if what == "entry":
            text = lens.append(read(made, text), [(NEW._replace(url=NEW.url + word[1:]), None)])
        elif what == "beside":
            text = text.replace("/a/b", f"/a/{word}", 1)
        elif what == "line":
            text = f"{word} above\n\n{text}"
        else:
            was = getattr(fields, what)
            values: dict[str, Any] = {
                what: (*was, word) if isinstance(was, tuple) else f"{was} {word}".strip()
            }
            text = edited(made, text, at, **values)
    return text


def marked_words(text: str) -> set[str]:
    return set(re.findall(r"(?:zzhere|zzthere)[0-9]+", text))


@pytest.mark.parametrize("name", SHAPES)
def test_of_a_copy_no_word_is_lost(name: str) -> None:
    for seed in range(6):
        made, chance = shaped(name, seed), random.Random(seed)
        file, copy = scribbled(made, chance, "zzhere"), scribbled(made, chance, "zzthere")
        found = with_copy(made, file, copy)
        rows = " ".join(row.text for row in found.rows)
        assert marked_words(file) <= marked_words(found.text), seed
        assert marked_words(file + copy) == marked_words(found.text + rows), seed
        again = with_copy(made, found.text, copy)
        assert (again.text, again.rows <= found.rows) == (found.text, True), seed


def rows_of(found: CopyMerge) -> set[tuple[str, str]]:
    return {(row.field, row.text) for row in found.rows}


def test_a_table_whose_columns_a_device_made_wider_stays_one_table() -> None:
    made = shaped("weekly rows", 0)
    wide = "\n".join(
        line.replace("-", "-----").replace(" | ", "   |   ") if number < 2 else line
        for number, line in enumerate(made.text.split("\n"))
    )
    copy = edited(made, wide, 1, title="Of the copy")
    assert with_copy(made, made.text, copy).text == edited(made, made.text, 1, title="Of the copy")


def test_a_second_mention_that_was_linked_here_alone_stays_one_line() -> None:
    made = shaped("tasks", 0)
    again = f"{made.text}\n{made.text.splitlines()[-1]}\n"
    entry = read(made, again).repeats[0]
    linked_here = edited(made, again, len(made.papers) - 1, "note")
    assert linked_here.count("[[note") == 2 and entry.key
    copy = edited(made, again, 0, title="Of the copy")
    expected = edited(made, linked_here, 0, title="Of the copy")
    assert with_copy(made, linked_here, copy).text == expected
    assert with_copy(made, copy, linked_here).text.count("[[note") == 1


def test_a_task_that_was_done_on_one_device_is_done() -> None:
    made = Shaped("list", "- [ ] [One](https://arxiv.org/abs/2308.00001)\n  words\n", [])
    done = made.text.replace("[ ]", "[x]")
    copy = edited(made, done, 0, tags=("new",))
    assert with_copy(made, made.text, copy) == CopyMerge(copy)
    assert with_copy(made, copy, made.text) == CopyMerge(copy)
    # A box of its own below the words is another task.
    ours, theirs = (text.replace("  words", "  words\n  - [ ] task") for text in (done, done))
    theirs = theirs.replace("words", "more words")
    assert with_copy(made, ours, theirs) == CopyMerge(theirs)


def test_what_stands_beside_the_fields_is_a_row_and_a_number_is_none() -> None:
    made = Shaped(
        "list", "1. [One](https://arxiv.org/abs/2308.00001) [code](https://a.org/b)\n", []
    )
    assert with_copy(made, made.text, made.text.replace("1.", "2.")) == CopyMerge(made.text)
    copy = made.text.replace("a.org/b", "c.org/d").replace("[One]", "[Two]")
    found = with_copy(made, made.text, copy)
    assert found.text == made.text.replace("[One]", "[Two]")
    assert found.rows == {CopyRow(Key("arxiv:2308.00001"), WEEK, "entry", copy.rstrip())}
    assert not with_copy(made, copy, copy.replace(" [code](https://c.org/d)", "")).rows


def test_what_has_no_place_in_the_files_entry_is_a_row() -> None:
    head = "| Title | Authors |\n|---|---|\n"
    row = "| [{}](https://arxiv.org/abs/2308.00001) | Ann Park et al. |\n"
    made = Shaped("table", head + row.format("One"), [])
    flat = "https://arxiv.org/abs/2308.00001\nTwo (Ann Park, Bo Lee)\nwords\n#tag\n"
    found = merge_digest_copy(WEEK, made.text, flat, seen(made), ("flat", "table"))
    assert found is not None and found.text == head + row.format("Two")
    assert rows_of(found) == {
        ("authors", "Ann Park, Bo Lee"), ("commentary", "words"), ("tags", "tag"),
    }  # fmt: skip

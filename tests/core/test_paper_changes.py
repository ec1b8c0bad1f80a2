"""A plan by paper: every field that changes, in its file and on its line."""

from __future__ import annotations

from vault_sync.core.model.plan import Create, Operation, Rename, Trash, Write
from vault_sync.core.model.values import RelPath
from vault_sync.core.paper_changes import FieldChange, paper_changes

DIGEST, NOTE = RelPath("w.md"), RelPath("p/n.md")
ENTRY = "w\nhttps://arxiv.org/abs/2308.00001\n[[n|Title]] (A B)\nwords\n#tag\n"
TEXT = """---
title: Title
url: https://arxiv.org/abs/2308.00001
digests:
  - "[[w]]"
tags:
  - tag
rating: 3
---

## [[w]]

words
"""


def changes(*operations: Operation) -> list[FieldChange]:
    found = paper_changes(operations)
    assert not found.others and {each.key for each in found.papers} <= {"arxiv:2308.00001"}
    return [change for paper in found.papers for change in paper.changes]


def test_each_field_of_an_entry_is_a_change() -> None:
    after = ENTRY.replace("n|Title", "m|Other").replace("words", "more words").replace("#tag", "#x")
    assert changes(Write(DIGEST, ENTRY, after, "why")) == [
        FieldChange(DIGEST, 2, "title", "Title", "Other"),
        FieldChange(DIGEST, 2, "tags", "tag", "x"),
        FieldChange(DIGEST, 2, "commentary", "words", "more words"),
        FieldChange(DIGEST, 2, "link", "n", "m"),
    ]
    assert changes(Write(DIGEST, "w\n", ENTRY, "")) == [
        FieldChange(DIGEST, 0, "entry", "", "Title")
    ]
    assert changes(Write(DIGEST, ENTRY, "w\n", "")) == [
        FieldChange(DIGEST, 2, "entry", "Title", "")
    ]


def test_each_property_and_section_of_a_note_is_a_change() -> None:
    after = TEXT.replace("rating: 3", "rating: 4").replace("\nwords", "\nmore")
    assert changes(Write(NOTE, TEXT, after, "")) == [
        FieldChange(NOTE, 8, "rating", "3", "4"),
        FieldChange(NOTE, 13, "[[w]]", "words", "more"),
    ]
    more = TEXT.replace("rating: 3", "rating: 3\nread: true")
    assert changes(Write(NOTE, TEXT, more, "")) == [FieldChange(NOTE, 0, "read", "", "true")]
    gone = TEXT.partition("\n## ")[0]
    assert changes(Write(NOTE, TEXT, gone, "")) == [FieldChange(NOTE, 11, "[[w]]", "words", "")]
    assert changes(Write(NOTE, gone, TEXT, "")) == [FieldChange(NOTE, 0, "[[w]]", "", "words")]


def test_a_note_that_comes_moves_or_goes_is_a_change_of_its_paper() -> None:
    to, trash = RelPath("p/m.md"), RelPath(".trash/n.md")
    assert changes(
        Create(NOTE, TEXT, ""), Rename(NOTE, to, TEXT, ""), Trash(NOTE, trash, TEXT, "")
    ) == [
        FieldChange(NOTE, 0, "new note", "", NOTE),
        FieldChange(NOTE, 0, "path", NOTE, to),
        FieldChange(NOTE, 0, "to the trash", NOTE, trash),
    ]


def test_a_paper_has_the_first_title_that_is_told_and_stands_where_it_is_met() -> None:
    bare = "w\nhttps://arxiv.org/abs/2308.00001\nwords\n"
    other = bare.replace("00001", "00002")
    found = paper_changes(
        [
            Write(DIGEST, "w\n", other, ""),
            Write(DIGEST, bare, bare.replace("words", "more"), ""),
            Create(NOTE, TEXT, ""),
            Trash(NOTE, RelPath(".trash/n.md"), TEXT.replace("Title", "Late"), ""),
        ]
    )
    assert [(each.key[-1], each.title) for each in found.papers] == [("2", ""), ("1", "Title")]
    (entry,), changes = (each.changes for each in found.papers)
    assert entry == FieldChange(DIGEST, 0, "entry", "", "https://arxiv.org/abs/2308.00002")
    assert [each.field for each in changes] == ["commentary", "new note", "to the trash"]


def test_what_changes_no_field_of_a_paper_is_shown_among_the_others() -> None:
    others = (
        Create(RelPath("Sync conflicts.md"), "text", ""),
        Write(DIGEST, ENTRY, ENTRY + "\n", ""),
    )
    assert paper_changes(others).others == others

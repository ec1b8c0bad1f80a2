"""The note lens, by example: sections, the reader's own, and edits that touch nothing else."""

from __future__ import annotations

import pytest
from vault_sync.core.model.values import Facts, Fields, Key
from vault_sync.core.note import new_note
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.property_table import fact_properties

TEXT = """---
title: T
authors:
  - Kim Lee
url: https://arxiv.org/abs/2308.07124
digests:
  - "[[1주]]"
tags:
  - a
status: read
---

before

## [[1주]]

하나

둘

# Own

```
## [[in code]]
```
"""


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


@pytest.mark.parametrize("text", ["", "---\n", "## [[", "---\na: [\n---\n## [[x]]\n", "\x00\udcff"])
def test_any_text_is_a_note_about_no_paper(text: str) -> None:
    note = note_lens.read(text)
    assert note.key is None and note.text == text
    assert note_lens.edit(note, changes={}) == text


@pytest.mark.parametrize("text", [TEXT, crlf(TEXT)])
def test_what_is_read(text: str) -> None:
    note = note_lens.read(text)
    assert (note.key, note.digests, note.managed) == ("arxiv:2308.07124", ("1주",), True)
    assert note.fields == Fields("https://arxiv.org/abs/2308.07124", "T", ("Kim Lee",), ("a",))
    (section,) = note.sections
    assert (section.target, section.commentary) == ("1주", "하나\n\n둘")
    assert text.split("\n")[section.line - 1].rstrip() == "## [[1주]]"
    assert text.split("\n")[section.commentary_line - 1].rstrip() == "하나"


@pytest.mark.parametrize(
    "heading", ["### [[1주]]", "## [[1주]] x", "## x", "##[[1주]]", "    ## [[1주]]"]
)
def test_what_is_no_section(heading: str) -> None:
    assert note_lens.read(TEXT.replace("## [[1주]]", heading)).sections == ()


@pytest.mark.parametrize("heading", ["## [[1주]] ##", "##  [[1주|W]]  #  ", "  ## [[1주]]"])
def test_how_else_a_section_may_begin(heading: str) -> None:
    (section,) = note_lens.read(TEXT.replace("## [[1주]]", heading)).sections
    assert (section.target, section.commentary) == ("1주", "하나\n\n둘")


def test_the_readers_own_is_all_but_the_sections_and_what_is_made() -> None:
    note = note_lens.read(TEXT)
    assert note_lens.own_words(note, note.sections).startswith("before\n\n# Own")
    assert "하나" not in note_lens.own_words(note, note.sections)
    assert note_lens.own_properties(note, ("published",)) == ("status",)


@pytest.mark.parametrize("text", [TEXT, crlf(TEXT)])
@pytest.mark.parametrize("said", ["하나\n\n셋", "하나", "하나\n\n둘\n\n셋", "넷"])
def test_a_new_commentary_is_read_back_and_nothing_else_moves(text: str, said: str) -> None:
    note = note_lens.read(text)
    (section,) = note.sections
    after = note_lens.edit(note, changes={}, commentaries=[(section, said)])
    assert note_lens.read(after).sections[0].commentary == said
    before, _, rest = text.partition(section.words.slice(text))
    assert after.startswith(before) and after.endswith(rest)


def test_a_section_has_its_line_also_in_a_note_that_begins_with_a_blank_one() -> None:
    assert [each.line for each in note_lens.read("\n## [[a]]\n\nx\n\n## [[b]]\n").sections] == [
        2,
        6,
    ]


@pytest.mark.parametrize("ending", ["", "\n", "\n\n"])
def test_an_empty_section_at_the_end_gets_its_words(ending: str) -> None:
    note = note_lens.read(f"---\ntitle: T\n---\n\n## [[1주]]{ending}")
    after = note_lens.edit(note, changes={}, commentaries=[(note.sections[0], "하나")])
    assert after == "---\ntitle: T\n---\n\n## [[1주]]\n\n하나\n"


def test_a_section_is_added_below_the_last_and_removed_whole() -> None:
    note = note_lens.read(TEXT)
    after = note_lens.edit(note, changes={}, added=[("2주", "새 글")])
    assert [each.target for each in note_lens.read(after).sections] == ["1주", "2주"]
    both = note_lens.read(after)
    assert note_lens.edit(both, changes={}, removed=[both.sections[1]]) == TEXT


def test_a_new_note_is_read_as_it_was_meant() -> None:
    fields = Fields("https://arxiv.org/abs/2308.07124", "T: U", ("Kim Lee",), ("a",))
    facts = fact_properties(Facts(published="2023-08-01", abstract="x"), ("published", "abstract"))
    assert facts == {"published": "2023-08-01"}, "the abstract is no property"
    values = new_note.values_of(Key("arxiv:2308.07124"), fields, facts, ["1주"], {})
    text = new_note.new(values, [("1주", "하나")])
    note = note_lens.read(text)
    assert (note.fields, note.digests, note.key) == (fields, ("1주",), "arxiv:2308.07124")
    assert (
        note_lens.own_properties(note, ("published",)) == ()
        and note_lens.own_words(note, note.sections) == ""
    )

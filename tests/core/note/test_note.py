"""The note lens, by example: sections, the reader's own, and edits that touch nothing else."""

from __future__ import annotations

from itertools import product

import pytest
from vault_sync.core.model.values import Facts, Fields, Key
from vault_sync.core.note import new_note
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.property_table import fact_properties
from vault_sync.core.text.spans import Span

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


@pytest.mark.parametrize(
    ("properties", "key"),
    [
        ("url: https://x.org/a\narxiv: '2308.07124'", "arxiv:2308.07124"),
        ("url: https://x.org/a\nsource: https://y.org/b", "url:x.org/a"),
        ("source: https://y.org/b", "url:y.org/b"),
        ("url: words\nsource: https://y.org/b", "url:y.org/b"),
        ("url: ' '", None),
    ],
)
def test_a_papers_id_says_more_than_the_address_of_a_page(properties: str, key: str | None) -> None:
    assert note_lens.read(f"---\n{properties}\n---\n").key == key


@pytest.mark.parametrize(
    ("tags", "read"),
    [
        ("[a, '#b', a, ' ', '#', c d]", ("a", "b", "c d")),
        ("'a, #b c,a'", ("a", "b", "c")),
        ("{a: b}", ()),
        ("", ()),
    ],
)
def test_tags_are_items_or_the_words_of_a_text(tags: str, read: tuple[str, ...]) -> None:
    assert note_lens.read(f"---\nurl: x\ntags: {tags}\n---\n").fields.tags == read


def test_blanks_are_no_names_and_only_links_are_digests() -> None:
    text = "---\ntitle: ' T '\nauthors: [A, ' ']\ndigests: ['[[ w |x]]', w, '[[w]] and']\n---\n"
    read = note_lens.read(text)
    assert (read.fields.title, read.fields.authors, read.digests) == ("T", ("A",), ("w",))
    both = note_lens.read(text + "# [[v]]\n")
    assert both.digest_targets == ("w", "v")


def test_a_heading_in_code_is_none_whatever_fence_it_has() -> None:
    for before, fence in product(("", "---\na: 1\n---\n", "words\n"), ("```", "~~~")):
        read = note_lens.read(f"{before}{fence}\n## [[a]]\n{fence}\n## [[b]]\n")
        assert [section.target for section in read.sections] == ["b"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_first_abstract_is_a_callout_of_that_type(newline: str) -> None:
    callout = "> [!ABSTRACT]- A\n> words\n   > more"
    text = f"before\n> [!note] x\n\n{callout}\nbehind\n> [!abstract] second\n".replace(
        "\n", newline
    )
    assert note_lens.abstract(note_lens.read(text)) == callout
    alone = note_lens.read(callout.replace("\n", newline) + newline[:-1])
    assert note_lens.abstract(alone) == callout
    assert note_lens.abstract(note_lens.read("> [!note] x\n> words\n")) is None
    own = f"{callout}\n\n mine \n".replace("\n", newline)
    assert note_lens.parted(own) == (callout, "mine")
    assert note_lens.parted(f" mine {newline}{own}")[0] == ""


def test_aliases_are_the_tools_while_they_are_the_title_alone() -> None:
    for aliases, own in (("[T]", ()), ("[T, U]", ("aliases",)), ("U", ("aliases",)), ("", ())):
        read = note_lens.read(f"---\ntitle: T\naliases: {aliases}\n# mine\n---\n")
        assert note_lens.own_properties(read, ()) == (*own, "# mine")


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("before", "before\n\n", True),
        ("before", "before it", False),
        ("status: read", "status: reading", False),
        ("status: read", "status: read # mine", False),
        ("하나", "셋", True),
        ("title: T", "title: U", True),
        ("title: T", "title: T\naliases: [T]", True),
        ("title: T", "title: T\naliases: [T, U]", False),
        ("title: T", "title: T\nmine: [a, b]", False),
    ],
)
def test_what_is_the_readers_own_has_a_mark(old: str, new: str, same: bool) -> None:
    def mark(text: str) -> str:
        read = note_lens.read(text)
        return note_lens.own_mark(read, read.sections, ())

    assert (mark(TEXT) == mark(TEXT.replace(old, new, 1))) == same
    # An alias that is the title is nobody's own, whatever the title is.
    both = [TEXT.replace("title: T", f"title: {t}\naliases: [{t}, U]") for t in ("T", "V")]
    assert mark(both[0]) == mark(both[1])


ADDED = "## [[1주]]\n\n하나\n"
MINE = "\n## My notes\n\nmine"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("place", "text", "after"),
    [
        ("top", "---\na: 1\n---\nmine\n", f"---\na: 1\n---\n\n{ADDED}{MINE}\n"),
        ("top", "---\na: 1\n---\n\n# T\nmine\n", f"---\na: 1\n---\n\n{ADDED}\n# T\nmine\n"),
        ("top", "> [!abstract]\n> x\n\nmine", f"> [!abstract]\n> x\n\n{ADDED}{MINE}"),
        ("top", "\n> [!abstract]\n> x", f"\n> [!abstract]\n> x\n\n{ADDED}"),
        ("top", "mine\n\n> [!abstract]\n> x\n", f"{ADDED}{MINE}\n\n> [!abstract]\n> x\n"),
        ("top", "", ADDED),
        ("end", "# T\nmine", f"# T\nmine\n\n{ADDED}"),
        ("end", "# T\nmine\n\n", f"# T\nmine\n\n{ADDED}"),
        ("after-title", "# T\n\n## U\n", f"# T\n\n{ADDED}\n## U\n"),
        ("after-title", "# T\n\n> [!x]\n> y\nmine\n", f"# T\n\n> [!x]\n> y\n\n{ADDED}{MINE}\n"),
        ("after-title", "# T", f"# T\n\n{ADDED}"),
        ("after-title", "x\n# T\n", f"{ADDED}\n## My notes\n\nx\n# T\n"),
        ("after-title", "words\n# T\n", f"{ADDED}\n## My notes\n\nwords\n# T\n"),
        ("after-title", "# T\n# U\n", f"{ADDED}\n# T\n# U\n"),
        ("after-title", "\n# T\nmine\n", f"\n# T\n\n{ADDED}{MINE}\n"),
        ("after-title", "## T\n", f"{ADDED}\n## T\n"),
        # Beside a section that is there already.
        ("after-title", "# T\n\n## [[0주]]\n\n영\n", f"# T\n\n## [[0주]]\n\n영\n\n{ADDED}"),
        ("top", "## [[0주]]\n\n영\n\n# U\n", f"## [[0주]]\n\n영\n\n{ADDED}\n# U\n"),
        ("top", "## [[0주]]\n\n영", f"## [[0주]]\n\n영\n\n{ADDED}"),
    ],
)  # fmt: skip
def test_where_a_section_is_put(
    place: note_lens.SectionPlace, text: str, after: str, newline: str
) -> None:
    if "\n" not in text:
        newline = "\n"
    note = note_lens.read(text.replace("\n", newline))
    made = note_lens.edit(note, changes={}, added=[("1주", "하나")], place=place)
    assert made == after.replace("\n", newline)


@pytest.mark.parametrize(
    ("text", "said", "after"),
    [
        ("## [[w]]\n\na\n\nb\n", "", "## [[w]]\n"),
        ("## [[w]]\n\na\n\n# U\n", "", "## [[w]]\n\n# U\n"),
        ("## [[w]]\n# U\n", "a", "## [[w]]\n\na\n\n# U\n"),
        ("## [[w]]", "a", "## [[w]]\n\na\n"),
        ("## [[w]]", "", "## [[w]]"),
        ("## [[w]]\n\n\n\na\n\n\n", "b", "## [[w]]\n\n\n\nb\n\n\n"),
        ("## [[w]]\n\n\n\na\n\n\n", "a", "## [[w]]\n\n\n\na\n\n\n"),
    ],
)
def test_words_come_and_go_between_headings(text: str, said: str, after: str) -> None:
    note = note_lens.read(text)
    assert note_lens.edit(note, changes={}, commentaries=[(note.sections[0], said)]) == after
    crlf_note = note_lens.read(crlf(text))
    if crlf(text) != text:
        made = note_lens.edit(crlf_note, changes={}, commentaries=[(crlf_note.sections[0], said)])
        assert made == crlf(after)


@pytest.mark.parametrize("body", ["", "\n", "\n \n\t\n", "\n\n# U\n"])
def test_a_section_without_words_has_its_place_below_the_heading(body: str) -> None:
    (section,) = note_lens.read(f"\n## [[w]]\n{body}").sections
    assert section.words == Span(len("\n## [[w]]\n"), len("\n## [[w]]\n"))
    assert (section.commentary, section.line, section.commentary_line) == ("", 2, 3)


def test_a_section_is_pointed_at_another_digest() -> None:
    note = note_lens.read("## [[w|Week]] ##\n\na\n")
    after = note_lens.edit(note, changes={}, targets=[(note.sections[0], "v")])
    assert after == "## [[v|Week]] ##\n\na\n"

"""Rows of the conflicts note are data: written by one device, read by another as they were."""

from __future__ import annotations

import random

import pytest
from vault_sync.core.model.base import CopyRow
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.report import conflicts_page, copy_section
from vault_sync.core.report.copy_section import FoundRows, read, text

ONE = CopyRow(Key("arxiv:2308.00001"), "digests/8월.md", "commentary", "첫째다.\n\n- 둘째다.")
TWO = CopyRow(Key("arxiv:2308.00001"), "", "title", "Two")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "a",
        "\n",
        "a\n",
        "```\ncode\n```",
        "````",
        "- [x] drop this text ^copy",
        "`a`",
        "# b",
        " c ",
    ],
)
def test_a_row_is_read_as_it_was_written(words: str) -> None:
    row = ONE._replace(text=words, digest='di`ge``sts/"8".md')
    assert read(text([row, TWO])) == FoundRows(frozenset({row, TWO}), frozenset())


def test_the_same_rows_are_the_same_bytes() -> None:
    assert text([ONE, TWO, ONE]) == text([TWO, ONE])
    assert text([]) == ""
    pairs = [(RelPath(f"{name} 2.md"), RelPath(f"{name}.md")) for name in "dbca"]
    mine = [pair[1] for pair in pairs]
    asked = copy_section.questions(pairs, 0, mine)
    assert asked == copy_section.questions(sorted(pairs), 0, sorted(mine))
    at = [asked.index(f"`{path}`") for path in sorted(copy for copy, _ in pairs)]
    assert at == sorted(at)
    assert text(read(text([ONE, TWO])).rows) == text([ONE, TWO])


def test_a_row_says_what_it_is_about_and_how_it_is_dropped() -> None:
    nobodys = CopyRow(Key(""), "d`i``g.md", "text", "`\na\n```")
    assert text([nobodys]).partition("drop its text.\n\n")[2] == (
        "## text of d`i``g.md\n\n"
        '``` ["", "d`i``g.md", "text"] ```\n\n'
        "````text\n`\na\n```\n````\n\n- [ ] drop this text ^copy\n"
    )
    asked = copy_section.questions([], 0, map(RelPath, ("a`b``c.md", "d.md", "e`.md")))
    assert "- [x] `` e`.md `` is mine" in asked
    assert "- [x] ``` a`b``c.md ``` is mine" in asked and "- [x] `d.md` is mine" in asked
    assert "## title of arxiv:2308.00001\n" in text([TWO])
    assert text([ONE, TWO]).count(copy_section.HEADING) == 1
    assert copy_section.is_own_line(copy_section.HEADING)
    assert not copy_section.is_own_line("# Texts") and not copy_section.is_own_line("")


def test_a_ticked_row_is_found_ticked_and_newlines_make_no_difference() -> None:
    page = "# Sync conflicts\n\nmore\n\n" + text([ONE, TWO])
    ticked = page.replace("- [ ] drop", "- [x] drop", 1).replace("\n", "\r\n")
    assert read(ticked) == FoundRows(frozenset({ONE, TWO}), frozenset({min(ONE, TWO)}))


def test_what_is_no_row_is_none() -> None:
    page = text([ONE]).replace('["arxiv', '[1, "arxiv')
    assert read(page).rows == frozenset()
    assert read(text([ONE]).replace("]`", "`")).rows <= {ONE}
    broken = text([ONE._replace(digest="a", text="other")]).replace('"a"', '"a', 1)
    assert read(text([ONE]) + "\n" + broken) == FoundRows(frozenset({ONE}), frozenset())


def test_any_rows_come_back() -> None:
    chance = random.Random(1)
    for _ in range(300):
        rows = {
            CopyRow(Key("k"), "d", "f", "".join(chance.choices('ab`\n \\"^[]-', k=12)))
            for _ in range(3)
        }
        assert read(text(rows)).rows == rows


def test_boxes_are_read_back_and_the_page_is_known_for_ours() -> None:
    pairs = [
        (RelPath("d/a`b 2.md"), RelPath("d/a`b.md")),
        (RelPath("d/c (1).md"), RelPath("d/c.md")),
    ]
    page = "\n".join((copy_section.text([ONE]), copy_section.questions(pairs, 2)))
    assert conflicts_page.is_ours(page) and copy_section.has_rows(page)
    about = frozenset(path for path, _ in pairs)
    assert copy_section.read_boxes(page) == copy_section.CopyBoxes(about=about)
    answered = copy_section.questions([], 0, about)
    assert copy_section.read_boxes(answered).mine == about and conflicts_page.is_ours(answered)
    ticked = copy_section.read_boxes(page.replace("- [ ] merge", "- [x] merge"))
    assert ticked.merge == {path for path, _ in pairs} and ticked.merge_left
    mine = copy_section.read_boxes(page.replace("- [ ] `", "- [x] `"))
    assert mine.mine == {path for path, _ in pairs} and not mine.merge
    assert copy_section.read_boxes(page.replace("[ ]", "[x]")).merge == frozenset(), "both ticked"
    assert conflicts_page.unticked(page.replace("[ ]", "[x]")) == page
    assert not conflicts_page.is_ours(page + "a line of the reader's\n")


@pytest.mark.parametrize(
    "data", ['[1, "d", "f"]', '["k", "d"]', '{"a": 1}', '["k", "d", "f", "g"]']
)
def test_what_a_person_made_of_a_row_is_none(data: str) -> None:
    page = text([ONE])
    inside = page[page.index("` [") + 2 : page.index("] `") + 1]
    assert read(page).rows == {ONE}
    assert read(page.replace(inside, data)) == FoundRows(frozenset(), frozenset())


def test_runs_of_backquotes_of_any_length_end_no_text() -> None:
    for words in ("`` ```` `", "````\n`", "a ` b ````` c"):
        row = ONE._replace(text=words, digest=words.replace("\n", ""))
        assert read(text([row])).rows == {row}


def test_copies_that_were_there_before_stand_apart_from_those_that_are_asked_about() -> None:
    pair, box = (RelPath("a 1.md"), RelPath("a.md")), "^copies-left"
    for asked, mine in (([pair], []), ([], [pair[0]]), ([pair], [pair[1]])):
        lines = copy_section.questions(asked, 2, mine).split("\n")
        at = next(n for n, line in enumerate(lines) if line.endswith(box))
        assert (
            lines[at - 1] == ""
            and lines[at] == f"- [ ] merge these 2 copies that were here before {box}"
        )
    alone = copy_section.questions([], 1).split("\n")
    assert alone[-2] == f"- [ ] merge the copy that was here before {box}"
    assert alone[alone.index(alone[-2]) - 1] == "" and copy_section.questions([], 0) == ""
    assert box not in copy_section.questions([pair], 0)
    for left in (1, 2):
        ticked = copy_section.questions([], left).replace("- [ ]", "- [x]")
        assert copy_section.read_boxes(ticked).merge_left

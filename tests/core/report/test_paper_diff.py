"""The words of a change are marked: those that go and those that come, and no other."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vault_sync.core.report.paper_diff import Marks, change_lines, marked_lines


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("", "new", ["{+new+}"]),
        ("old", "", ["[-old-]"]),
        ("one two", "one three", ["one [-two-]{+three+}"]),
        ("코드 커밋", "코드의 커밋", ["[-코드-]{+코드의+} 커밋"]),
        ("a\nb\nc\nd", "a\nx\nc\nd", ["...", "[-b-]{+x+}", "..."]),
        ("a", "a\nb", ["a", "{+b+}"]),
        ("a\x1b[2J", "b", ["[-a\\x1b[2J-]{+b+}"]),
    ],
)
def test_words_are_marked(before: str, after: str, lines: list[str]) -> None:
    assert list(marked_lines(before, after)) == lines


@given(st.text("ab \n", max_size=30), st.text("ab \n", max_size=30))
def test_a_text_without_its_marks_is_the_old_and_the_new_one(before: str, after: str) -> None:
    shown = "\n".join(marked_lines(before, after))
    if "..." not in shown and before != after:
        old = re.sub(r"\{\+.*?\+\}", "", shown).replace("[-", "").replace("-]", "")
        assert old.replace("\n", "") == before.replace("\n", "")
        new = re.sub(r"\[-.*?-\]", "", shown).replace("{+", "").replace("+}", "")
        assert new.replace("\n", "") == after.replace("\n", "")


def test_a_paper_is_a_heading_and_a_line_for_each_change() -> None:
    marks = Marks(lambda words: f"<{words}>", lambda words: f"({words})", str.upper)
    changes = [("w.md:2 tags", "a", "b"), ("w.md:2 commentary", "x\ny", "x\nz")]
    assert list(change_lines("title", changes, marks)) == [
        "TITLE",
        "  w.md:2 tags: <a>(b)",
        "  w.md:2 commentary:",
        "      ...",
        "      <y>(z)",
    ]

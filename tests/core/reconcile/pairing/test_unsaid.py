"""Words that an entry does not say any more, though they stand in its lines."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from vault_sync.core.model.values import Rules

WEEK = "digests/w.md"
ITEMS = """# List

- **Alpha Study of Things** ([pdf](https://arxiv.org/abs/2301.10001))
  First words of Alpha.

  Last words of Alpha.
  #alpha #first
- **Beta Study of Things** ([pdf](https://arxiv.org/abs/2301.10002))
  Words of Beta.
"""
TITLES = """**Alpha Study of Things** (Ann Bee, Cho Dee)
https://arxiv.org/abs/2301.10001
First words of Alpha.
Last words of Alpha.
#alpha #first

**Beta Study of Things** (Eve Foo, Gil Han)
https://arxiv.org/abs/2301.10002
Words of Beta.
"""
FLAT = """Week
https://arxiv.org/abs/2301.10001
Alpha Study of Things (Ann Bee, Cho Dee)
First words of Alpha.
Last words of Alpha.
#alpha #first
"""


def slipped(style: str, text: str, old: str, new: str) -> MemoryVault:
    vault = MemoryVault({WEEK: text}, rules=Rules(digest_styles=(("**", (style,)),)))
    vault.sync()
    vault.sync()
    assert vault.files[WEEK].count(old) == 1, vault.files[WEEK]
    vault.files[WEEK] = vault.files[WEEK].replace(old, new)
    return vault


@pytest.mark.parametrize(
    ("style", "text", "old", "new", "line", "why"),
    [
        ("list", ITEMS, "  Last words", "Last words", 6, "the line does not read as it did"),
        ("list", ITEMS, "  Last words", "%%  Last words", 6, "a comment begins here"),
        ("list", ITEMS, "\n  Last words", "---\n  Last words", 5, "a rule stands here"),
        ("list", ITEMS, "  Last words", "## Thoughts\n  Last words", 6, "this heading"),
        ("title-first", TITLES, "Last words", "---\nLast words", 4, "a rule stands here"),
        ("title-first", TITLES, "Beta Study of Things]]", "Beta\nStudy of Things]]", 7, "the line"),
        ("flat", FLAT, "[[Alpha", "%%\n[[Alpha", 3, "a comment begins here"),
    ],
)
def test_what_stands_there_is_not_gone(
    style: str, text: str, old: str, new: str, line: int, why: str
) -> None:
    vault = slipped(style, text, old, new)
    before = dict(vault.files)
    for _ in range(2):
        plan = vault.sync()
        assert vault.files == before
        found = [each for each in plan.problems if each.code == "entry-cut"]
        assert [(each.path, each.line) for each in found] == [(WEEK, line)]
        assert why in found[0].message
    vault.files[WEEK] = before[WEEK].replace(new, old)
    assert not vault.sync().operations and not vault.plan().problems


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  Last words of Alpha.\n", ""),
        ("Last words of Alpha.", "Last of all."),
        ("  #alpha #first\n", "  #first\n"),
        ("  First words of Alpha.\n\n  Last words of Alpha.", "  Last words of Alpha."),
    ],
)
def test_words_that_are_gone_are_an_edit(old: str, new: str) -> None:
    vault = slipped("list", ITEMS, old, new)
    plan = vault.sync()
    assert plan.operations and not plan.problems and not plan.conflicts


def test_a_sentence_that_stands_in_another_entry_too_was_taken_out_of_this_one() -> None:
    text = ITEMS.replace("Words of Beta.", "Last words of Alpha.")
    vault = slipped("list", text, "\n\n  Last words of Alpha.\n  #alpha", "\n  #alpha")
    plan = vault.sync()
    assert plan.operations and not plan.problems


@pytest.mark.parametrize(
    ("style", "text", "old", "new"),
    [
        ("list", ITEMS, "#alpha #first", "#alpha first"),
        ("list", ITEMS, "#alpha #first", "Tags: #alpha #first"),
        ("title-first", TITLES, "#alpha #first", "- #alpha #first"),
        ("flat", FLAT, "[[Alpha Study of Things|", "[Alpha Study of Things|"),
    ],
)
def test_a_slip_that_was_held_otherwise_is_taken_back(
    style: str, text: str, old: str, new: str
) -> None:
    """Its lines stand in the text of the last pass, where they were no tags and no title."""
    vault = slipped(style, text, old, new)
    before = vault.files[WEEK]
    vault.sync()
    if vault.files[WEEK] == before:
        vault.files[WEEK] = before.replace(new, old)
        assert not vault.sync().operations
        assert "entry-cut" not in {each.code for each in vault.plan().problems}

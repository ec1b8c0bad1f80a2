"""Two versions of a text merged by sentence: pure laws over three texts, and the layout."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from itertools import combinations

import pytest
from vault_sync.core.merge.sentence_merge import (
    Sentence,
    has_edits_of,
    is_within,
    join,
    merge,
    split,
    words_of,
)
from vault_sync.core.text.wrapping import same_words


@pytest.mark.parametrize(
    ("base", "file", "copy", "merged"),
    [
        ("A. B.", "A. B.", "A. C.", "A. C."),
        ("A. B.", "A. C.", "A. B.", "A. C."),
        ("A. B.", "A. F. B.", "A. C. B.", "A. F. C. B."),
        ("A.", "F. A.", "C. A.", "F.\nC. A."),
        ("A.", "A. F.", "A. C.", "A. F. C."),
        ("A. B. C.", "A1. B. C.", "A. B. C1.", "A1. B. C1."),
        ("A. B. C.", "A1. B. C.", "A. B1. C.", "A1. B1. C."),
        # One takes a sentence out, the other adds beside it.
        ("A. B. C.", "A. C.", "A. B. N. C.", "A. N. C."),
        ("A. B.", "A.", "A. B. N.", "A. N."),
        # One replaces a sentence, the other adds beside it.
        ("A. B.", "A1. B.", "A. N. B.", "A1. N. B."),
        # What both added is nobody's change.
        ("A. B.", "A. N. B. F.", "A. N. B.", "A. N. B. F."),
        ("A.", "A. N. M.", "A. N.", "A. N. M."),
        # By line, and with an empty line between.
        ("a\nb", "a\nf\nb", "a\nc\nb", "a\nf\nc\nb"),
        ("- a\n- b", "- a\n- b\n- f", "- a\n- b\n- c", "- a\n- b\n- f\n- c"),
        ("A.\n\nB.", "A.\n\nB. F.", "A.\n\nC.\n\nB.", "A.\n\nC.\n\nB. F."),
        # Without an ancestor.
        (None, "A. B.", "A. C.", "A. B. C."),
        (None, "A. B. C.", "A. C.", "A. B. C."),
        (None, "A. C.", "A. B. C.", "A. B. C."),
        (None, "", "A.", "A."),
        (None, "A.", "", "A."),
        ("A.", "", "A.", ""),
        ("A. A.", "A. A. F.", "A.", "A. F."),
    ],
)
def test_both_edits_stay(base: str | None, file: str, copy: str, merged: str) -> None:
    assert merge(base, file, copy) == merged


@pytest.mark.parametrize(
    ("base", "file", "copy"),
    [
        ("A. B.", "A. F.", "A. C."),
        ("A.", "F.", "C."),
        ("A. B.", "A. F.", "A."),
        ("A. B.", "A.", "A. C."),
    ],
)
def test_one_sentence_replaced_by_both_is_a_clash(base: str, file: str, copy: str) -> None:
    assert merge(base, file, copy) is None
    assert merge(base, copy, file) is None


@pytest.mark.parametrize("edited", ["Z. B.  ", "\n\n- A.\n B.", "A.\n\n\nB. C.\n  "])
def test_what_one_side_alone_edited_is_taken_byte_for_byte(edited: str) -> None:
    assert merge("A. B.", "A. B.", edited) == merge("A. B.", edited, "A. B.") == edited


def test_layout_alone_is_the_side_that_changed_it() -> None:
    assert merge("A. B. C.", "A.\n\nB. C.", "A. B. C. N.") == "A.\n\nB. C. N."
    assert merge("A. B. C.", "A. B. C. N.", "A.\n\nB. C.") == "A.\n\nB. C. N."
    assert merge("A. B.", "A.\nB. F.", "A.\n\nB.") == "A.\nB. F."
    assert merge("A. B.", "A.\nB.", "A.  B.") == "A.\nB."
    assert merge("A. B.", "A. B.", "A.\nB.") == "A. B.", "the file's, where no word was changed"


def test_a_text_that_has_the_others_edits_is_the_merge() -> None:
    assert merge("A. B.", "A. F. C. B.", "A. C. B.") == "A. F. C. B."
    assert has_edits_of(words_of("A. F. C. B."), words_of("A. B."), words_of("A. C. B."))
    assert not has_edits_of(words_of("A. B. C."), words_of("A. B."), words_of("A. C."))
    assert not has_edits_of(words_of("A. B."), words_of("A. B."), words_of("A."))
    assert has_edits_of(words_of("N."), words_of("A. B."), words_of("N. B."))
    # What stands there more often, and `part` did not take out, is no edit of it taken back.
    assert has_edits_of(words_of("A. N. A."), words_of("A."), words_of("A. N."))
    assert not has_edits_of(words_of("A. N. B. A."), words_of("A. A. B."), words_of("A. N. B."))
    assert is_within(("A", "C"), ("A", "B", "C")) and not is_within(("C", "A"), ("A", "B", "C"))


@pytest.mark.parametrize(
    "text",
    ["", "A. B.", "a\nb", "A.\n\nB? C", "  a\n  b", "- a\n  - b", "```\na. b\n```", "하다.  둘"],
)
def test_split_and_joined_a_text_is_itself(text: str) -> None:
    assert join(split(text)) == text


def test_sentences_of_two_texts_never_run_together() -> None:
    row = (Sentence("", "a"), Sentence(" ", "B."), Sentence("", "- c"), Sentence("\n\n", "d"))
    assert join(row) == "a\nB.\n- c\n\nd"


def texts(tokens: str, most: int) -> list[str]:
    rows = [row for n in range(most + 1) for row in itertools.permutations(tokens, n)]
    return [" ".join(f"{word}." for word in row) for row in rows]


def test_nothing_is_lost_whatever_the_three_texts() -> None:
    chance = random.Random(1)
    every = texts("ABCD", 3)
    for _ in range(4_000):
        base, file, copy = (chance.choice(every) for _ in range(3))
        assert_lossless(chance.choice([base, None]), file, copy)


@pytest.mark.sweep
def test_nothing_is_lost_in_all_texts_of_three_words() -> None:
    every = texts("ABC", 3)
    for base, file, copy in itertools.product([None, *every], every, every):
        assert_lossless(base, file, copy)


def test_nothing_is_lost_where_sentences_repeat() -> None:
    chance = random.Random(2)
    for _ in range(4_000):
        base, file, copy = (
            "".join(
                chance.choice(["A.", "B.", "c", "A. "]) + chance.choice(" \n") for _ in range(n)
            )
            for n in (chance.randrange(5) for _ in range(3))
        )
        assert_lossless(chance.choice([base.strip(), None]), file.strip(), copy.strip())


def assert_lossless(base: str | None, file: str, copy: str) -> None:
    """Every word stands that both have, or that one has and the base has not; none is made up."""
    merged = merge(base, file, copy)
    texts = (base or file, file, copy)
    if any(one != other and same_words(one, other) for one, other in combinations(texts, 2)):
        return  # sentences were only set on other lines: `wrapping`
    if merged is None:
        assert base is not None
        return
    was = set() if base is None else set(words_of(base))
    here, there = set(words_of(file)), set(words_of(copy))
    found = Counter(words_of(merged))
    must = (here & there) | (here - was) | (there - was)
    assert must <= set(found) <= here | there, (base, file, copy, merged)
    limit = Counter(words_of(file)) | Counter(words_of(copy))
    assert all(found[word] <= limit[word] for word in found)


WRAPPED = "One two\nthree. Four\nfive."


@pytest.mark.parametrize(
    ("base", "file", "copy", "after"),
    [
        (None, "One two three. Four five.", WRAPPED, "One two three. Four five."),
        ("One two three. Four five.", WRAPPED, "One two three. Four NEW five.", None),
        ("One two three. Four five.", "One two three. Four NEW five.", WRAPPED, None),
    ],
)
def test_a_side_that_only_set_lines_anew_takes_no_word_of_the_other_out(
    base: str | None, file: str, copy: str, after: str | None
) -> None:
    assert merge(base, file, copy) == (after or "One two\nthree. Four NEW\nfive.")

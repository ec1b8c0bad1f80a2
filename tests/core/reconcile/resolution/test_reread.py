"""An upgrade that reads more: what nobody edited makes no conflict, and what was edited stays."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from vault_sync.core.digest import reader, title_line
from vault_sync.core.model.values import Fields, RelPath
from vault_sync.core.reconcile.resolution import reread

A, B, C = (f"https://arxiv.org/abs/2301.0000{n}" for n in (1, 2, 3))
DIGEST = RelPath("digests/d.md")
LINKED = "[Deep Nets](https://arxiv.org/pdf/2301.00001) (Ann Bee, Cee Dee)"
TEXT = f"""d
{A}
{{}}
words
{B}
**Wide Nets**
more words
#tag
{C}
Third One (Dee Eff)
"""


@pytest.fixture(params=[LINKED, "**Deep Nets**"])
def older(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> MemoryVault:
    """A vault as the reader left it that knew neither linked nor bold titles."""
    vault = MemoryVault({DIGEST: TEXT.format(request.param)})
    with monkeypatch.context() as patch:
        patch.setattr(title_line, "of_paper", lambda *_: None)
        patch.setattr(title_line, "_shown", lambda *_: None)
        vault.sync()
    assert len(vault.files) == 3
    return vault


@pytest.mark.parametrize("is_edited", [False, True])
def test_entries_that_were_swallowed_are_entries_and_nothing_is_a_conflict(
    older: MemoryVault, is_edited: bool
) -> None:
    first = next(path for path in older.files if "2301.00001" in path)
    if is_edited:
        older.files[first] = older.files[first].replace("#tag", "").replace("- tag", "- own")
    plan = older.sync()
    assert plan.conflicts == ()
    assert "papers/Wide Nets.md" in older.files
    note = older.files[first]
    assert "title: Deep Nets\n" in note
    assert ("  - Cee Dee\n" in note) == (LINKED in older.files[DIGEST])
    assert note.rstrip().endswith("## [[d]]\n\nwords")
    assert ("- own\n" in note) == is_edited
    assert f"{B}\n**[[Wide Nets|Wide Nets]]**\nmore words\n#tag" in older.files[DIGEST]
    assert older.sync().operations == ()


def test_words_edited_since_stay_where_the_title_was_their_first_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vault = MemoryVault({DIGEST: f"d\n{A}\n**Deep Nets**\nwords\n"})
    with monkeypatch.context() as patch:
        patch.setattr(title_line, "of_paper", lambda *_: None)
        vault.sync()
    (note,) = (path for path in vault.files if path != DIGEST)
    vault.files[note] = vault.files[note].replace("\nwords", "\nwords of mine")
    assert vault.sync().conflicts == ()
    assert vault.files[note].rstrip().endswith("## [[d]]\n\nwords of mine")
    assert vault.files[DIGEST].endswith("|Deep Nets]]**\nwords of mine\n")
    assert vault.sync().operations == ()


def test_edits_of_two_paragraphs_since_the_title_was_one_of_them_both_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vault = MemoryVault({DIGEST: f"d\n{A}\n**Deep Nets**\none\n\ntwo\n"})
    with monkeypatch.context() as patch:
        patch.setattr(title_line, "of_paper", lambda *_: None)
        vault.sync()
    (note,) = (path for path in vault.files if path != DIGEST)
    vault.files[note] = vault.files[note].replace("\none", "\none of mine")
    vault.files[DIGEST] = vault.files[DIGEST].replace("\ntwo", "\ntwo there")
    assert vault.sync().conflicts == ()
    assert vault.files[note].rstrip().endswith("## [[d]]\n\none of mine\n\ntwo there")
    assert vault.files[DIGEST].endswith("one of mine\n\ntwo there\n")


@pytest.mark.parametrize(
    ("section", "meant"),
    [
        ("Deep Nets (Ann Bee)\nwords", "words"),
        ("words", "words"),
        ("more words", "more words"),
        ("Other Nets (Cee Dee)\nwords", None),  # the reader gave it another title
    ],
)
def test_a_title_line_is_taken_out_of_the_words_of_both_sides(
    section: str, meant: str | None
) -> None:
    (entry,) = reader.read(f"d\n{A}\nDeep Nets (Ann Bee)\nwords\n").entries
    assert reread.commentary("Deep Nets (Ann Bee)\nwords", entry.fields, section) == meant


SAYS = Fields(A, commentary="words")


@pytest.mark.parametrize(
    ("was", "entry", "is_swallowed"),
    [
        (f"words\n{B}\nmore", SAYS, True),
        (f"words\n---\n\n<{B}>\nmore", SAYS, True),
        (f"{B}\nmore", Fields(A), True),
        (f"words {B}", SAYS, False),
        (f"words{B}\nmore", SAYS, False),
        (f"other\n{B}", SAYS, False),
        (f"words\nmore\n{B}", SAYS, False),
        ("words\nhttps://x.org", SAYS, False),
        ("words", SAYS, False),
        ("", Fields(A), False),
    ],
)
def test_words_that_ran_on_into_another_entry_are_told_from_words_cut(
    was: str, entry: Fields, is_swallowed: bool
) -> None:
    digest = reader.read(f"d\n{A}\nwords\n{B}\nT (Ann Bee)\n")
    assert reread.has_swallowed(was, entry, digest) is is_swallowed

"""Each way in which a commit concerns a paper: a small index in which nothing else finds it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection
from typing import NamedTuple

import pytest
from tests.support.git_index import in_memory
from tests.support.staged_world import CONFIG, NO_MENTIONS, StagedVault, check_partial
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key
from vault_sync.core.reconcile.drafting import digest_operations
from vault_sync.core.text.spans import Edit as SpanEdit
from vault_sync.core.text.spans import splice

Edit = Callable[[StagedVault], object]


def entry(number: int, title: str) -> str:
    return f"https://arxiv.org/abs/2301.0000{number}\n{title} (Ann Park)\n#tag\nwords.\n"


A, B, C = (f"digests/{name}.md" for name in "abc")
NOTE_A, NOTE_B, NOTE_C = (f"papers/{title}.md" for title in ("Aaa", "Bbb", "Ccc"))
FILES = {A: f"a\n{entry(1, 'Aaa')}", B: f"b\n{entry(2, 'Bbb')}", C: f"c\n{entry(3, 'Ccc')}"}
"""Three papers, each in a digest of its own."""

UNTITLED = "https://doi.org/10.1000/x2\n[[x2]]\nof two.\n#blog\n"
NOTE_OF_UNTITLED = """---
url: https://doi.org/10.1000/x2
digests:
  - "[[a]]"
tags:
  - blog
---

## [[a]]

of two.
"""


def nothing(_: StagedVault) -> None:
    """Do nothing."""


def doing(*edits: Edit) -> Edit:
    def every(vault: StagedVault) -> None:
        for edit in edits:
            edit(vault)

    return every


def text(path: str, words: str) -> Edit:
    return lambda vault: vault.put(path, words)


def more(path: str, words: str) -> Edit:
    return lambda vault: vault.add(path, words)


def change(old: str, new: str, *paths: str) -> Edit:
    return doing(
        *(lambda vault, at=at: vault.put(at, vault.text(at).replace(old, new)) for at in paths)
    )


def move(path: str, to: str) -> Edit:
    return lambda vault: vault.move(path, to)


def names(what: str) -> Edit:
    """Both sides of the third paper name something."""
    return change("words.", f"See {what} too.", C, NOTE_C)


def about(number: int, properties: str) -> str:
    return f"---\nurl: https://arxiv.org/abs/2301.0000{number}\n{properties}---\nx\n"


def composed(words: str) -> str:
    return unicodedata.normalize("NFC", words)


def decomposed(words: str) -> str:
    return unicodedata.normalize("NFD", words)


class World(NamedTuple):
    """What HEAD holds beside `FILES` and their notes, what is staged, of what is to be told."""

    head: Edit
    staged: Edit
    told: str


BY_ADDRESS = names("https://arxiv.org/abs/2301.00009")
WORLDS = {
    "a file of a name that a note links by": World(
        nothing, text("a.md", "x"), NOTE_A
    ),
    "a paper that is named by its note now": World(nothing, names("[[Aaa]]"), NOTE_A),
    "a paper that is named by its address now": World(
        nothing, names("https://arxiv.org/abs/2301.00001"), NOTE_A
    ),
    "a new entry that a file without an id has the title of": World(
        text("lit/T.md", '---\ntitle: Newest Nets\nauthors: ["Ann Park"]\n---\nwords\n'),
        more(A, entry(9, "Newest Nets")),
        "lit/T.md",
    ),
    "an entry that stands twice now": World(nothing, more(A, entry(1, "[[Aaa|Aaa]]")), A),
    "a file in capitals that has a note's name": World(nothing, text("Aaa.MD", "x"), A),
    "a renamed note, named before in composed letters": World(
        names(composed("[[한글]]")), move(NOTE_A, decomposed("papers/한글.md")), NOTE_C
    ),
    "a renamed note, named before in decomposed letters": World(
        names(decomposed("[[한글]]")), move(NOTE_A, composed("papers/한글.md")), NOTE_C
    ),
    "a note of a paper that is named by its address": World(
        BY_ADDRESS, text("mine/N.md", about(9, "digests: []\n")), NOTE_C
    ),
    "a note whose address is that of a named paper now": World(
        BY_ADDRESS, change("2301.00001", "2301.00009", A, NOTE_A), NOTE_C
    ),
    "a new entry of a paper that is named by its address": World(
        BY_ADDRESS, more(A, entry(9, "New")), NOTE_C
    ),
    "a new entry whose note will have the name that is named": World(
        names("[[New]]"), more(A, entry(9, "New")), NOTE_C
    ),
    "another note gone, so that one linked to is the paper's": World(
        doing(
            text("mine/Plain.md", about(9, "")),
            text("mine/Own.md", about(9, "digests: []\n")),
            names("[[Plain]]"),
        ),
        lambda vault: vault.remove("mine/Own.md"),
        NOTE_C,
    ),
    "a digest that a note names no more": World(
        change("}\n[arxiv]", f"}}\n{NO_MENTIONS}[arxiv]", CONFIG),
        doing(
            change('digests:\n  - "[[a]]"', "digests: []", NOTE_A),
            change("## [[a]]\n\nwords.", "", NOTE_A),
        ),
        NOTE_A,
    ),
    "a digest with a new entry that is locked no more": World(
        doing(more(A, entry(9, "New")), change("a\n", "a\0\n", A)),
        change("\0", "", A),
        "arxiv:2301.00009",
    ),
    "a digest that a note names without an entry is locked no more": World(
        doing(change("a\n", "a\0\n", A), change("digests:\n", 'digests:\n  - "[[a]]"\n', NOTE_C)),
        change("\0", "", A),
        NOTE_C,
    ),
    "a paper that waits no more for a broken note": World(
        doing(
            lambda vault: vault.put("B.md", vault.text(NOTE_A).replace("tags:", "tags: [a")),
            change("words.", "others.", A),
        ),
        lambda vault: vault.remove("B.md"),
        NOTE_A,
    ),
    "an entry that is one no more, as its link leads to no note": World(
        doing(
            text("Day.md", "x"), more(A, UNTITLED), text("papers/x2.md", NOTE_OF_UNTITLED)
        ),
        change("[[x2]]", "[[Day]]", A),
        "entry-unreadable",
    ),
    "a note under the first address of a digest": World(
        doing(
            text("Day.md", "x"),
            text(A, "a\nwords\nmore\nhttps://arxiv.org/abs/2301.00009\n[[Day]]\nwords.\n"),
        ),
        text("Day.md", about(9, "digests: []\n")),
        "Day.md",
    ),
    "a note of two ids, linked to by the entry of the second": World(
        doing(
            change("https://arxiv.org/abs/2301.00001", "https://doi.org/10.1000/b1", A),
            change("url:", "doi: 10.1000/b1\nurl:", NOTE_A),
        ),
        change("words.", "others.", NOTE_A),
        "doi:10.1000/b1",
    ),
}  # fmt: skip
APART = {
    BaseKey(Key("doi:10.1000/b1"), "", "url"): "https://doi.org/10.1000/b1",
    BaseKey(Key("doi:10.1000/b1"), "", "apart:url"): "https://arxiv.org/abs/2301.00001",
}


@pytest.mark.parametrize("name", WORLDS)
def test_a_paper_is_found(name: str) -> None:
    world = WORLDS[name]
    with in_memory() as index:
        vault = StagedVault(index, files=FILES, apart=APART)
        _check(vault, world)


def test_what_cannot_be_written_is_told_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The digest has two entries: that of the renamed note, and the one that would be lost."""

    def losing(text: str, edits: Collection[SpanEdit]) -> str:
        return splice(text, edits).replace("lost.\n", "" if edits else "lost.\n")

    files = {A: FILES[A] + entry(2, "Bbb").replace("words.", "lost.")}
    with in_memory() as index:
        vault = StagedVault(index, files=files)
        monkeypatch.setattr(digest_operations, "splice", losing)
        _check(vault, World(nothing, move(NOTE_A, "mine/New name.md"), "would-not-read-back"))


def _check(vault: StagedVault, world: World) -> None:
    world.head(vault)
    vault.stage(vault.memory.files)
    vault.commit()
    before = vault.whole()
    world.staged(vault)
    vault.stage(vault.memory.files)
    whole = vault.whole()
    new = whole.lasting - before.lasting
    assert any(world.told in (*unit, *whole.papers[unit]) for unit in new), new
    check_partial(vault.part(), whole, before)

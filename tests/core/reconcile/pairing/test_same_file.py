"""Which file the base belongs to, rule by rule."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

import pytest
from vault_sync.core import snapshot
from vault_sync.core.model.base import Base, FileMark
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Key, RelPath, Rules
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.reconcile.pairing.paper_builder import FoundEntry
from vault_sync.core.reconcile.pairing.same_file import SameFile, strange_digests
from vault_sync.core.reconcile.pipeline import reconcile

KEY = Key("arxiv:2308.00001")
WEEK, WAS, NEW = RelPath("digests/w.md"), RelPath("papers/T.md"), RelPath("papers/U.md")
NOTE = '---\nurl: https://arxiv.org/abs/2308.00001\ndigests:\n  - "[[w]]"\n---\n\n## [[w]]\n\n{}\n'
HEAD = "w\nhttps://arxiv.org/abs/2308.00001\n[[{}|T]]\none. two.\n"
OLD, NOW = NOTE.format("one. two."), NOTE.format("one. other.")
ROWS: dict[BaseKey, Value] = {
    BaseKey(KEY, "", "note"): WAS,
    BaseKey(KEY, WEEK, "commentary"): "one. two.",
    BaseKey(KEY, WEEK, "tags"): (),
    BaseKey(Key("k"), WEEK, "commentary"): "of another paper.",
    BaseKey(Key("k"), WEEK, "tags"): ("other",),
    BaseKey(Key(""), WEEK, "text"): HEAD.format("T"),
}


def mark(text: str, inode: int = 0, size: int = 9, mtime: int = 5) -> FileMark:
    return FileMark(inode, size, mtime, sha256(text.encode()).hexdigest())


def owns(
    path: RelPath,
    texts: Mapping[RelPath, str],
    seen: dict[RelPath, FileMark] | None,
    numbers: tuple[int, int, int] = (0, 0, 0),
    **more: str,
) -> bool:
    files = dict(texts)
    rows = ROWS | {BaseKey(KEY, "", name.replace("_", ":")): text for name, text in more.items()}
    base = Base(rows, exists=True, files=None if seen is None else {KEY: seen})
    found = snapshot.build(
        files,
        names=LinkResolver.from_paths(files),
        is_digest=lambda each: each.startswith("digests/"),
        base=base,
    )
    found = found._replace(stats={path: numbers})
    entries = [FoundEntry(WEEK, each) for each in found.digests[WEEK].entries]
    return SameFile(found, base).owns_base(path, KEY, entries)


WEEK_NOW: dict[RelPath, str] = {WEEK: HEAD.format("T")}
TWO = {WAS: mark(OLD, 7), NEW: mark("x", 8)}

CASES = {
    "edited at its path": (WAS, {WAS: NOW}, {WAS: mark(OLD, 7)}, (9, 1, 1), True),
    "not written, and a copy is there": (WAS, {WAS: OLD, NEW: NOW}, TWO, (7, 9, 5), True),
    "as it was seen, with words that the base lacks, and a copy is there": (
        *(WAS, {WAS: NOW, NEW: OLD}, {WAS: mark(NOW, 7), NEW: mark(OLD, 8)}, (7, 9, 5), True),
    ),
    "written, and a copy is there": (WAS, {WAS: NOW, NEW: "x"}, TWO, (9, 1, 1), True),
    "the copy's bytes at its path": (
        *(WAS, {WAS: NOW}, {WAS: mark(OLD, 7), NEW: mark(NOW, 8)}, (9, 1, 1), False),
    ),
    "the copy's file at its path": (WAS, {WAS: NOW}, TWO, (8, 9, 5), False),
    "the copy's file, edited, at its path": (WAS, {WAS: NOW}, TWO, (8, 1, 1), False),
    "a number taken anew, and a hidden copy is there": (
        *(WAS, {WAS: NOW, NEW: "x"}, TWO, (8, 1, 1), True),
    ),
    "both there": (NEW, {WAS: OLD, NEW: NOW}, TWO, (8, 1, 1), False),
    "moved": (NEW, {NEW: NOW}, {WAS: mark(OLD, 7)}, (7, 9, 5), True),
    "its inode alone": (NEW, {NEW: NOW}, {WAS: mark(OLD, 7)}, (7, 1, 1), False),
    "the same bytes": (NEW, {NEW: NOW}, {WAS: mark(NOW, 7)}, (0, 0, 0), True),
    "never seen": (NEW, {NEW: NOW}, {}, (7, 9, 5), False),
    "lacks nothing": (NEW, {NEW: OLD + "more.\n"}, {}, (0, 0, 0), True),
    "nobody looks": (NEW, {NEW: NOW}, None, (0, 0, 0), True),
}


@pytest.mark.parametrize("name", CASES)
def test_the_base_belongs_to_a_file(name: str) -> None:
    path, texts, seen, numbers, same = CASES[name]
    assert owns(path, WEEK_NOW | texts, seen, numbers) is same


@pytest.mark.parametrize(
    ("title", "base", "same"),
    [
        ("T", {"title": "T"}, True),
        ("U", {"title": "T"}, False),
        ("U", {"title": "T", "apart_title": "U"}, True),
        ("T", {"title": "T", "apart_title": "U"}, False),
    ],
)
def test_a_file_that_says_all_that_was_agreed_on_is_the_same(
    title: str, base: dict[str, str], same: bool
) -> None:
    text = OLD.replace("url:", f"title: {title}\nurl:")
    assert owns(NEW, {**WEEK_NOW, NEW: text}, {}, (0, 0, 0), **base) is same


@pytest.mark.parametrize(
    ("more", "seen", "same"),
    [
        ({}, {WAS: mark(OLD, 7)}, True),
        ({}, {WAS: mark(OLD, 7), NEW: mark("x", 8)}, False),
        ({RelPath("papers/V.md"): NOW}, {WAS: mark(OLD, 7)}, False),
    ],
    ids=["new and alone", "a copy that was there", "one of two"],
)
def test_a_link_that_somebody_wrote_leads_to_the_same_file(
    more: dict[RelPath, str], seen: dict[RelPath, FileMark], same: bool
) -> None:
    assert owns(NEW, {WEEK: HEAD.format("U"), NEW: NOW, **more}, seen) is same


def test_a_digest_that_was_another_ones_file_is_a_stranger() -> None:
    other, empty = HEAD.format("U"), "w\n"
    seen = {WEEK: mark(HEAD.format("T"), 7), RelPath("digests/v.md"): mark(other, 8)}
    for text, strange in ((other, True), (HEAD.format("T"), False), (other + "x\n", False)):
        files = {WEEK: text}
        base = Base(ROWS, exists=True, files={Key(""): seen})
        found = snapshot.build(
            files, names=LinkResolver.from_paths(files), is_digest=lambda _: True, base=base
        )
        assert (WEEK in strange_digests(found, base)) is strange
    seen[RelPath("digests/v.md")] = mark(empty, 8)
    found = snapshot.build(
        {WEEK: empty}, names=LinkResolver.from_paths([]), is_digest=lambda _: True, base=Base()
    )
    assert not strange_digests(found, Base(files={Key(""): seen}))


NOTES = {WAS: mark(OLD, 7), NEW: mark(NOW, 8)}
DIGESTS = {WEEK: mark(HEAD.format("T"), 7), RelPath("digests/v.md"): mark("w\n" + HEAD, 8)}


@pytest.mark.parametrize(
    ("digest", "note", "files", "forgotten"),
    [
        (HEAD.format("T"), OLD, {KEY: NOTES, Key(""): DIGESTS}, set()),
        (
            HEAD.format("T"),
            NOW,
            {KEY: NOTES, Key(""): DIGESTS},
            {"title", "tags", "commentary", "note"},
        ),
        (
            "w\n" + HEAD,
            OLD,
            {KEY: NOTES, Key(""): DIGESTS},
            {"title", "tags", "commentary", "text"},
        ),
        (
            *("w\n" + HEAD, NOW, {KEY: NOTES, Key(""): DIGESTS}),
            {"title", "tags", "commentary", "note", "text"},
        ),
    ],
    ids=["the same files", "another note", "another digest", "both"],
)
def test_what_the_base_says_of_another_file_is_forgotten(
    digest: str, note: str, files: dict[Key, dict[RelPath, FileMark]], forgotten: set[str]
) -> None:
    """Title, authors and address with a digest, which spoke for the paper; of no other paper."""
    second, more, other = RelPath("digests/x.md"), RelPath("papers/X.md"), Key("doi:10.1000/x")
    entry = "https://doi.org/10.1000/x\n[[X|X]] (Ann Bee)\nwords.\n"
    rows = ROWS | {
        BaseKey(KEY, "", "title"): "T",
        BaseKey(Key("k"), "d.md", "tags"): ("a",),
        BaseKey(other, "", "title"): "X",
        BaseKey(other, second, "commentary"): "words.",
    }
    texts = {
        WEEK: digest,
        WAS: note,
        second: f"x\n{entry}",
        more: NOTE.format("words.").replace("arxiv.org/abs/2308.00001", "doi.org/10.1000/x"),
    }
    base = Base(rows, exists=True, files=files)
    found = snapshot.build(
        texts,
        names=LinkResolver.from_paths(texts),
        is_digest=lambda each: each in {WEEK, second},
        base=base,
    )
    updates = reconcile(found, base, {}, Rules()).base_updates
    dropped = {row for each in updates[:1] for row in each.drop}
    assert {row.field for row in dropped} == forgotten
    assert not {row for row in dropped if row.key == other}

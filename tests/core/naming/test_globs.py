"""The globs of `[digests] paths`."""

from __future__ import annotations

import time
from fnmatch import fnmatchcase
from random import Random

import pytest
from tests.support.laws import examples
from vault_sync.core.model.values import RelPath, Rules
from vault_sync.core.naming.globs import fixed_folder, is_digest, matcher, mistake


@pytest.mark.parametrize(
    ("glob", "path", "found"),
    [
        ("digests/**/*.md", "digests/a.md", True),
        ("digests/**/*.md", "digests/x/y/a.md", True),
        ("digests/**/*.md", "other/digests/a.md", False),
        ("digests/*.md", "digests/x/a.md", False),
        ("digests/**", "digests/x/a.md", True),
        ("**/a.md", "a.md", True),
        ("Week ?.md", "week 1.md", True),
        ("Week ?.md", "Week 10.md", False),
        ("w[12].md", "w2.md", True),
        ("w[!12].md", "w2.md", False),
        ("w[!12].md", "w3.md", True),
        ("a+b (1).md", "a+b (1).md", True),
        ("a.md", "axmd", False),
        ("/a/*.md/", "a/b.md", True),
        ("a/**", "a", False),
        ("**/b/**/c.md", "b/c.md", True),
        ("**/b/**/c.md", "x/b/y/z/c.md", True),
        ("a**.md", "abc.md", True),
        ("a**.md", "ab/c.md", False),
        ("[a-c].md", "b.md", True),
        ("[a!].md", "!.md", False),
        ("[[].md", "[.md", True),
        ("[\\\\].md", "\\.md", True),
        ("[a.md", "[a.md", True),
        ("a?c.md", "a/c.md", False),
        ("가.md", "\u1100\u1161.md", True),  # the same name, decomposed as macOS writes it
        ("*.md", "a (restored).md", False),
        ("*.md", "a.sync-conflict-20240101-120000-ABCDEFG.md", False),
    ],
)
def test_what_a_glob_finds(glob: str, path: str, found: bool) -> None:
    assert matcher([glob])(RelPath(path)) == found
    assert matcher(["nothing.md", glob])(RelPath(path)) == found


def test_no_glob_finds_nothing() -> None:
    assert not matcher([])(RelPath("")) and not matcher([])(RelPath("a.md"))


@pytest.mark.parametrize(
    ("glob", "folder"),
    [
        ("a/b/*.md", "a/b"),
        ("a/*/b/*.md", "a"),
        ("*.md", ""),
        ("a/**/b.md", "a"),
        ("/a/[x].md", "a"),
    ],
)
def test_the_folder_above_the_first_wildcard(glob: str, folder: str) -> None:
    assert fixed_folder(glob) == folder


def test_the_conflicts_note_is_no_digest() -> None:
    rules = Rules(digest_paths=("**/*.md",), conflicts_note="Sync.md")
    is_one = is_digest(rules)
    assert is_one(RelPath("a/b.md")) and not is_one(RelPath("Sync.md"))


def tried(parts: list[str], names: list[str]) -> bool:
    """Tell whether a glob finds a path, by trying every way there is."""
    if not parts:
        return not names
    if parts == ["**"]:
        return bool(names)
    if parts[0] == "**":
        return any(tried(parts[1:], names[skipped:]) for skipped in range(len(names) + 1))
    return bool(names) and fnmatchcase(names[0], parts[0]) and tried(parts[1:], names[1:])


def test_a_glob_finds_what_trying_every_way_finds() -> None:
    random = Random(7)
    parts = ("*", "?", "a", "b", "*a", "a*", "*a*", "a*b", "*a*b*", "**", "**")
    for _ in range(examples(3000)):
        glob = "/".join(random.choices(parts, k=random.randint(1, 5)))
        names = random.choices(("a", "b", "ab", "aab", "abab", "ba", "x"), k=random.randint(1, 6))
        path = RelPath("/".join(names))
        assert matcher([glob])(path) == tried(glob.split("/"), names), (glob, path)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("**/" + "*a" * 40 + "x.md", "a" * 240 + ".md"),
        ("**/a/" * 40 + "x.md", "a/" * 1000 + "y.md"),
        ("**/" * 40 + "x.md", "a/" * 1000 + "y.md"),
        ("*?" * 100 + "x.md", "a" * 240 + ".md"),
    ],
)
def test_a_glob_that_would_be_tried_for_ever(glob: str, path: str) -> None:
    """With backtracking six stars and a name of 240 letters took hours."""
    begun = time.process_time()
    assert not matcher([glob])(RelPath(path))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("glob", ["[z-a].md", "[!].md", "x/[b-a]*.md"])
def test_what_is_no_glob_is_said(glob: str) -> None:
    assert "is no glob" in str(mistake(glob)) and mistake("[a-z].md") is None

"""Files that must not be written now: what others touched, and not what the daemon wrote itself."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest
from vault_sync.core.model.values import RelPath
from vault_sync.daemon.quiet_rule import LIMIT
from vault_sync.daemon.write_guard import ECHO, WriteGuard

A, B = RelPath("a.md"), RelPath("b.md")
QUIET = 1000.0
"""Far longer than a test takes."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in (A, B):
        (tmp_path / path).write_text("old\n")
        os.utime(tmp_path / path, (1e9, 1e9))
    return tmp_path


def digest_of(root: Path, path: RelPath) -> str:
    return hashlib.sha256((root / path).read_bytes()).hexdigest()


def test_what_another_touched_is_guarded_until_it_was_quiet(root: Path) -> None:
    guard, now = WriteGuard(root), time.monotonic()
    assert guard.note_touches({A: now}) == frozenset()
    assert guard.guarded((), QUIET) == {A: now + QUIET}
    guard.note_touches({A: now + 5, B: now - 2 * QUIET})
    assert guard.guarded((), QUIET) == {A: now + 5 + QUIET}, "each touch begins the wait anew"


def test_what_has_been_quiet_is_forgotten(root: Path) -> None:
    guard, now = WriteGuard(root), time.monotonic()
    guard.note_touches({A: now, B: now - 2 * QUIET})
    guard.guarded((), QUIET)
    assert guard._touches == {A: now}


def test_an_echo_of_an_own_write_guards_nothing_until_another_writes_there(root: Path) -> None:
    guard, now = WriteGuard(root), time.monotonic()
    guard.note_writes({A: digest_of(root, A)}, now)
    assert guard.note_touches({A: now}) == {A}
    assert guard.guarded((), QUIET) == {}
    (root / A).write_text("typed\n")
    assert guard.note_touches({A: now}) == frozenset()
    assert guard.guarded((), QUIET).keys() == {A}


def test_an_own_write_is_recognised_for_a_time_whatever_is_written_meanwhile(root: Path) -> None:
    for later, ours in ((ECHO - 1, {A}), (ECHO, set())):
        guard, now = WriteGuard(root), time.monotonic()
        guard.note_writes({A: digest_of(root, A)}, now)
        guard.note_writes({B: digest_of(root, B)}, now + later)
        assert guard.note_touches({A: now}) == ours
        (root / B).write_text("typed\n")
        assert guard.note_touches({B: now}) == frozenset()
        (root / B).write_text("old\n")


def test_a_file_that_waits_is_asked_itself(root: Path) -> None:
    """Its events may be lost; a file that does not wait is not looked at."""
    guard = WriteGuard(root)
    for path in (A, B):
        os.utime(root / path)
    assert guard.guarded([A, RelPath("none.md")], QUIET).keys() == {A}
    guard = WriteGuard(root)
    guard.note_writes({A: digest_of(root, A)}, time.monotonic())
    assert guard.guarded([A], QUIET) == {}, "the daemon wrote it"


def test_who_undoes_every_write_is_left_alone(root: Path) -> None:
    guard, now = WriteGuard(root), time.monotonic()
    for turn in range(LIMIT + 1):
        assert guard.quarrels(now) == ()
        guard.note_writes({A: "the same"}, now + turn)
        guard.note_touches({A: now + turn})
    assert [problem.path for problem in guard.quarrels(now)] == [A]
    assert guard.guarded((), 0.0).keys() == {A}


def test_echoes_of_own_writes_are_no_turns_of_another(root: Path) -> None:
    guard, now = WriteGuard(root), time.monotonic()
    for turn in range(LIMIT + 1):
        guard.note_writes({A: digest_of(root, A)}, now + turn)
        assert guard.note_touches({A: now + turn}) == {A}
    assert guard.quarrels(now) == ()

"""The cached index: when it is believed, and all the times when it must not be."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from vault_sync.core.model import Key, Problem, RelPath, Rules
from vault_sync.core.plan import Agreement, Conflict, Row
from vault_sync.edge import index
from vault_sync.edge.config import ArxivConfig, Config
from vault_sync.edge.index import COARSE, GRAIN, UNKNOWN, Came, File
from vault_sync.edge.state import State, open_state
from vault_sync.edge.walk import Stat, scan

NOW = 1_700_000_000_123_456_789
PATH = RelPath("papers/한글.md")
ODD = RelPath("papers/\udcff.md")


def stat(mtime: int, ctime: int | None = None) -> Stat:
    return Stat(10, mtime, mtime if ctime is None else ctime, 7)


@pytest.mark.parametrize(
    ("seen", "believed"),
    [
        (stat(NOW - GRAIN - 1), True),
        (stat(NOW - GRAIN), False),
        (stat(NOW), False),
        (stat(NOW + 10**12), False),
        # Its times were set back, but not that of its last change.
        (stat(NOW - 10**12, NOW), False),
        # Whole seconds: the clock of its file system may stand still for two of them.
        (stat(NOW // 10**9 * 10**9 - 10**9), False),
        (stat(NOW // 10**9 * 10**9 - COARSE), True),
    ],
)
def test_a_file_that_may_change_again_unseen_is_read_again(seen: Stat, believed: bool) -> None:
    assert index.believable(seen, NOW) == (seen if believed else UNKNOWN)


CAME = Came(
    digests=1,
    entries=2,
    notes=2,
    problems=(Problem("digests/w.md", "note-missing", "gone", "", 3, "notice"),),
    conflicts=(
        Conflict(Key("k"), RelPath("digests/w.md"), PATH, "title", "a", "b", 3, "both changed"),
    ),
    calm=True,
    final=True,
    lacking=(Key("arxiv:1"),),
    facts="f",
    wanted=(Key("arxiv:1"),),
    namers={Key("a"): (Key("b"), Key("c"))},
)
FILES = {
    PATH: File(
        stat(5), b"m" * 16, "note", "arxiv:1", "2023년\n2023년", "arxiv:2\n[[없는", settled=True
    ),
    ODD: File(stat(6), b"n" * 16, "other", "", "", "", settled=True),
}
STATS = {path: file.stat for path, file in FILES.items()}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "index.sqlite"
    index.save(path, "stamp", CAME, FILES)
    return path


def test_what_is_kept_is_what_is_read(kept: Path) -> None:
    assert index.load(kept, "stamp") == (CAME, FILES)
    assert index.glance(kept, "stamp", STATS) == CAME


def test_another_stamp_is_not_believed(kept: Path) -> None:
    assert index.load(kept, "other") is None
    assert index.glance(kept, "other", STATS) is None


def test_a_part_is_kept_beside_the_rest(kept: Path) -> None:
    now = {PATH: FILES[PATH]._replace(settled=False)}
    index.save(kept, "later", replace(CAME, notes=3), now, beside="stamp")
    assert index.load(kept, "later") == (replace(CAME, notes=3), FILES | now)
    assert index.glance(kept, "later", STATS) is None


def test_what_is_gone_is_taken_out_of_what_is_kept(kept: Path) -> None:
    index.save(kept, "later", CAME, {ODD: None}, beside="stamp")
    assert index.load(kept, "later") == (CAME, {PATH: FILES[PATH]})


def test_a_part_is_not_kept_beside_what_it_was_not_read_with(kept: Path) -> None:
    index.save(kept, "later", CAME, FILES, beside="other")
    assert not kept.exists()
    index.save(kept, "later", CAME, FILES, beside="stamp")
    assert index.load(kept, "later") is None


@pytest.mark.parametrize(
    "seen",
    [
        {PATH: STATS[PATH]},
        STATS | {RelPath("new.md"): stat(1)},
        *[
            STATS | {PATH: STATS[PATH]._replace(**{name: 99})}
            for name in ("size", "mtime_ns", "ctime_ns", "inode")
        ],
    ],
)
def test_one_file_more_less_or_other_is_seen(kept: Path, seen: dict[RelPath, Stat]) -> None:
    assert index.glance(kept, "stamp", seen) is None


def test_what_is_left_to_do_elsewhere_is_no_rest(kept: Path) -> None:
    index.save(kept, "stamp", replace(CAME, final=False), FILES)
    assert index.glance(kept, "stamp", STATS) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE meta SET value = replace(value, 'gone', 'here') WHERE name = 'came'",
        "UPDATE file SET keys = 'arxiv:2' WHERE keys = 'arxiv:1'",
        "UPDATE file SET settled = 0 WHERE keys = 'arxiv:1'",
        "DELETE FROM meta WHERE name = 'sum'",
        "DROP TABLE file",
    ],
)
def test_what_was_altered_is_not_believed(kept: Path, change: str) -> None:
    with sqlite3.connect(kept) as connection:
        connection.execute(change)
    connection.close()
    assert index.load(kept, "stamp") is None


def test_it_is_made_anew_over_what_is_no_index(kept: Path) -> None:
    kept.write_bytes(b"not a database" * 300)
    assert index.load(kept, "stamp") is None
    index.save(kept, "stamp", CAME, FILES)
    assert not kept.exists()
    index.save(kept, "stamp", CAME, FILES)
    assert index.load(kept, "stamp") == (CAME, FILES)


class Place:
    """A vault and its state, as they are stamped."""

    def __init__(self, above: Path) -> None:
        self.root = above / "vault"
        self.root.mkdir()
        self.config = Config(self.root)
        self.state: State = open_state(self.root, {"VAULT_SYNC_STATE_DIR": str(above / "state")})
        self.say("one")

    def say(self, value: str) -> None:
        with self.state.lock(0):
            self.state.keep([Agreement(frozenset(), {Row(Key("k"), "", "url"): value})])

    def stamp(self, config: Config | None = None, version: str = "1") -> str | None:
        return index.stamp_of(config or self.config, self.state, version)


def after_a_pass(place: Place) -> str | None:
    place.say("two")
    return place.stamp()


def in_another_folder(place: Place) -> str | None:
    place.root.rename(place.root.with_name("old"))
    place.root.mkdir()
    return place.stamp()


CHANGES: dict[str, Callable[[Place], str | None]] = {
    "version": lambda place: place.stamp(version="2"),
    "rules": lambda place: place.stamp(replace(place.config, rules=Rules(folder="notes"))),
    "arxiv": lambda place: place.stamp(replace(place.config, arxiv=ArxivConfig(enabled=False))),
    "base": after_a_pass,
    "folder": in_another_folder,
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_stamp_changes_with(name: str, tmp_path: Path) -> None:
    place = Place(tmp_path)
    before = place.stamp()
    assert before is not None and place.stamp() == before
    assert CHANGES[name](place) != before


def test_nothing_is_believed_while_the_state_has_a_log(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.state.directory.joinpath("state.sqlite-wal").write_bytes(b"log")
    assert place.stamp() is None


def test_more_may_be_known_when_the_cache_or_the_readers_file_changed(tmp_path: Path) -> None:
    place = Place(tmp_path)
    config = replace(place.config, arxiv=ArxivConfig(snapshot="facts.jsonl"))
    stamps = [index.facts_stamp(config, place.state)]
    for path in (index.facts_cache(place.state), place.root / "facts.jsonl"):
        path.write_text("x")
        stamps.append(index.facts_stamp(config, place.state))
    assert len(set(stamps)) == 3


def test_a_stat_is_that_of_the_walk(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("a")
    seen = os.stat(file)  # noqa: PTH116 - the walk does not go by paths either
    assert scan(tmp_path).files == {
        RelPath("a.md"): Stat(seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)
    }
